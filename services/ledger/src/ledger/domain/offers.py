"""Campaigns and rewards are published, withdrawn and retired (R9, R15, R41)."""

from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.versions import must_be_ahead, next_version
from stampbook_events.ledger import (
    CampaignPublished,
    CampaignTerms,
    CampaignWithdrawn,
    PublishCampaign,
    PublishReward,
    RetireReward,
    RewardPublished,
    RewardRetired,
    RewardTerms,
    RewardWithdrawn,
    WithdrawCampaign,
    WithdrawReward,
)


def publish_campaign(case: Case, command: PublishCampaign) -> dict[str, object]:
    case.tenant.program(command.terms.program_id)
    _well_formed(command.terms)
    campaign = case.tenant.campaigns.get(command.campaign_id)
    if campaign is not None and campaign.newest.terms.program_id != command.terms.program_id:
        raise Refused("campaign_unknown")  # Of another program: an id is never used twice.
    number, effective_from = next_version(campaign, command.effective_from, case.at)
    event = CampaignPublished(
        campaign_id=command.campaign_id, campaign_version=number, terms=command.terms, effective_from=effective_from
    )
    case.tell(command.campaign_id, event)
    return {"campaign_id": command.campaign_id, "campaign_version": number}


def withdraw_campaign(case: Case, command: WithdrawCampaign) -> dict[str, object]:
    must_be_ahead(case.tenant.campaigns.get(command.campaign_id), command.version, case.at, "campaign")
    event = CampaignWithdrawn(campaign_id=command.campaign_id, campaign_version=command.version)
    case.tell(command.campaign_id, event)
    return {"campaign_id": command.campaign_id, "campaign_version": command.version}


def publish_reward(case: Case, command: PublishReward) -> dict[str, object]:
    case.tenant.program(command.terms.program_id)
    _well_formed(command.terms)
    reward = case.tenant.rewards.get(command.reward_id)
    if reward is not None and reward.newest.terms.program_id != command.terms.program_id:
        raise Refused("reward_unknown")  # Of another program: an id is never used twice.
    number, effective_from = next_version(reward, command.effective_from, case.at)
    event = RewardPublished(
        reward_id=command.reward_id, reward_version=number, terms=command.terms, effective_from=effective_from
    )
    case.tell(command.reward_id, event)
    return {"reward_id": command.reward_id, "reward_version": number}


def withdraw_reward(case: Case, command: WithdrawReward) -> dict[str, object]:
    must_be_ahead(case.tenant.rewards.get(command.reward_id), command.version, case.at, "reward")
    case.tell(command.reward_id, RewardWithdrawn(reward_id=command.reward_id, reward_version=command.version))
    return {"reward_id": command.reward_id, "reward_version": command.version}


def retire_reward(case: Case, command: RetireReward) -> dict[str, object]:
    """Twice is as good as once."""
    reward = case.tenant.rewards.get(command.reward_id)
    if reward is None:
        raise Refused("reward_unknown")
    if reward.retired_at is None:
        case.tell(command.reward_id, RewardRetired(reward_id=command.reward_id))
    return {"reward_id": command.reward_id}


def _well_formed(terms: CampaignTerms | RewardTerms) -> None:
    if not any(terms.names.values()):
        raise Refused("names_missing")
    if terms.first_day is not None and terms.last_day is not None and terms.last_day < terms.first_day:
        raise Refused("last_day_too_early")
