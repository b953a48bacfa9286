"""What reports count of an event, and when: so that they can be summed up by the day (R76-R78)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.lots import Lot
from stampbook_events.ledger import (
    Moves,
    PointsExpired,
    ReservationLapsed,
    RewardExpired,
    RewardUnlocked,
    RewardUsed,
    Stamping,
    UseVoided,
)


class RewardChange(NamedTuple):
    """An unlocked reward is open from then on (*change* 1), or no more (-1). *store_id*: where it was unlocked."""

    card_id: UUID
    version: int
    unlocked_id: UUID
    counts_at: datetime
    program_id: UUID
    store_id: UUID
    change: int
    value_minor: int


class Cohort(NamedTuple):
    """Lots that were created in one month in one store."""

    program_id: UUID
    store_id: UUID
    month: date


class CohortChange(NamedTuple):
    granted: int = 0
    reversed: int = 0
    redeemed: int = 0
    expired: int = 0
    open: int = 0

    def plus(self, other: "CohortChange") -> "CohortChange":
        return CohortChange(*map(sum, zip(self, other, strict=True)))


def counts_at(event: Any, place: Place) -> datetime:
    """What the clock did counts when it fell due, booked or not, so that late work changes no report; all else when it
    was recorded (R78).
    """
    match event:
        case PointsExpired() | ReservationLapsed() | RewardExpired():
            return place.effective_at
        case RewardUnlocked():
            return event.rewards[0].since
        case _:
            return place.recorded_at


def store_of(event: Any, card: Card) -> UUID:
    """Where the lines of *event* count: where it happened, else in the card's home store (R76)."""
    store_id: UUID = getattr(event, "store_id", card.store_id)
    return store_id


def rewards_in(event: Any) -> tuple[UUID, ...]:
    """Which unlocked rewards it may open or end."""
    named = _REWARDS.get(type(event))
    rewards = named(event) if named is not None else ()
    stamping: Stamping | None = getattr(event, "stamping", None)
    return (*rewards, *stamping.withdrawn) if stamping is not None else rewards


_REWARDS: dict[type, Callable[[Any], tuple[UUID, ...]]] = {
    RewardUnlocked: lambda event: tuple(one.unlocked_id for one in event.rewards),
    RewardUsed: lambda event: (event.unlocked_id,),
    RewardExpired: lambda event: (event.unlocked_id,),
    UseVoided: lambda event: (event.unlocked_id,),
    PointsExpired: lambda event: event.withdrawn,
}


def open_among(card: Card, rewards: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(one for one in rewards if one in card.unlocked and card.unlocked[one].state == "open")


def reward_changes(
    card: Card, rewards: Iterable[UUID], open_before: frozenset[UUID], event: Any, place: Place
) -> Iterator[RewardChange]:
    """*card* as it is after *event*. Test customers are kept apart (R76)."""
    open_now = open_among(card, rewards)
    for unlocked_id in sorted(open_before ^ open_now) if not card.test else ():
        terms = card.unlocked[unlocked_id].terms
        yield RewardChange(
            card_id=card.card_id,
            version=card.version,
            unlocked_id=unlocked_id,
            counts_at=counts_at(event, place),
            program_id=card.program_id,
            store_id=terms.store_id or card.store_id,
            change=1 if unlocked_id in open_now else -1,
            value_minor=terms.value_minor,
        )


def cohort_changes(card: Card, moves: Moves) -> Iterator[tuple[Cohort, CohortChange]]:
    """*card* as it is after *moves*. What a lot gave to its successor stays in its cohort."""
    if card.test:
        return
    lots = card.holdings.lots
    for opened in moves.opened:
        granted = opened.points if opened.successor_of is None else 0
        yield _cohort(card, lots[opened.lot_id]), CohortChange(granted=granted, open=opened.points)
    for by in moves.moved:
        change = CohortChange(reversed=by.reversed, redeemed=by.redeemed, expired=by.expired, open=by.free + by.held)
        if any(change):
            yield _cohort(card, lots[by.lot_id]), change


def _cohort(card: Card, lot: Lot) -> Cohort:
    return Cohort(card.program_id, lot.store_id or card.store_id, lot.cohort)
