"""What a card holds of points: its lots and the totals of its accounts; how moves change them (R39, R76)."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec

from ledger.domain import lots
from ledger.domain.lots import Lot
from stampbook_events.ledger import Account, Line, Moves, Unit


class Totals(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The net sums of one card's accounts in one unit, signed as in the books: they add up to zero."""

    issued: int = 0
    held: int = 0
    debt: int = 0
    granted: int = 0
    redeemed: int = 0
    expired: int = 0
    adjusted: int = 0
    absorbed: int = 0

    @property
    def owed(self) -> int:
        return -self.debt

    @property
    def spent_and_unsettled(self) -> int:
        """What was spent or is held, and is neither owed nor written off: so much may become a debt (R55)."""
        return max(0, self.redeemed + self.held + self.debt + self.absorbed)

    def book(self, lines: Iterable[Line]) -> None:
        for line in lines:
            setattr(self, line.account, getattr(self, line.account) + line.amount)

    def add(self, other: "Totals") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


ACCOUNTS = Totals.__struct_fields__


class Holdings(msgspec.Struct, kw_only=True):
    """The points of one card. *lots* by id: all that an operation may touch or that lapse by then.

    *elsewhere*: the free points of the others, which are not at hand.
    """

    lots: dict[UUID, Lot] = msgspec.field(default_factory=dict)
    totals: Totals = msgspec.field(default_factory=Totals)
    elsewhere: int = 0

    def free(self, at: datetime) -> int:
        return self.elsewhere + sum(lot.free for lot in self.lots.values() if not lot.lapsed(at))

    def free_after(self, moves: Moves, at: datetime) -> int:
        """Once *moves* are booked. Points of a lot that is over are in no balance, whether they leave it or come back."""
        free = self.free(at) + sum(line.amount for line in moves.lines if line.account == "issued")
        if not (moves.moved or moves.redated):
            return free
        changes = {to.lot_id: 0 for to in moves.redated}
        for by in moves.moved:
            changes[by.lot_id] = changes.get(by.lot_id, 0) + by.free
        redated = {to.lot_id: to.expires_at is not None and to.expires_at <= at for to in moves.redated}
        for lot_id, change in changes.items():
            lot = self.lots[lot_id]
            over = lot.lapsed(at)
            over_then = lot.ended or redated.get(lot_id, over)
            free += (0 if over_then else lot.free + change) - (0 if over else lot.free) - change
        return free

    def balance(self, at: datetime) -> int:
        """Below zero only by a debt (R39)."""
        return self.free(at) + self.totals.held - self.totals.owed

    def available(self, at: datetime) -> int:
        return max(0, self.free(at) - self.totals.owed)

    def in_order(self) -> list[Lot]:
        """The same for the same lots, in whatever order they were loaded."""
        return lots.in_order(self.lots.values())

    def of_source(self, source: UUID) -> list[Lot]:
        """The lot of one operation and its successors, in the order they are used."""
        return lots.in_order(lot for lot in self.lots.values() if lot.source == source)

    def book(self, moves: Moves, recorded_at: datetime) -> None:
        for opened in moves.opened:
            before = self.lots[opened.successor_of] if opened.successor_of is not None else None
            self.lots[opened.lot_id] = lots.opened(opened, recorded_at, before)
        for by in moves.moved:
            lots.move(self.lots[by.lot_id], by)
        for to in moves.redated:
            lots.redate(self.lots[to.lot_id], to)
        self.totals.book(moves.lines)


def entry(unit: Unit, **amounts: int) -> tuple[Line, ...]:
    """The lines of one event in the order of *amounts*, without those of nothing. Raises if they do not add up to zero."""
    if sum(amounts.values()):
        raise Unbalanced(f"{unit} {amounts}")
    return tuple(
        Line(unit=unit, account=cast("Account", name), amount=amount) for name, amount in amounts.items() if amount
    )


class Unbalanced(AssertionError):
    """A decider's mistake: lines that do not add up to zero. It parks the command instead of recording a false entry."""
