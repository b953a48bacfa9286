"""What a merchant sets up: programs, campaigns and rewards, in versions that never change once published (R9)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Texts
from stampbook_events.ledger.terms import CampaignTerms, Currency, Points, Rate, RewardTerms, Rounding, Rules


class PublishProgram(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.publish_program.v1"):
    """Publish the next version of a program; without *effective_from* it is in force from when it is recorded (R9)."""

    program_id: UUID
    names: Texts
    rates: dict[Currency, Rate]
    rounding: Rounding = "down"
    welcome_points: Points = 0
    stamp_target: Annotated[int, msgspec.Meta(ge=2, le=50)] | None = None
    rules: Rules = Rules()
    effective_from: datetime | None = None


class WithdrawProgram(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.withdraw_program.v1"):
    """Take back a version that is not yet in force."""

    program_id: UUID
    version: int


class EndProgram(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.end_program.v1"):
    """From *ends_at* on nothing is earned; at the end of *last_day* all that is left expires (R12)."""

    program_id: UUID
    ends_at: datetime
    last_day: date


class PublishCampaign(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.publish_campaign.v1"):
    campaign_id: UUID
    terms: CampaignTerms
    effective_from: datetime | None = None


class WithdrawCampaign(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.withdraw_campaign.v1"):
    campaign_id: UUID
    version: int


class PublishReward(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.publish_reward.v1"):
    reward_id: UUID
    terms: RewardTerms
    effective_from: datetime | None = None


class WithdrawReward(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.withdraw_reward.v1"):
    reward_id: UUID
    version: int


class RetireReward(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.retire_reward.v1"):
    """Nobody gets it any more; what is unlocked or held stays (R41)."""

    reward_id: UUID
