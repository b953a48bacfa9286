"""``/v1/merchants/{merchant}/programs``, ``…/campaigns``, ``…/rewards``: what a merchant sets up, in versions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, post
from litestar.params import FromPath, JSONBody, PathParameter

from gateway.api.bodies import EndProgramBody, PublishCampaignBody, PublishProgramBody, PublishRewardBody
from gateway.api.context import Asked, principal_in
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import Action, tenant
from stampbook_events.ledger import (
    CampaignTerms,
    EndProgram,
    PublishCampaign,
    PublishProgram,
    PublishReward,
    RetireReward,
    RewardTerms,
    WithdrawCampaign,
    WithdrawProgram,
    WithdrawReward,
)

Version = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]


@post(
    "/v1/merchants/{merchant:uuid}/programs",
    operation_id="publish_program",
    summary="Publish the next version of a program",
    status_code=200,
)
async def publish_program(
    request: Asked, merchant: FromPath[UUID], data: JSONBody[PublishProgramBody]
) -> Response[CommandOutcome]:
    """A published version never changes. What was recorded under another one stays as it was."""
    command = msgspec.convert(msgspec.to_builtins(data), PublishProgram, strict=False)
    return await _write(request, "publish_program", merchant, command, "POST …/programs", data.program_id)


@delete(
    "/v1/merchants/{merchant:uuid}/programs/{program_id:uuid}/versions/{version:int}",
    operation_id="withdraw_program",
    summary="Withdraw a version that is not yet in force",
    status_code=200,
)
async def withdraw_program(
    request: Asked, merchant: FromPath[UUID], program_id: FromPath[UUID], version: Version
) -> Response[CommandOutcome]:
    command = WithdrawProgram(program_id=program_id, version=version)
    route = "DELETE …/programs/{program_id}/versions/{version}"
    return await _write(request, "withdraw_program", merchant, command, route, program_id)


@post(
    "/v1/merchants/{merchant:uuid}/programs/{program_id:uuid}/end",
    operation_id="end_program",
    summary="Announce the end of a program",
    status_code=200,
)
async def end_program(
    request: Asked, merchant: FromPath[UUID], program_id: FromPath[UUID], data: JSONBody[EndProgramBody]
) -> Response[CommandOutcome]:
    """Customers have at least 90 days to redeem what they have. It cannot be taken back."""
    command = EndProgram(program_id=program_id, ends_at=data.ends_at, last_day=data.last_day)
    return await _write(request, "end_program", merchant, command, "POST …/programs/{program_id}/end", program_id)


@post(
    "/v1/merchants/{merchant:uuid}/campaigns",
    operation_id="publish_campaign",
    summary="Publish the next version of a campaign",
    status_code=200,
)
async def publish_campaign(
    request: Asked, merchant: FromPath[UUID], data: JSONBody[PublishCampaignBody]
) -> Response[CommandOutcome]:
    """Multiplies the points of purchases, by stores, weekdays and local days."""
    terms = msgspec.convert(msgspec.to_builtins(data), CampaignTerms, strict=False)
    command = PublishCampaign(campaign_id=data.campaign_id, terms=terms, effective_from=data.effective_from)
    return await _write(request, "publish_campaign", merchant, command, "POST …/campaigns", data.campaign_id)


@delete(
    "/v1/merchants/{merchant:uuid}/campaigns/{campaign_id:uuid}/versions/{version:int}",
    operation_id="withdraw_campaign",
    summary="Withdraw a version of a campaign that is not yet in force",
    status_code=200,
)
async def withdraw_campaign(
    request: Asked, merchant: FromPath[UUID], campaign_id: FromPath[UUID], version: Version
) -> Response[CommandOutcome]:
    command = WithdrawCampaign(campaign_id=campaign_id, version=version)
    route = "DELETE …/campaigns/{campaign_id}/versions/{version}"
    return await _write(request, "withdraw_campaign", merchant, command, route, campaign_id)


@post(
    "/v1/merchants/{merchant:uuid}/rewards",
    operation_id="publish_reward",
    summary="Publish the next version of a reward",
    status_code=200,
)
async def publish_reward(
    request: Asked, merchant: FromPath[UUID], data: JSONBody[PublishRewardBody]
) -> Response[CommandOutcome]:
    """What is unlocked or held keeps the terms it had."""
    terms = msgspec.convert(msgspec.to_builtins(data), RewardTerms, strict=False)
    command = PublishReward(reward_id=data.reward_id, terms=terms, effective_from=data.effective_from)
    return await _write(request, "publish_reward", merchant, command, "POST …/rewards", data.reward_id)


@delete(
    "/v1/merchants/{merchant:uuid}/rewards/{reward_id:uuid}/versions/{version:int}",
    operation_id="withdraw_reward",
    summary="Withdraw a version of a reward that is not yet in force",
    status_code=200,
)
async def withdraw_reward(
    request: Asked, merchant: FromPath[UUID], reward_id: FromPath[UUID], version: Version
) -> Response[CommandOutcome]:
    command = WithdrawReward(reward_id=reward_id, version=version)
    route = "DELETE …/rewards/{reward_id}/versions/{version}"
    return await _write(request, "withdraw_reward", merchant, command, route, reward_id)


@post(
    "/v1/merchants/{merchant:uuid}/rewards/{reward_id:uuid}/retire",
    operation_id="retire_reward",
    summary="Offer a reward no more",
    status_code=200,
)
async def retire_reward(
    request: Asked, merchant: FromPath[UUID], reward_id: FromPath[UUID]
) -> Response[CommandOutcome]:
    """What is unlocked or held can still be fetched. Twice is as good as once."""
    command = RetireReward(reward_id=reward_id)
    return await _write(request, "retire_reward", merchant, command, "POST …/rewards/{reward_id}/retire", reward_id)


async def _write(
    request: Asked, action: Action, merchant: UUID, command: msgspec.Struct, route: str, subject: UUID
) -> Response[CommandOutcome]:
    asking = principal_in(request)
    tenant(asking, action, merchant)
    full = route.replace("…", "/v1/merchants/{merchant}")
    return await write(request, asking, Write(command=command, merchant=merchant, route=full, keys=(subject,)))


HANDLERS = (
    publish_program,
    withdraw_program,
    end_program,
    publish_campaign,
    withdraw_campaign,
    publish_reward,
    withdraw_reward,
    retire_reward,
)
