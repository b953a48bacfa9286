"""How programs, campaigns and rewards are shown, with their versions."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Texts
from stampbook_events.ledger import CampaignTerms, Rate, RewardTerms, Rules

VERSIONS_SHOWN = 50


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """A program as it is in force; before its first version is, that one. From *ends_at* on nobody joins it (R12)."""

    merchant: UUID
    program_id: UUID
    version: int
    effective_from: datetime
    names: Texts
    rates: dict[str, Rate]
    rounding: str
    welcome_points: int
    stamp_target: int | None
    birthday_gift: bool = False
    ends_at: datetime | None = None


class ProgramList(msgspec.Struct, frozen=True, kw_only=True):
    """*positions*: how far each partition of the ledger's log was when this was read."""

    programs: list[ProgramView]
    positions: dict[int, int]
    next: str | None = None


class ProgramVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    effective_from: datetime
    withdrawn: bool
    names: Texts
    rates: dict[str, Rate]
    rounding: str
    welcome_points: int
    stamp_target: int | None
    rules: Rules


class History(msgspec.Struct, frozen=True, kw_only=True):
    """*in_force*: the number of that version. *older*: asked for *before* it, there are more of the *versions_in_all*.

    *versions*: the newest first, at most ``VERSIONS_SHOWN``; in a list, that one and the one in force.
    """

    versions_in_all: int
    older: int | None = None


class ProgramHistory(History, frozen=True, kw_only=True):
    """*ends_at*, *last_day*: R12."""

    program_id: UUID
    in_force: int | None
    ends_at: datetime | None
    last_day: date | None
    versions: list[ProgramVersion]


class ProgramHistories(msgspec.Struct, frozen=True, kw_only=True):
    programs: list[ProgramHistory]
    next: str | None = None


class CampaignVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    effective_from: datetime
    withdrawn: bool
    terms: CampaignTerms


class CampaignHistory(History, frozen=True, kw_only=True):
    campaign_id: UUID
    program_id: UUID
    in_force: int | None
    versions: list[CampaignVersion]


class CampaignHistories(msgspec.Struct, frozen=True, kw_only=True):
    campaigns: list[CampaignHistory]
    next: str | None = None


class RewardVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    effective_from: datetime
    withdrawn: bool
    terms: RewardTerms


class RewardHistory(History, frozen=True, kw_only=True):
    """*taken*: held or handed over and not given back. *left* in stock by the version in force; None: no end to it (R42)."""

    reward_id: UUID
    program_id: UUID
    in_force: int | None
    retired_at: datetime | None
    taken: int
    left: int | None
    versions: list[RewardVersion]


class RewardHistories(msgspec.Struct, frozen=True, kw_only=True):
    rewards: list[RewardHistory]
    next: str | None = None
