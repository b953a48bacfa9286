"""What has fallen due on a card is booked before anything else happens to it, in the order of R75 (R34, R35, R50, R74).

So it does not matter when the work that is sent for it runs, or whether it runs at all.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain import crediting, movements, unlocking
from ledger.domain.account import entry
from ledger.domain.card import Card, Hold, Unlocked
from ledger.domain.case import Case
from ledger.domain.clock import goes_on
from ledger.domain.days import end_of
from ledger.domain.expiring import lapse
from ledger.domain.lots import Lot
from stampbook_events.ledger import (
    ClockWentOn,
    LotRedated,
    MergeCards,
    Moves,
    PointsExpired,
    RefundPurchase,
    ReservationLapsed,
    RewardExpired,
    RewardRedated,
    Stamping,
    VoidOperation,
)


class Kind(IntEnum):
    """At the same instant in this order (R75); that the clock goes on comes before all that it lets fall due."""

    GOES_ON = 0
    LAPSE = 1
    REWARD = 2
    POINTS = 3
    END = 4


class Due(NamedTuple):
    at: datetime
    kind: Kind
    subject: UUID


def catch_up(case: Case, card: Card) -> None:
    """Book all that is due by the recording of the command in hand."""
    if card.state in {"closed", "merged"}:
        return
    while True:
        work = min(_due(case, card), default=None)
        _stand(case, card, work.at if work else case.at)
        if work is None:
            return
        _BOOK[work.kind](case, card, work)


def _stand(case: Case, card: Card, at: datetime) -> None:
    """Which lots and rewards are over by their date at *at*, and still there because their clock stood then."""
    dated: list[Lot | Unlocked] = [*card.holdings.lots.values(), *card.unlocked.values()]
    for one in dated:
        if one.expires_at is not None and one.expires_at <= at:
            store_id = one.store_id if isinstance(one, Lot) else one.terms.store_id
            stops = case.tenant.stops_of(card, store_id)
            went_on = goes_on(stops, one.expires_at) if stops else one.expires_at
            one.stands = went_on is None or went_on > at


def _due(case: Case, card: Card) -> Iterator[Due]:
    at = case.at
    for hold in card.holds.values():
        if hold.state == "open" and hold.ends_at <= at:
            yield Due(hold.ends_at, Kind.LAPSE, hold.reservation_id)
    for one in card.unlocked.values():
        if one.state == "open" and one.expires_at is not None and one.expires_at <= at:
            yield from _by_the_clock(case, card, one, one.terms.store_id, Kind.REWARD, one.id)
    for lot in card.holdings.lots.values():
        if lot.expires_at is not None and lot.expires_at <= at and _counts(case, lot):
            yield from _by_the_clock(case, card, lot, lot.store_id, Kind.POINTS, lot.lot_id, empty=not lot.free)
    ending = case.tenant.program(card.program_id).ending
    if ending is not None and not card.ended:
        over = end_of(ending.last_day, case.tenant.zone_of(card.store_id))
        if over <= at:
            yield Due(over, Kind.END, card.card_id)


def _counts(case: Case, lot: Lot) -> bool:
    """A spent lot's day matters only to who undoes something, for then points may come back to it."""
    counts = bool(lot.free or lot.held) or isinstance(
        case.received.command, VoidOperation | RefundPurchase | MergeCards
    )
    lot.stands = lot.stands and counts
    return counts


def _by_the_clock(
    case: Case,
    card: Card,
    one: Lot | Unlocked,
    store_id: UUID | None,
    kind: Kind,
    subject: UUID,
    *,
    empty: bool = False,
) -> Iterator[Due]:
    """It fell due, or its clock stood: then it has another day from when the clock went on, or has not fallen due yet."""
    assert one.expires_at is not None
    stops = case.tenant.stops_of(card, store_id)
    went_on = goes_on(stops, one.expires_at) if stops else one.expires_at
    if went_on is None or went_on > case.at:
        return
    if went_on > one.expires_at:
        yield Due(went_on, Kind.GOES_ON, subject)
    elif not empty:
        yield Due(one.expires_at, kind, subject)


