"""How points move between a card's lots and accounts: each movement of R76's table, once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

import msgspec

from ledger.domain.account import Holdings, entry
from ledger.domain.card import Taken
from ledger.domain.days import local_day
from ledger.domain.expiring import lapse
from ledger.domain.lots import Lot, allocate
from ledger.domain.refusals import Refused
from stampbook_events.ledger import LotMoved, LotOpened, Moves

Giver = Literal["granted", "adjusted"]
Taker = Literal["redeemed", "adjusted"]


class Comeback(NamedTuple):
    """What a successor is made by: the event that gives points back, and the settings in force then.

    *kept_back* of a debt is not repaid by them: something else repays it in the same event.
    """

    event_id: UUID
    restore_days: int
    warn_days: int
    kept_back: int = 0


def credit(holdings: Holdings, points: int, lot: LotOpened, giver: Giver = "granted") -> Moves:
    """Points that are given repay a debt first; the rest becomes a lot (R18). *lot* says what it would be like."""
    repaid = min(holdings.totals.owed, points)
    rest = points - repaid
    opened = (msgspec.structs.replace(lot, points=rest),) if rest else ()
    return Moves(lines=entry("points", **{giver: -points}, debt=repaid, issued=rest), opened=opened)


def spend(holdings: Holdings, points: int, at: datetime, taker: Taker = "redeemed") -> Moves:
    """Free points leave at once: a redemption or an adjustment down. Raises ``not_enough_points``."""
    taken = _take(holdings, points, at)
    return Moves(
        lines=entry("points", issued=-points, **{taker: points}),
        moved=tuple(_moved(one.lot_id, "free", taker, one.points) for one in taken),
    )


def hold(holdings: Holdings, points: int, at: datetime) -> Moves:
    """Free points are set aside (R48). Raises ``not_enough_points``."""
    taken = _take(holdings, points, at)
    return Moves(
        lines=entry("points", issued=-points, held=points),
        moved=tuple(LotMoved(lot_id=one.lot_id, free=-one.points, held=one.points) for one in taken),
    )


def split(taken: Sequence[Taken], points: int) -> tuple[list[Taken], list[Taken]]:
    """The first *points* of an allocation, and the rest."""
    first, rest = [], []
    for one in taken:
        some = min(points, one.points)
        points -= some
        if some:
            first.append(Taken(one.lot_id, some))
        if one.points > some:
            rest.append(Taken(one.lot_id, one.points - some))
    return first, rest


def capture(taken: Sequence[Taken]) -> Moves:
    """What was set aside is spent, whether its lots have lapsed or not (R49, R51)."""
    return Moves(
        lines=entry("points", held=-_sum(taken), redeemed=_sum(taken)),
        moved=tuple(_moved(one.lot_id, "held", "redeemed", one.points) for one in taken),
    )


def expire(lots: Sequence[Lot]) -> Moves:
    """The free points of *lots* (R34)."""
    points = sum(lot.free for lot in lots)
    return Moves(
        lines=entry("points", issued=-points, expired=points),
        moved=tuple(LotMoved(lot_id=lot.lot_id, free=-lot.free, expired=lot.free) for lot in lots if lot.free),
    )


def release(holdings: Holdings, taken: Sequence[Taken], at: datetime) -> Moves:
    """Held points come back (R57); those of a lot that has lapsed meanwhile expire in the same step (R51)."""
    back = _come_back(holdings, taken)
    moved, expired = [], 0
    for one in back.lots:
        lapsed = one.rest if one.lot.lapsed(at) else 0
        expired += lapsed
        by = LotMoved(
            lot_id=one.lot.lot_id,
            held=-one.points,
            repaid=one.repaid,
            reversed=one.undone,
            free=one.rest - lapsed,
            expired=lapsed,
        )
        moved.append(by)
    lines = entry(
        "points",
        held=-_sum(taken),
        absorbed=back.undone,
        debt=back.repaid,
        expired=expired,
        issued=back.rest - expired,
    )
    return Moves(lines=lines, moved=(*moved, *back.written_on))


def give_back(
    holdings: Holdings, taken: Sequence[Taken], at: datetime, comeback: Comeback, taker: Taker = "redeemed"
) -> Moves:
    """Spent points come back, lot by lot as recorded (R57); what its lot is too old for lies in a successor of it."""
    back = _come_back(holdings, taken, comeback.kept_back)
    moved, opened = [], []
    for one in back.lots:
        into = "free"
        if one.rest and one.lot.lapsed(at):
            opened.append(successor(one.lot, one.rest, at, comeback))
            into = "succeeded"
        moved.append(
            LotMoved(
                lot_id=one.lot.lot_id,
                **{taker: -one.points, into: one.rest},
                repaid=one.repaid,
                reversed=one.undone,
            )
        )
    lines = entry("points", **{taker: -_sum(taken)}, absorbed=back.undone, debt=back.repaid, issued=back.rest)
    return Moves(lines=lines, moved=(*moved, *back.written_on), opened=tuple(opened))


def successor(lot: Lot, points: int, at: datetime, comeback: Comeback) -> LotOpened:
    """A lot that goes on for one that has lapsed, for ``restore_days`` from the local day of *at*."""
    until = local_day(at, lot.zone) + timedelta(days=comeback.restore_days)
    return LotOpened(
        lot_id=uuid5(comeback.event_id, str(lot.lot_id)),
        points=points,
        effective_at=lot.effective_at,
        zone=lot.zone,
        program_version=lot.program_version,
        source=lot.source,
        expiry=lot.expiry,
        grace_days=lot.grace_days,
        store_id=lot.store_id,
        expires_on=until,
        expires_at=lapse(until, lot.grace_days, lot.zone),
        warned=comeback.restore_days <= comeback.warn_days,
        successor_of=lot.lot_id,
    )


class _Returned(NamedTuple):
    """What became of the *points* of one lot: *rest* of them are left when a debt and a write-off are settled."""

    lot: Lot
    points: int
    repaid: int
    undone: int

    @property
    def rest(self) -> int:
        return self.points - self.repaid - self.undone


class _Back(NamedTuple):
    """*written_on*: the write-offs that were undone, on the lots that they were noted on."""

    lots: tuple[_Returned, ...]
    repaid: int
    written_on: tuple[LotMoved, ...]

    @property
    def undone(self) -> int:
        return -sum(by.written_off for by in self.written_on)

    @property
    def rest(self) -> int:
        return sum(one.rest for one in self.lots)


def _come_back(holdings: Holdings, taken: Iterable[Taken], kept_back: int = 0) -> _Back:
    """Each lot's points first repay the debt, then undo what was written off when the lot's source was reversed."""
    before = owed = holdings.totals.owed - kept_back
    returned = []
    written_off = {lot.lot_id: lot.written_off for lot in holdings.lots.values() if lot.written_off}
    undone: dict[UUID, int] = {}
    for one in taken:
        lot, points = holdings.lots[one.lot_id], one.points
        repaid = min(owed, points)
        owed, rest, settled = owed - repaid, points - repaid, 0
        for of_source in holdings.of_source(lot.source):
            some = min(rest, written_off.get(of_source.lot_id, 0) - undone.get(of_source.lot_id, 0))
            if some:
                undone[of_source.lot_id] = undone.get(of_source.lot_id, 0) + some
                rest, settled = rest - some, settled + some
        returned.append(_Returned(lot, points, repaid, settled))
    written_on = tuple(LotMoved(lot_id=lot_id, written_off=-some) for lot_id, some in undone.items())
    return _Back(tuple(returned), before - owed, written_on)


def _moved(lot_id: UUID, out_of: str, into: str, points: int) -> LotMoved:
    return LotMoved(lot_id=lot_id, **{out_of: -points, into: points})


def must_have(holdings: Holdings, points: int, at: datetime) -> None:
    available = holdings.available(at)
    if points > available:
        raise Refused("not_enough_points", available=available)


def _take(holdings: Holdings, points: int, at: datetime) -> list[Taken]:
    must_have(holdings, points, at)
    return [Taken(lot.lot_id, some) for lot, some in allocate(holdings.lots.values(), points, at)]


def _sum(taken: Iterable[Taken]) -> int:
    return sum(one.points for one in taken)
