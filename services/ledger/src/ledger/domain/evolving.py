"""A card after one more event: all that an event says, and nothing that it does not say."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.card import Card, Hold, Taken, Unlocked
from ledger.domain.clock import Stop
from stampbook_events import ledger as events
from stampbook_events.ledger import Line, Moves, RewardRedated, Stamping, UnlockedReward

AT_ONCE_MOST = 1000
"""No event unlocks so many rewards."""


class Place(NamedTuple):
    """Where and when an event stands: its id and the two times that later steps go by."""

    event_id: UUID
    recorded_at: datetime
    effective_at: datetime


def opened(event: events.CardOpened, place: Place) -> Card:
    return Card(
        card_id=event.card_id,
        customer_id=event.customer_id,
        program_id=event.program_id,
        store_id=event.store_id,
        number=event.card_number,
        language=event.language,
        test=event.test,
        opened_at=place.recorded_at,
        target=event.stamp_target,
        promise=event.welcome,
    )


def evolve(card: Card, event: Any, place: Place) -> None:
    """Everything but its opening, and what it takes over from another card (``take_over``)."""
    card.version += 1
    moves: Moves | None = getattr(event, "moves", None)
    if moves is not None:
        card.holdings.book(moves, place.recorded_at)
    more = _MORE.get(type(event))
    if more is not None:
        more(card, event, place)
    stamping: Stamping | None = getattr(event, "stamping", None)
    if stamping is not None:
        _stamped(card, stamping, place)


def take_over(card: Card, other: Card, lines: Iterable[Line]) -> None:
    """Lots, rewards, reservations and totals of *other* are this card's now (R68); *lines* are its share of what moved.

    Both were caught up with, all their lots: so no stop of the past is still to be reckoned with, and none may be
    reckoned to the lots that come.
    """
    card.stops = ()
    for line in lines:
        (other.holdings.totals if line.unit == "points" else other.stamps).book((line,))
    card.holdings.lots |= other.holdings.lots
    card.unlocked |= other.unlocked
    card.holds |= other.holds
    card.welcomes |= other.welcomes
    card.holdings.elsewhere += other.holdings.elsewhere
    card.holdings.totals.add(other.holdings.totals)
    card.stamps.add(other.stamps)
    other.holdings.lots, other.unlocked, other.holds, other.count = {}, {}, {}, 0
    other.holdings.elsewhere = 0


def taken_of(moves: Moves) -> tuple[Taken, ...]:
    """Which lots gave how much, in the order in which they gave it."""
    return tuple(Taken(by.lot_id, -by.free) for by in moves.moved if by.free < 0)


def _stamped(card: Card, stamping: Stamping, place: Place) -> None:
    card.count, card.target, card.capped_by = stamping.count, stamping.target, stamping.capped_by
    card.stamps.book(stamping.lines)
    for settled in stamping.settled:
        used = card.unlocked[settled.unlocked_id]
        used.owed += settled.owed
        used.written_off += settled.written_off
    for unlocked_id in stamping.withdrawn:
        _end(card, unlocked_id, "withdrawn", place)


def _end(card: Card, unlocked_id: UUID, state: Any, place: Place, store_id: UUID | None = None) -> None:
    one = card.unlocked[unlocked_id]
    one.state, one.ended_at, one.used_store = state, place.effective_at, store_id


def unlocked(reward: UnlockedReward, number: int) -> Unlocked:
    return Unlocked(
        terms=reward,
        code=reward.code,
        number=number,
        expires_on=reward.expires_on,
        expires_at=reward.expires_at,
    )


def _redate(card: Card, to: RewardRedated) -> None:
    one = card.unlocked[to.unlocked_id]
    one.expires_on, one.expires_at = to.expires_on, to.expires_at


def _unlock(card: Card, event: events.RewardUnlocked, place: Place) -> None:  # noqa: ARG001  one shape for all
    for n, reward in enumerate(event.rewards):
        card.unlocked[reward.unlocked_id] = unlocked(reward, card.version * AT_ONCE_MOST + n)


def _welcomed(card: Card, event: events.WelcomeBonusGranted, place: Place) -> None:  # noqa: ARG001
    card.welcomes[place.event_id] = place.effective_at


def _bonus_gone(card: Card, event: events.OperationVoided | events.BonusTakenBack, place: Place) -> None:  # noqa: ARG001
    card.welcomes.pop(event.operation_id, None)


def _hold(card: Card, event: events.RewardHeld, place: Place) -> None:
    card.holds[place.event_id] = Hold(
        reservation_id=place.event_id,
        reward_id=event.reward_id,
        reward_version=event.reward_version,
        quantity=event.quantity,
        cost=event.cost,
        code=event.code,
        ends_at=event.ends_at,
        day=event.day,
        store_id=event.store_id,
        taken=taken_of(event.moves),
    )


def _redeemed(card: Card, event: events.RewardRedeemed, place: Place) -> None:
    if event.reservation_id is not None:
        hold = card.holds[event.reservation_id]
        hold.state, hold.ended_at, hold.used_store = "captured", place.recorded_at, event.store_id


def _released(card: Card, event: events.ReservationReleased, place: Place) -> None:
    hold = card.holds[event.reservation_id]
    if hold.state == "open":  # Else the rest of one that was captured.
        hold.state, hold.ended_at = "released", place.recorded_at


def _lapsed(card: Card, event: events.ReservationLapsed, place: Place) -> None:
    hold = card.holds[event.reservation_id]
    hold.state, hold.ended_at = "lapsed", place.effective_at


def _used(card: Card, event: events.RewardUsed, place: Place) -> None:
    _end(card, event.unlocked_id, "used", place, event.store_id)


def _reward_expired(card: Card, event: events.RewardExpired, place: Place) -> None:
    _end(card, event.unlocked_id, "expired", place)


def _use_voided(card: Card, event: events.UseVoided, place: Place) -> None:
    one = card.unlocked[event.unlocked_id]
    one.state = event.state
    one.ended_at, one.used_store = (None, None) if event.state == "open" else (place.effective_at, None)
    if event.redated is not None:
        _redate(card, event.redated)


def _expired(card: Card, event: events.PointsExpired, place: Place) -> None:
    state = "withdrawn" if event.cause == "closed" else "expired"
    for unlocked_id in event.withdrawn:
        _end(card, unlocked_id, state, place)
    if event.cause != "date":
        card.ended = card.ended or event.cause == "program_ended"
        for lot in card.holdings.lots.values():
            lot.ended = True


def _expiring(card: Card, event: events.PointsExpiring, place: Place) -> None:  # noqa: ARG001
    for ending in event.lots:
        card.holdings.lots[ending.lot_id].warned = True


def _went_on(card: Card, event: events.ClockWentOn, place: Place) -> None:  # noqa: ARG001
    for redated in event.rewards:
        _redate(card, redated)


def _frozen(card: Card, event: events.CardFrozen, place: Place) -> None:  # noqa: ARG001
    card.state, card.stops = "frozen", (*card.stops, Stop(place.recorded_at))


def _unfrozen(card: Card, event: events.CardUnfrozen, place: Place) -> None:  # noqa: ARG001
    card.state, card.stops = "active", (*card.stops[:-1], Stop(card.stops[-1].begins, place.recorded_at))
    card.unfrozen_at = place.recorded_at


def _closed(card: Card, event: events.CardClosed, place: Place) -> None:  # noqa: ARG001
    card.state = "closed"
    if card.stops and card.stops[-1].ends is None:
        card.stops = (*card.stops[:-1], Stop(card.stops[-1].begins, place.recorded_at))


def _reopened(card: Card, event: events.CardReopened, place: Place) -> None:  # noqa: ARG001
    card.state, card.number, card.language = "active", event.card_number, event.language
    card.count, card.target, card.capped_by = 0, event.stamp_target, None
    card.promise, card.checked = event.welcome, False


def _replaced(card: Card, event: events.CardReplaced, place: Place) -> None:  # noqa: ARG001
    card.number = event.card_number
    for subject, code in event.codes.items():
        if subject in card.unlocked:
            card.unlocked[subject].code = code
        else:
            card.holds[subject].code = code


def _merged(card: Card, event: events.CardMerged, place: Place) -> None:  # noqa: ARG001
    card.state, card.merged_into = "merged", event.into


def _confirmed(card: Card, event: events.AddressConfirmed, place: Place) -> None:  # noqa: ARG001
    card.confirmed = True


def _checked(card: Card, event: events.HolderChecked, place: Place) -> None:  # noqa: ARG001
    card.checked = True


def _reached(card: Card, event: events.RewardWithinReach, place: Place) -> None:
    card.reached[event.reward_id] = place.recorded_at


_MORE: dict[type, Callable[[Card, Any, Place], None]] = {
    events.RewardUnlocked: _unlock,
    events.WelcomeBonusGranted: _welcomed,
    events.OperationVoided: _bonus_gone,
    events.BonusTakenBack: _bonus_gone,
    events.RewardHeld: _hold,
    events.RewardRedeemed: _redeemed,
    events.ReservationReleased: _released,
    events.ReservationLapsed: _lapsed,
    events.RewardUsed: _used,
    events.RewardExpired: _reward_expired,
    events.UseVoided: _use_voided,
    events.PointsExpired: _expired,
    events.PointsExpiring: _expiring,
    events.ClockWentOn: _went_on,
    events.CardFrozen: _frozen,
    events.CardUnfrozen: _unfrozen,
    events.CardClosed: _closed,
    events.CardReopened: _reopened,
    events.CardReplaced: _replaced,
    events.CardMerged: _merged,
    events.AddressConfirmed: _confirmed,
    events.HolderChecked: _checked,
    events.RewardWithinReach: _reached,
}
"""What an event says besides its moves and its stamps."""
