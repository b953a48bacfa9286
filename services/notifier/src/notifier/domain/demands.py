"""Which mail an event demands. The row is always written; a positive fact ends it at birth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from notifier.domain.kinds import KINDS
from stampbook_events import ids
from stampbook_events.enrollment import CustomerRecognised
from stampbook_events.ledger import (
    BirthdayBonusGranted,
    CardOpened,
    CardReopened,
    PointsExpired,
    PointsExpiring,
    RewardRedeemed,
    RewardUnlocked,
    RewardUsed,
    RewardWithinReach,
    WelcomeBonusGranted,
)
from stampbook_events.notifier import MailKind
from stampbook_events.routing import demands_of
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand

Customer = tuple[UUID, UUID]
"""Merchant and customer."""

NO_ADDRESS = "no_address"
RECENT = "recent"
CARD_CLOSED = "card_closed"
NO_TEMPLATE = "no_template"

SAYS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    CustomerRecognised: lambda event: {"language": event.language},
    CardOpened: lambda event: {"language": event.language},
    CardReopened: lambda event: {"language": event.language},
    WelcomeBonusGranted: lambda event: {"points": event.points, "balance": event.balance},
    BirthdayBonusGranted: lambda event: {"points": event.points, "stamps": event.stamps, "balance": event.balance},
    RewardUnlocked: lambda event: {"unlocked_ids": [str(reward.unlocked_id) for reward in event.rewards]},
    RewardWithinReach: lambda event: {"reward_id": str(event.reward_id), "available": event.available},
    RewardRedeemed: lambda event: {
        "reward_id": str(event.reward_id),
        "quantity": event.quantity,
        "points": event.points,
        "balance": event.balance,
    },
    RewardUsed: lambda event: {"unlocked_id": str(event.unlocked_id)},
    PointsExpiring: lambda event: {"points": event.points, "first_day": event.first_day.isoformat()},
    PointsExpired: lambda event: {"points": event.points, "balance": event.balance},
}
"""The events that demand a mail, and what its payload says besides the place: ids and figures."""


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of the recipients of one batch; ``demand_for`` adds what it demands to *recent*.

    *has_email* lacks customers we have not heard of yet: enrollment's log may be behind the ledger's, so not knowing
    suppresses nothing.
    """

    has_email: Mapping[Customer, bool]
    recent: set[tuple[UUID, UUID, MailKind]] = field(default_factory=set)


def demand_for(recorded: Recorded, known: Known) -> Demand | None:
    event: Any = recorded.event
    says = SAYS.get(type(event))
    if says is None:
        return None
    kind = _kind_of(type(event))
    return Demand(
        because_of=recorded,
        channel="mail",
        kind=kind,
        recipient=event.customer_id,
        payload=_place(event) | says(event),
        lives_for=KINDS[kind].lives_for,
        suppressed=_against(recorded, kind, known),
    )


def _kind_of(event: type) -> MailKind:
    (demand,) = demands_of(event, "notifier")
    return cast("MailKind", demand.removeprefix("mail:"))


def _place(event: Any) -> dict[str, Any]:
    """Warnings of before named no store: their mail is written from the one where the customer joined."""
    card = getattr(event, "card_id", None) or ids.card_id(event.customer_id, event.program_id)
    place = {"card_id": str(card), "program_id": str(event.program_id)}
    return place if event.store_id is None else place | {"store_id": str(event.store_id)}


def _against(recorded: Recorded, kind: MailKind, known: Known) -> str | None:
    """The positive fact that speaks against sending, if any does."""
    event, merchant = recorded.event, recorded.envelope.merchant
    if isinstance(event, PointsExpired) and event.cause == "closed":
        return CARD_CLOSED
    if isinstance(event, CustomerRecognised):
        has_email = event.has_email
    else:
        has_email = known.has_email.get((merchant, event.customer_id), True)
    if not has_email:
        return NO_ADDRESS
    if not KINDS[kind].written or (isinstance(event, WelcomeBonusGranted) and not event.points):
        return NO_TEMPLATE  # That of the welcome bonus speaks of points.
    key = merchant, event.customer_id, kind
    if key in known.recent:
        return RECENT
    if KINDS[kind].once_in is not None:
        known.recent.add(key)
    return None
