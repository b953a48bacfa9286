"""Stamps are given; what does not fit on the card is said, not lost in silence (R20-R24)."""

from ledger.domain.card import Card
from ledger.domain.program import Terms
from ledger.domain.receipts import fresh
from ledger.domain.refusals import Refused, within
from ledger.domain.tenant import Tenant
from ledger.domain.times import effective_time
from stampbook_events import ids
from stampbook_events.ledger import GiveStamps, StampsEarned
from stampbook_messaging.messages import Decision, Fact, Received

STAMPS_MAX = 100


def give(tenant: Tenant, command: GiveStamps, received: Received) -> Decision:
    """Give what fits up to the target; a full card keeps its stamps (R22). The checks in the order of R6."""
    card = tenant.card_at(command.store_id, command.card_id)
    within("stamps", command.stamps, STAMPS_MAX)
    happened_at = effective_time(received, card.opened_at)
    terms = tenant.program(card.program_id).in_force(happened_at)
    target = _target(card, terms)
    receipt = fresh(tenant.receipts, card.program_id, command.store_id, "stamps", command.receipt)
    given = min(command.stamps, max(0, target - card.stamps))
    if not given:
        raise Refused("card_full", stamps=card.stamps, stamp_target=target)
    event = StampsEarned(
        card_id=card.card_id,
        customer_id=card.customer_id,
        program_id=card.program_id,
        program_version=terms.version,
        store_id=command.store_id,
        stamps=given,
        not_given=command.stamps - given,
        count=card.stamps + given,
        target=target,
        receipt=receipt,
    )
    fact = Fact(aggregate=card.card_id, event=event, occurred_at=happened_at)
    operation = {"operation_id": ids.event_id(received.envelope.id, 0)}
    return Decision(facts=(fact,), result=operation | _answer(card, event))


def _target(card: Card, terms: Terms) -> int:
    """The open cycle keeps the target it began with; the first cycle takes the version in force (R23)."""
    if terms.stamp_target is None:
        raise Refused("stamps_not_offered")
    return card.stamp_target or terms.stamp_target


def _answer(card: Card, event: StampsEarned) -> dict[str, object]:
    answer: dict[str, object] = {
        "card_id": card.card_id,
        "balance": card.balance,
        "stamps": event.count,
        "stamp_target": event.target,
        "given": event.stamps,
        "not_given": event.not_given,
    }
    return answer | {"not_given_because": "card_full"} if event.not_given else answer
