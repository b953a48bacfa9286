"""What events on a card change of what its pass shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from stampbook_events.enrollment import Language
from stampbook_events.ledger import (
    CardClosed,
    CardFrozen,
    CardMerged,
    CardReopened,
    CardReplaced,
    CardState,
    CardUnfrozen,
    Stamping,
    StampsEarned,
    Standing,
)
from stampbook_messaging.messages import Recorded


@dataclass(slots=True)
class Change:
    """What a burst of events on one card comes to: only the newest of each value counts; what is None stays.

    *retargets*: *target* is the new one, also where that is None, without a stamp card.
    """

    last: Recorded
    points: int | None = None
    stamps: int | None = None
    retargets: bool = False
    target: int | None = None
    card_number: str | None = None
    language: Language | None = None
    state: CardState | None = None

    def add(self, one: Recorded) -> None:
        """Every event that moves value states what the card has now; a few change what the card itself is."""
        self.last = one
        event = one.event
        if isinstance(event, Standing):
            self.points = event.balance
        stamping: Stamping | None = getattr(event, "stamping", None)
        if stamping is not None:
            self._stamp(stamping.count, stamping.target)
        match event:
            case StampsEarned(count=count, target=target):
                self._stamp(count, target)
            case CardReplaced():
                self.card_number = event.card_number
            case CardFrozen():
                self.state = "frozen"
            case CardUnfrozen():
                self.state = "active"
            case CardClosed():
                self.state = "closed"
            case CardMerged():
                self.state, self.points, self.stamps = "merged", 0, 0  # All of it is the other card's.
            case CardReopened():
                self.state, self.points = "active", 0
                self.card_number, self.language = event.card_number, event.language
                self._stamp(0, event.stamp_target)

    def _stamp(self, count: int, target: int | None) -> None:
        """A target of 0 is that of a card without stamps."""
        self.stamps, self.target, self.retargets = count, target or None, True


def coalesced(events: Sequence[Recorded]) -> Mapping[tuple[UUID, UUID], Change]:
    """One change per card for all *events* of a batch, in their order."""
    changes: dict[tuple[UUID, UUID], Change] = {}
    for one in events:
        changes.setdefault((one.envelope.merchant, one.event.card_id), Change(one)).add(one)
    return changes
