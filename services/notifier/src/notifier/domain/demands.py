"""Which mail an event demands. The row is always written; a positive fact ends it at birth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from notifier.domain.kinds import KINDS
from stampbook_events import ids
from stampbook_events.enrollment import CustomerRecognised
from stampbook_events.ledger import CardOpened, WelcomeBonusGranted
from stampbook_events.notifier import MailKind
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand

Customer = tuple[UUID, UUID]
"""Merchant and customer."""

NO_ADDRESS = "no_address"
RECENT = "recent"


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of the recipients of one batch; ``demand_for`` adds what it demands to *recent*.

    *has_email* lacks customers we have not heard of yet: enrollment's log may be behind the ledger's, so not knowing
    suppresses nothing.
    """

    has_email: Mapping[Customer, bool]
    recent: set[tuple[UUID, UUID, MailKind]] = field(default_factory=set)


def demand_for(recorded: Recorded, known: Known) -> Demand | None:
    match recorded.event:
        case CardOpened() as event:
            payload = _place(event, event.card_id) | {"language": event.language}
            return _mail(recorded, "enrollment", event.customer_id, payload, known)
        case WelcomeBonusGranted() as event:
            payload = _place(event, event.card_id) | {"points": event.points, "balance": event.balance}
            return _mail(recorded, "welcome_bonus", event.customer_id, payload, known)
        case CustomerRecognised() as event:
            card = ids.card_id(event.customer_id, event.program_id)
            payload = _place(event, card) | {"language": event.language}
            return _mail(recorded, "card_link", event.customer_id, payload, known, has_email=event.has_email)
        case _:
            return None


def _place(event: CardOpened | WelcomeBonusGranted | CustomerRecognised, card: UUID) -> dict[str, Any]:
    return {"card_id": str(card), "store_id": str(event.store_id), "program_id": str(event.program_id)}


def _mail(
    recorded: Recorded,
    kind: MailKind,
    customer: UUID,
    payload: dict[str, Any],
    known: Known,
    has_email: bool | None = None,
) -> Demand:
    merchant = recorded.envelope.merchant
    if has_email is None:
        has_email = known.has_email.get((merchant, customer), True)
    suppressed = None
    if not has_email:
        suppressed = NO_ADDRESS
    elif (merchant, customer, kind) in known.recent:
        suppressed = RECENT
    elif KINDS[kind].once_in is not None:
        known.recent.add((merchant, customer, kind))
    return Demand(
        because_of=recorded,
        channel="mail",
        kind=kind,
        recipient=customer,
        payload=payload,
        lives_for=KINDS[kind].lives_for,
        suppressed=suppressed,
    )
