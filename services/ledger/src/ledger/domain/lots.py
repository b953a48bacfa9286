"""Lots: what each credit left, how long it lasts, and which points go first (R29, R40)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from ledger.domain.days import local_day
from stampbook_events.ledger import Expiry, LotMoved, LotOpened, LotRedated

PLACES = ("free", "held", "redeemed", "expired", "reversed", "adjusted", "repaid", "succeeded")
"""Where a lot's points are: in all places together as many as it began with."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Lot(msgspec.Struct, kw_only=True):
    """One credit. *source* is the operation it came from; where its points are, ``LotMoved`` says.

    *stands*: its end was reached while its clock stood, and the clock stands still (R35).
    *ended*: with its card or program, whatever its date (R12, R66).
    *cohort*: the first day of the month, in its zone, in which it was recorded, or the lot that it follows was (R78).
    """

    lot_id: UUID
    source: UUID
    points: int
    free: int
    effective_at: datetime
    recorded_at: datetime
    zone: str
    program_version: int
    expiry: Expiry
    cohort: date
    grace_days: int = 0
    store_id: UUID | None = None
    held: int = 0
    redeemed: int = 0
    expired: int = 0
    reversed: int = 0
    adjusted: int = 0
    repaid: int = 0
    succeeded: int = 0
    written_off: int = 0
    warned: bool = False
    expires_on: date | None = None
    expires_at: datetime | None = None
    successor_of: UUID | None = None
    stands: bool = False
    ended: bool = False

    def lapsed(self, at: datetime) -> bool:
        return self.ended or (self.expires_at is not None and self.expires_at <= at and not self.stands)


def opened(lot: LotOpened, recorded_at: datetime, before: Lot | None = None) -> Lot:
    """*before*: the lot that it is the successor of."""
    return Lot(
        lot_id=lot.lot_id,
        source=lot.source,
        points=lot.points,
        free=lot.points,
        effective_at=lot.effective_at,
        recorded_at=recorded_at,
        zone=lot.zone,
        program_version=lot.program_version,
        expiry=lot.expiry,
        cohort=before.cohort if before is not None else local_day(recorded_at, lot.zone).replace(day=1),
        grace_days=lot.grace_days,
        store_id=lot.store_id,
        warned=lot.warned,
        expires_on=lot.expires_on,
        expires_at=lot.expires_at,
        successor_of=lot.successor_of,
    )


def move(lot: Lot, by: LotMoved) -> None:
    for place in PLACES:
        change = getattr(by, place)
        if change:
            setattr(lot, place, getattr(lot, place) + change)
    lot.written_off += by.written_off


def redate(lot: Lot, to: LotRedated) -> None:
    """A moved date makes a lot unwarned again (R38)."""
    lot.expires_on, lot.expires_at, lot.warned = to.expires_on, to.expires_at, False


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """First to expire first, what never expires last; then by effective time and id (R40)."""
    return sorted(lots, key=lambda lot: (lot.expires_at or _NEVER, lot.effective_at, lot.lot_id))


def allocate(lots: Iterable[Lot], points: int, at: datetime) -> list[tuple[Lot, int]]:
    """Which lots give how many of *points*, at most what they have free; lapsed ones give nothing."""
    taken: list[tuple[Lot, int]] = []
    for lot in in_order(lot for lot in lots if lot.free and not lot.lapsed(at)):
        if not points:
            break
        some = min(points, lot.free)
        taken.append((lot, some))
        points -= some
    return taken
