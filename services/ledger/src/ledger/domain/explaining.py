"""How a figure came about: by which events, and by how much each of them changed it (C14)."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.money import PLAIN
from ledger.domain.recording import lines_of
from ledger.domain.terms import ProgramTerms
from stampbook_events import ledger as events
from stampbook_events.ledger import Account, Moves, Rate, Rounding, Unit

DEBT: tuple[Account, ...] = ("debt",)
STAMPS: tuple[Account, ...] = ("issued", "debt")


def changed_lot(event: Any, lot_id: UUID) -> int:
    """By how much *event* changed what is free or held of a lot."""
    moves: Moves | None = getattr(event, "moves", None)
    if moves is None:
        return 0
    opened = sum(one.points for one in moves.opened if one.lot_id == lot_id)
    return opened + sum(by.free + by.held for by in moves.moved if by.lot_id == lot_id)


def moves_lot(event: Any, lot_id: UUID) -> bool:
    moves: Moves | None = getattr(event, "moves", None)
    if moves is None:
        return False
    return lot_id in {*(one.lot_id for one in moves.opened), *(one.lot_id for one in moves.moved)}


def redates_lot(event: Any, lot_id: UUID) -> bool:
    moves: Moves | None = getattr(event, "moves", None)
    return moves is not None and any(one.lot_id == lot_id for one in moves.redated)


def changed(event: Any, aggregate: UUID, cards: Collection[UUID], unit: Unit, accounts: Collection[Account]) -> int:
    """By how much *event*, told on *aggregate*, changed what *cards* have on these *accounts*."""
    lines = lines_of(event) if aggregate in cards else ()
    if isinstance(event, events.CardTakenOver) and event.other in cards:
        lines = (*lines, *event.other_lines)
    return sum(line.amount for line in lines if line.unit == unit and line.account in accounts)


def named(event: Any) -> frozenset[UUID]:
    """The operations, reservations and unlocked rewards that an event is about."""
    one = (getattr(event, name, None) for name in ("operation_id", "reservation_id", "unlocked_id", "purchase"))
    rewards = tuple(reward.unlocked_id for reward in getattr(event, "rewards", ()) if hasattr(reward, "unlocked_id"))
    stamping: events.Stamping | None = getattr(event, "stamping", None)
    of_stamps = (*stamping.withdrawn, *(settled.unlocked_id for settled in stamping.settled)) if stamping else ()
    codes = tuple(event.codes) if isinstance(event, events.CardReplaced) else ()
    return frozenset({*filter(None, one), *rewards, *getattr(event, "withdrawn", ()), *of_stamps, *codes})


class Purchase(NamedTuple):
    """What the points of a purchase were reckoned from (R13): *multiplier* in hundredths."""

    amount_minor: int
    rate: Rate
    rounding: Rounding
    multiplier: int


def purchase_of(event: events.PointsEarned, terms: ProgramTerms) -> Purchase:
    """*terms*: of the version that the event names."""
    multiplier = PLAIN + sum(one.multiplier - PLAIN for one in event.campaigns)
    return Purchase(event.amount_minor, terms.rates[event.currency], terms.rounding, multiplier)


class Share(NamedTuple):
    """A refund's share of a purchase, which is *after* less *before* (R54)."""

    purchase_points: int
    purchase_minor: int
    refunded_before_minor: int
    refunded_minor: int

    @property
    def before(self) -> int:
        return self.purchase_points * self.refunded_before_minor // self.purchase_minor

    @property
    def after(self) -> int:
        return self.purchase_points * (self.refunded_before_minor + self.refunded_minor) // self.purchase_minor


def share_of(refund: events.PurchaseRefunded, purchase: events.PointsEarned) -> Share:
    before = refund.refunded_minor - refund.amount_minor
    return Share(purchase.points, purchase.amount_minor, before, refund.amount_minor)
