"""An address is confirmed once somebody opens the link that only mails to it hold."""

from uuid import UUID

from enrollment.domain.realm import Realm
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import ConfirmEmail, EmailConfirmed
from stampbook_messaging.messages import Decision, Fact, Received


def confirm(realm: Realm, command: ConfirmEmail, received: Received) -> Decision:
    """Twice is as good as once."""
    merchant = received.envelope.merchant
    customer = realm.customers.get((merchant, command.customer_id))
    if customer is None:
        raise Refused("customer_unknown")
    if not customer.has_email:
        raise Refused("email_missing")
    result = {"customer_id": command.customer_id}
    if customer.confirmed:
        return Decision(facts=(), result=result)
    realm.confirm(merchant, customer, received.recorded_at)
    facts = tuple(fact(customer.customer_id, program_id) for program_id in sorted(customer.programs))
    return Decision(facts=facts, result=result)


def fact(customer_id: UUID, program_id: UUID) -> Fact:
    return Fact(aggregate=customer_id, event=EmailConfirmed(customer_id=customer_id, program_id=program_id))
