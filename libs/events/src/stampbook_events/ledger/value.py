"""How value moves: the lines between accounts and the lots touched, as every event that moves any states them (R8, R76)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from stampbook_events.ledger.terms import Expiry

Unit = Literal["points", "stamps"]
Account = Literal["issued", "held", "debt", "granted", "redeemed", "expired", "adjusted", "absorbed"]
Policy = Literal["debt", "absorb"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One posting: credit is positive, debit negative; the lines of an event sum to zero in each unit."""

    unit: Unit
    account: Account
    amount: int


class LotOpened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new lot (R29). *lot_id* is the event's own id but for a successor, which names the lot it follows (R57).

    *expires_on* is the day customers are shown, *expires_at* when the points lapse; both are missing where nothing
    expires. *source* is the operation that the points came from, by which they are found again when it is reversed.
    *warn_days* and *restore_days* are those of the version it was earned by (R10).
    """

    lot_id: UUID
    points: int
    effective_at: datetime
    zone: str
    program_version: int
    source: UUID
    policy: Policy
    expiry: Expiry
    grace_days: int = 0
    warn_days: int = 0
    restore_days: int = 30
    expires_on: date | None = None
    expires_at: datetime | None = None
    successor_of: UUID | None = None


class LotMoved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By how much a lot's points changed: free, held, expired, and written off when its source was reversed (R57)."""

    lot_id: UUID
    free: int = 0
    held: int = 0
    expired: int = 0
    written_off: int = 0


class LotRedated(msgspec.Struct, frozen=True, kw_only=True):
    """A lot's later date: by activity (R32), after a pause (R35) or by a migration (R37)."""

    lot_id: UUID
    expires_on: date
    expires_at: datetime


class Moves(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that an event does to value. Σ *moved* and *opened* free = the line of ``issued``, held = that of ``held``."""

    lines: tuple[Line, ...] = ()
    opened: tuple[LotOpened, ...] = ()
    moved: tuple[LotMoved, ...] = ()
    redated: tuple[LotRedated, ...] = ()
