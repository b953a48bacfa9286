"""What a merchant owes and what was never fetched, as it is told: points, and money where points have a value (R77, R78)."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.ledger import PointValue


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """*points* may be spent or are set aside; *debt* stands beside them, never netted. *money_minor*: of the points,
    rounded up once; None where points have no value. *rewards* are unlocked and open.
    """

    points: int
    debt: int
    money_minor: int | None
    rewards: int
    rewards_value_minor: int
    stamps: int


class StoreOwed(Owed, frozen=True, kw_only=True):
    """What was given there less what was fetched there: below zero where customers fetch what they got elsewhere."""

    store_id: UUID


class ProgramOwed(Owed, frozen=True, kw_only=True):
    program_id: UUID
    point_value: PointValue | None
    stores: list[StoreOwed]


class LiabilityReport(msgspec.Struct, frozen=True, kw_only=True):
    """As of *at*. The money of *total* is that of its programs; None if one that has points has no value for them."""

    at: datetime
    total: Owed
    programs: list[ProgramOwed]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """opening + granted + adjusted - redeemed - expired + debt + absorbed = closing. *expired* is the breakage,
    *breakage_minor* its money, rounded up once; below zero where more was restored than expired.
    """

    opening: int
    granted: int
    adjusted: int
    redeemed: int
    expired: int
    debt: int
    absorbed: int
    closing: int
    breakage_minor: int | None


class StoreMoved(Moved, frozen=True, kw_only=True):
    store_id: UUID


class ProgramMoved(Moved, frozen=True, kw_only=True):
    program_id: UUID
    point_value: PointValue | None
    stores: list[StoreMoved]


class PeriodReport(msgspec.Struct, frozen=True, kw_only=True):
    """From the first instant of *first_day* to the last one of *last_day*, each store by its own clock, as far as it has
    come by *at*.
    """

    first_day: date
    last_day: date
    at: datetime
    total: Moved
    programs: list[ProgramMoved]


class CohortShown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the points that were granted in *month*. *breakage_percent*: expired of what was granted and not
    reversed, to a tenth; None where that is nothing.
    """

    month: str
    granted: int
    reversed: int
    redeemed: int
    expired: int
    open: int
    breakage_percent: float | None


class StoreCohorts(msgspec.Struct, frozen=True, kw_only=True):
    """Of the points that were granted there, wherever they were fetched."""

    store_id: UUID
    cohorts: list[CohortShown]


class ProgramCohorts(msgspec.Struct, frozen=True, kw_only=True):
    program_id: UUID
    cohorts: list[CohortShown]
    stores: list[StoreCohorts]


class CohortReport(msgspec.Struct, frozen=True, kw_only=True):
    """As of *at*."""

    at: datetime
    programs: list[ProgramCohorts]
