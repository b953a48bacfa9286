"""How value moves: the lines between accounts and what they touch, as every event that moves any states them (R8, R76)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from stampbook_events.ledger.terms import Expiry, NoExpiry

Unit = Literal["points", "stamps"]
Account = Literal["issued", "held", "debt", "granted", "redeemed", "expired", "adjusted", "absorbed"]
Policy = Literal["debt", "absorb"]
RedeemCode = Annotated[
    str, msgspec.Meta(description="Whoever knows it can fetch the reward (R46).", extra={"secret": True})
]
"""An event that says one is not public: an integrator who needs the code has it from the answer to the own command."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One posting: credit is positive, debit negative; the lines of an event sum to zero in each unit."""

    unit: Unit
    account: Account
    amount: int


class LotOpened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new lot (R29). *lot_id* is the event's own id but for a successor, which names the lot it follows (R57).

    *expires_on* is the day customers are shown, *expires_at* when the points lapse; both are missing where nothing
    expires. *source* is the operation that the points came from, by which they are found again when it is reversed.
    *warned*: born with so little to live that nobody is warned of it (R38).
    """

    lot_id: UUID
    points: int
    effective_at: datetime
    zone: str
    program_version: int
    source: UUID
    expiry: Expiry = NoExpiry()
    grace_days: int = 0
    store_id: UUID | None = None
    expires_on: date | None = None
    expires_at: datetime | None = None
    warned: bool = False
    successor_of: UUID | None = None


class LotMoved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By how much a lot's points changed places; but for *written_off* the changes sum to zero.

    A lot's points are free, held, spent on a reward, expired, reversed with their source, adjusted away, used to repay
    a debt, or in its successor. *written_off*: of its source, when that was reversed; undone first if points come back (R57).
    """

    lot_id: UUID
    free: int = 0
    held: int = 0
    redeemed: int = 0
    expired: int = 0
    reversed: int = 0
    adjusted: int = 0
    repaid: int = 0
    succeeded: int = 0
    written_off: int = 0


class LotRedated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lot's later date: by activity (R32), after a pause (R35) or by a migration (R37); without one it never ends."""

    lot_id: UUID
    expires_on: date | None = None
    expires_at: datetime | None = None


class Moves(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that an event does to points. Σ *moved* and *opened* free = the line of ``issued``, held = that of ``held``."""

    lines: tuple[Line, ...] = ()
    opened: tuple[LotOpened, ...] = ()
    moved: tuple[LotMoved, ...] = ()
    redated: tuple[LotRedated, ...] = ()


class RewardSettled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By how much the stamps changed that are owed, or were written off, for a reward that was used (R59)."""

    unlocked_id: UUID
    owed: int = 0
    written_off: int = 0


class Stamping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that an event does to stamps: the lines, and the card as it is now.

    *count* of *target*; *capped_by* is the reward whose end opens the next cycle (R21, ``cap``). *withdrawn*: unlocked
    rewards that exist no more.
    """

    count: int
    target: int
    lines: tuple[Line, ...] = ()
    capped_by: UUID | None = None
    settled: tuple[RewardSettled, ...] = ()
    withdrawn: tuple[UUID, ...] = ()


class UnlockedReward(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward to be fetched by its code, from a full card or for a birthday (R45, R46); its terms are frozen (R10).

    *since*: which of several is the older one; when it was recorded, or fell due by the clock (R59, R74). *target* stamps went into it, none for a birthday, which *birthday* then names. *stores*: where it can be had,
    everywhere if None.
    """

    unlocked_id: UUID
    code: RedeemCode
    unlocked_at: datetime
    since: datetime
    zone: str
    reward_id: UUID | None = None
    reward_version: int | None = None
    target: int = 0
    birthday: UUID | None = None
    value_minor: int = 0
    store_id: UUID | None = None
    stores: tuple[UUID, ...] | None = None
    expires_on: date | None = None
    expires_at: datetime | None = None


class RewardRedated(msgspec.Struct, frozen=True, kw_only=True):
    """An unlocked reward's later date, after a pause (R35) or a voided use (R45)."""

    unlocked_id: UUID
    expires_on: date
    expires_at: datetime
