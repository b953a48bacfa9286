"""What a merchant set up. A published version never changes (R9)."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Texts
from stampbook_events.ledger.terms import CampaignTerms, Rate, RewardTerms, Rounding, Rules


class ProgramPublished(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_published.v1"):
    """In force from *effective_from*, or from when it was recorded."""

    program_id: UUID
    program_version: int
    names: Texts
    rates: dict[str, Rate]
    rounding: Rounding
    welcome_points: int
    stamp_target: int | None = None
    rules: Rules = Rules()
    effective_from: datetime | None = None


class ProgramWithdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_withdrawn.v1"):
    """A version that was never in force and never will be."""

    program_id: UUID
    program_version: int


class ProgramEnding(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_ending.v1"):
    """The end is told (R12)."""

    program_id: UUID
    ends_at: datetime
    last_day: date


class CampaignPublished(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.campaign_published.v1"):
    campaign_id: UUID
    campaign_version: int
    terms: CampaignTerms
    effective_from: datetime


class CampaignWithdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.campaign_withdrawn.v1"):
    campaign_id: UUID
    campaign_version: int


class RewardPublished(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.reward_published.v1"):
    reward_id: UUID
    reward_version: int
    terms: RewardTerms
    effective_from: datetime


class RewardWithdrawn(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.reward_withdrawn.v1"):
    reward_id: UUID
    reward_version: int


class RewardRetired(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.reward_retired.v1"):
    reward_id: UUID
