"""What the gateway asks the ledger about a merchant's books, and gives out as it is: the API's own words (R77, R78)."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.ledger import PointValue


class AskLiability(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID | None = None
    at: datetime | None = None


class AskPeriod(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    first_day: date
    last_day: date
    program_id: UUID | None = None


class AskCohorts(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID | None = None


class Liability(msgspec.Struct, frozen=True, kw_only=True):
    """*points*: free and held ones; *debt* stands beside them, never netted. *money_minor*: what the points are worth,
    rounded up once; null where they have no value. *rewards*: unlocked and not fetched.
    """

    points: int
    debt: int
    money_minor: int | None
    rewards: int
    rewards_value_minor: int
    stamps: int


class StoreLiability(Liability, frozen=True, kw_only=True):
    """What was given in this store less what was fetched in it: below zero where customers fetch what they got elsewhere."""

    store_id: UUID


class ProgramLiability(Liability, frozen=True, kw_only=True):
    """*point_value*: of the version in force at that instant."""

    program_id: UUID
    point_value: PointValue | None
    stores: list[StoreLiability]


class LiabilityReport(msgspec.Struct, frozen=True, kw_only=True):
    """The money of *total* is the sum over the programs; null if one that has points has no value for them."""

    at: datetime
    total: Liability
    programs: list[ProgramLiability]


class RollForward(msgspec.Struct, frozen=True, kw_only=True):
    """opening + granted + adjusted - redeemed - expired + debt + absorbed = closing. *expired* is the breakage of the
    period, and *breakage_minor* what it is worth, rounded up once.
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


class StoreRollForward(RollForward, frozen=True, kw_only=True):
    store_id: UUID


class ProgramRollForward(RollForward, frozen=True, kw_only=True):
    """*point_value*: of the version in force at the end of the period."""

    program_id: UUID
    point_value: PointValue | None
    stores: list[StoreRollForward]


class BreakageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Each store by its own days, as far as they have come by *at*."""

    first_day: date
    last_day: date
    at: datetime
    total: RollForward
    programs: list[ProgramRollForward]


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the points that were granted in *month*. *breakage_percent*: what expired of what was granted and not
    reversed, to a tenth; null where that is nothing.
    """

    month: str
    granted: int
    reversed: int
    redeemed: int
    expired: int
    open: int
    breakage_percent: float | None


class StoreCohorts(msgspec.Struct, frozen=True, kw_only=True):
    """Of points that were granted in this store, wherever they were fetched."""

    store_id: UUID
    cohorts: list[Cohort]


class ProgramCohorts(msgspec.Struct, frozen=True, kw_only=True):
    program_id: UUID
    cohorts: list[Cohort]
    stores: list[StoreCohorts]


class CohortReport(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    programs: list[ProgramCohorts]