def _go_on(case: Case, card: Card, work: Due) -> None:
    lots, rewards = [], []
    for due in sorted(due for due in _due(case, card) if due.kind is Kind.GOES_ON and due.at == work.at):
        if due.subject in card.unlocked:
            one = card.unlocked[due.subject]
            on = crediting.restored_day(case, card, work.at, one.terms.zone)
            rewards.append(RewardRedated(unlocked_id=one.id, expires_on=on, expires_at=end_of(on, one.terms.zone)))
        else:
            lot = card.holdings.lots[due.subject]
            on = crediting.restored_day(case, card, work.at, lot.zone)
            lots.append(LotRedated(lot_id=lot.lot_id, expires_on=on, expires_at=lapse(on, lot.grace_days, lot.zone)))
    with case.due(work.at):
        event = ClockWentOn(**case.standing(card, Moves(redated=tuple(lots))), rewards=tuple(rewards))
        case.tell(card.card_id, event, work.at)


def _lapse(case: Case, card: Card, work: Due) -> None:
    """Dated to its end, however late it is booked (R50)."""
    hold = card.holds[work.subject]
    before = card.holdings.available(work.at)
    with case.due(work.at):
        case.tell(card.card_id, lapsed(case, card, hold), work.at)
        _stand(case, card, case.at)  # What is within reach now, not then.
        crediting.tell_reach(case, card, before)


def lapsed(case: Case, card: Card, hold: Hold) -> ReservationLapsed:
    moves = movements.release(card.holdings, hold.taken, case.effective)
    return ReservationLapsed(
        **case.standing(card, moves),
        reservation_id=hold.reservation_id,
        reward_id=hold.reward_id,
        quantity=hold.quantity,
        points=hold.cost * hold.quantity,
    )


def _expire_reward(case: Case, card: Card, work: Due) -> None:
    one = card.unlocked[work.subject]
    with case.due(work.at, one.terms.store_id):
        event = RewardExpired(
            **case.about(card),
            store_id=case.store_of(card),
            unlocked_id=one.id,
            stamping=unlocking.left(case, card, one.id),
        )
        case.tell(card.card_id, event, work.at)
        unlocking.recomplete(case, card)


def _expire_points(case: Case, card: Card, work: Due) -> None:
    """One event per card and instant (R34)."""
    ids = {due.subject for due in _due(case, card) if due.kind is Kind.POINTS and due.at == work.at}
    lots = [lot for lot in card.holdings.in_order() if lot.lot_id in ids]
    with case.due(work.at):
        moves = movements.expire(lots)
        points = sum(lot.free for lot in lots)
        event = PointsExpired(**_lapsed_standing(case, card, moves), points=points, due=work.at)
        case.tell(card.card_id, event, work.at)


def _lapsed_standing(case: Case, card: Card, moves: Moves) -> dict[str, Any]:
    """The points were in no balance any more when their expiry is booked."""
    figures = case.standing(card, Moves())
    return figures | {"moves": moves}


def end_program(case: Case, card: Card, work: Due) -> None:
    """All that is left expires (R12)."""
    with case.due(work.at):
        end_all(case, card, "program_ended")


def end_all(case: Case, card: Card, cause: str) -> None:
    lots = [lot for lot in card.holdings.in_order() if lot.free]
    withdrawn = tuple(one.id for one in card.open_rewards())
    stamping = None
    if card.count or card.capped_by:
        lines = entry("stamps", issued=-card.count, expired=card.count)
        stamping = Stamping(count=0, target=card.target or 0, capped_by=None, lines=lines)
    event = PointsExpired(
        **case.standing(card, movements.expire(lots)),
        points=sum(lot.free for lot in lots),
        due=case.effective,
        cause=cause,  # type: ignore[arg-type]
        stamps=card.count,
        withdrawn=withdrawn,
        stamping=stamping,
    )
    case.tell(card.card_id, event, case.effective)


_BOOK: dict[Kind, Callable[[Case, Card, Due], None]] = {
    Kind.GOES_ON: _go_on,
    Kind.LAPSE: _lapse,
    Kind.REWARD: _expire_reward,
    Kind.POINTS: _expire_points,
    Kind.END: end_program,
}
