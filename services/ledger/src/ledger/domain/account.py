"""What a card holds of points: its lots and the totals of its accounts; how moves change them (R39, R76)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.domain import lots
from ledger.domain.lots import Lot
from stampbook_events.ledger import Account, Line, Moves, Unit


class Totals(msgspec.Struct, frozen=True, kw_only=True):
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

    def after(self, lines: Iterable[Line], unit: Unit) -> "Totals":
        sums: dict[str, int] = {}
        for line in lines:
            if line.unit == unit:
                sums[line.account] = sums.get(line.account, getattr(self, line.account)) + line.amount
        return msgspec.structs.replace(self, **sums) if sums else self


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one card. *lots* by id: all that hold something, and those that an operation was asked to reverse."""

    lots: Mapping[UUID, Lot] = {}
    totals: Totals = Totals()

    def free(self, at: datetime) -> int:
        return sum(lot.free for lot in self.lots.values() if not lot.lapsed(at))

    def balance(self, at: datetime) -> int:
        """Below zero only by a debt (R39)."""
        return self.free(at) + self.totals.held - self.totals.owed

    def available(self, at: datetime) -> int:
        return max(0, self.free(at) - self.totals.owed)

    def of_source(self, source: UUID) -> list[Lot]:
        """The lot of one operation and its successors, in the order they are used."""
        return lots.in_order(lot for lot in self.lots.values() if lot.source == source)

    def after(self, moves: Moves) -> "Holdings":
        if not (moves.lines or moves.redated):
            return self
        changed = dict(self.lots)
        changed |= {opened.lot_id: lots.opened(opened) for opened in moves.opened}
        for by in moves.moved:
            changed[by.lot_id] = lots.moved(changed[by.lot_id], by)
        for to in moves.redated:
            changed[to.lot_id] = lots.redated(changed[to.lot_id], to)
        return Holdings(lots=changed, totals=self.totals.after(moves.lines, "points"))


def entry(unit: Unit, **amounts: int) -> tuple[Line, ...]:
    """The lines of one event in the order of *amounts*, without those of nothing. Raises if they do not add up to zero."""
    if sum(amounts.values()):
        raise Unbalanced(f"{unit} {amounts}")
    return tuple(Line(unit=unit, account=_account(name), amount=amount) for name, amount in amounts.items() if amount)


class Unbalanced(AssertionError):
    """A decider's mistake: lines that do not add up to zero. It parks the command instead of recording a false entry."""


def _account(name: str) -> Account:
    found: Account = msgspec.convert(name, Account)
    return found
