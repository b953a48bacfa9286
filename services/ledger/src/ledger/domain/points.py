"""A purchase earns points (R13-R19)."""

from ledger.domain.money import AMOUNT_MINOR_MAX, points_for
from ledger.domain.receipts import fresh
from ledger.domain.refusals import Refused, within
from ledger.domain.tenant import Tenant
from ledger.domain.times import effective_time
from stampbook_events import ids
from stampbook_events.ledger import EarnPoints, PointsEarned
from stampbook_messaging.messages import Decision, Fact, Received


def earn(tenant: Tenant, command: EarnPoints, received: Received) -> Decision:
    """Record a purchase with the points it gives, also when that is none; the checks in the order of R6."""
    card = tenant.card_at(command.store_id, command.card_id)
    within("amount", command.amount_minor, AMOUNT_MINOR_MAX)
    happened_at = effective_time(received, card.opened_at)
    terms = tenant.program(card.program_id).in_force(happened_at)
    rate = terms.rates.get(command.currency)
    if rate is None:
        raise Refused("currency_not_accepted", accepted=sorted(terms.rates))
    receipt = fresh(tenant.receipts, card.program_id, command.store_id, "points", command.receipt)
    points = points_for(command.amount_minor, rate, terms.rounding)
    event = PointsEarned(
        card_id=card.card_id,
        customer_id=card.customer_id,
        program_id=card.program_id,
        program_version=terms.version,
        store_id=command.store_id,
        amount_minor=command.amount_minor,
        currency=command.currency,
        points=points,
        balance=card.balance + points,
        receipt=receipt,
    )
    result = {
        "operation_id": ids.event_id(received.envelope.id, 0),
        "card_id": card.card_id,
        "points": points,
        "balance": event.balance,
        "stamps": card.stamps,
        "stamp_target": card.stamp_target,
    }
    return Decision(facts=(Fact(aggregate=card.card_id, event=event, occurred_at=happened_at),), result=result)
