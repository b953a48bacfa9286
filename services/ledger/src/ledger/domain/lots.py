"""Lots: what each credit left, how long it lasts, and which points go first (R29, R40)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from stampbook_events.ledger import Expiry, LotMoved, LotOpened, LotRedated, Policy

_NEVER = datetime.max.replace(tzinfo=UTC)


class Lot(msgspec.Struct, frozen=True, kw_only=True):
    """One credit. *source* is the operation it came from; *written_off* of it when that was reversed (R57)."""

    lot_id: UUID
    source: UUID
    points: int
    free: int
    effective_at: datetime
    zone: str
    program_version: int
    policy: Policy
    expiry: Expiry
    grace_days: int = 0
    warn_days: int = 0
    restore_days: int = 30
    held: int = 0
    expired: int = 0
    written_off: int = 0
    expires_on: date | None = None
    expires_at: datetime | None = None
    successor_of: UUID | None = None

    def lapsed(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at


def opened(lot: LotOpened) -> Lot:
    return Lot(**msgspec.structs.asdict(lot), free=lot.points)


def moved(lot: Lot, by: LotMoved) -> Lot:
    return msgspec.structs.replace(
        lot,
        free=lot.free + by.free,
        held=lot.held + by.held,
        expired=lot.expired + by.expired,
        written_off=lot.written_off + by.written_off,
    )


def redated(lot: Lot, to: LotRedated) -> Lot:
    return msgspec.structs.replace(lot, expires_on=to.expires_on, expires_at=to.expires_at)


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
