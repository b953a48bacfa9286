"""Where the points of a reversed credit are taken from (R55)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.domain.account import Holdings, entry
from ledger.domain.lots import Lot, allocate
from ledger.domain.movements import Giver
from stampbook_events.ledger import LotMoved, Moves, Policy


@dataclass(slots=True)
class _Search:
    """*left* is still to be found; what was found where stands in the other fields."""

    left: int
    free: dict[UUID, int] = field(default_factory=dict)
    expired: dict[UUID, int] = field(default_factory=dict)
    owed: int = 0
    written_off: int = 0

    def take_free(self, lot: Lot, points: int) -> None:
        self._take(self.free, lot, min(points, self.left))

    def take_expired(self, lot: Lot) -> None:
        self._take(self.expired, lot, min(lot.expired, self.left))

    def _take(self, where: dict[UUID, int], lot: Lot, points: int) -> None:
        if points:
            where[lot.lot_id] = points
            self.left -= points


def reverse(
    holdings: Holdings, source: UUID, points: int, policy: Policy, at: datetime, giver: Giver = "granted"
) -> Moves:
    """Take *points* of the credit *source* back: its own lots, what expired of them, other free points, the policy for
    what was spent, what expired of other lots, and at last the merchant's write-off.

    *holdings* has every lot of the card that ever expired; *policy* is the one recorded with the credit, or ``absorb``
    where nothing may be owed.
    """
    search, own = _Search(points), holdings.of_source(source)
    for lot in own:
        search.take_free(lot, lot.free)
    for lot in own:
        search.take_expired(lot)
    others = [lot for lot in holdings.lots.values() if lot.source != source]
    for lot, some in allocate(others, search.left, at):
        search.take_free(lot, some)
    spent = min(search.left, holdings.totals.spent_and_unsettled)
    search.left -= spent
    if policy == "debt":
        search.owed = spent
    else:
        search.written_off = spent
    for lot in sorted(others, key=lambda lot: (lot.effective_at, lot.lot_id)):
        search.take_expired(lot)
    search.written_off += search.left
    return _moves(search, own, points, giver)


def _moves(search: _Search, own: list[Lot], points: int, giver: Giver) -> Moves:
    written_off = {own[0].lot_id: search.written_off} if own and search.written_off else {}
    touched = [*dict.fromkeys((*search.free, *search.expired, *written_off))]
    lines = entry(
        "points",
        **{giver: points},
        issued=-sum(search.free.values()),
        expired=-sum(search.expired.values()),
        debt=-search.owed,
        absorbed=-search.written_off,
    )
    moved = tuple(
        LotMoved(
            lot_id=lot_id,
            free=-search.free.get(lot_id, 0),
            expired=-search.expired.get(lot_id, 0),
            reversed=search.free.get(lot_id, 0) + search.expired.get(lot_id, 0),
            written_off=written_off.get(lot_id, 0),
        )
        for lot_id in touched
    )
    return Moves(lines=lines, moved=moved)
