"""``/v1/merchants/{merchant}/programs``, ``…/campaigns``, ``…/rewards``: what a merchant offers, as lists and one by one."""

from __future__ import annotations

from typing import Annotated, TypeVar
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec.structs import replace

from gateway.api.context import Asked, parts_of, principal_in
from gateway.api.cursors import Cursor, Limit, given_out, place_in
from gateway.api.reading import ask
from gateway.authorizer import Action, tenant
from gateway.offers import (
    AskOffer,
    AskOffers,
    CampaignOffered,
    CampaignPage,
    ProgramOffered,
    ProgramPage,
    RewardOffered,
    RewardPage,
)

Page = TypeVar("Page", ProgramPage, CampaignPage, RewardPage)
One = TypeVar("One", ProgramOffered, CampaignOffered, RewardOffered)
_PRIVATE = {"Cache-Control": "no-store"}
_Before = Annotated[
    int | None, QueryParameter(ge=2, le=2**31 - 1, description="`older` of the page before: its versions go on below.")
]


@get("/v1/merchants/{merchant:uuid}/programs", operation_id="list_programs", summary="A merchant's programs")
async def list_programs(
    request: Asked, merchant: FromPath[UUID], cursor: Cursor = None, limit: Limit = 20
) -> Response[ProgramPage]:
    """Each with its newest version and the one in force; a page may hold fewer than were asked for."""
    return await _page(request, "list_programs", merchant, ProgramPage, cursor, limit)


@get(
    "/v1/merchants/{merchant:uuid}/programs/{program_id:uuid}",
    operation_id="see_program",
    summary="A program in all its versions",
)
async def see_program(
    request: Asked, merchant: FromPath[UUID], program_id: FromPath[UUID], before: _Before = None
) -> Response[ProgramOffered]:
    return await _one(request, "see_program", merchant, program_id, ProgramOffered, before)


@get("/v1/merchants/{merchant:uuid}/campaigns", operation_id="list_campaigns", summary="A merchant's campaigns")
async def list_campaigns(
    request: Asked,
    merchant: FromPath[UUID],
    program_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Response[CampaignPage]:
    """Each with its newest version and the one in force; a page may hold fewer than were asked for."""
    return await _page(request, "list_campaigns", merchant, CampaignPage, cursor, limit, program_id)


@get(
    "/v1/merchants/{merchant:uuid}/campaigns/{campaign_id:uuid}",
    operation_id="see_campaign",
    summary="A campaign in all its versions",
)
async def see_campaign(
    request: Asked, merchant: FromPath[UUID], campaign_id: FromPath[UUID], before: _Before = None
) -> Response[CampaignOffered]:
    return await _one(request, "see_campaign", merchant, campaign_id, CampaignOffered, before)


@get("/v1/merchants/{merchant:uuid}/rewards", operation_id="list_rewards", summary="A merchant's rewards")
async def list_rewards(
    request: Asked,
    merchant: FromPath[UUID],
    program_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Response[RewardPage]:
    """Each with what is left of it, its newest version and the one in force; a page may hold fewer than were asked for."""
    return await _page(request, "list_rewards", merchant, RewardPage, cursor, limit, program_id)


@get(
    "/v1/merchants/{merchant:uuid}/rewards/{reward_id:uuid}",
    operation_id="see_reward",
    summary="A reward in all its versions, and what is left of it",
)
async def see_reward(
    request: Asked, merchant: FromPath[UUID], reward_id: FromPath[UUID], before: _Before = None
) -> Response[RewardOffered]:
    return await _one(request, "see_reward", merchant, reward_id, RewardOffered, before)


async def _page(
    request: Asked,
    action: Action,
    merchant: UUID,
    kind: type[Page],
    cursor: str | None,
    limit: int,
    program_id: UUID | None = None,
) -> Response[Page]:
    parts, what = parts_of(request), action.removeprefix("list_")
    tenant(principal_in(request), action, merchant)
    listed = (what, merchant, program_id)
    place = place_in(parts, listed, cursor)
    question = AskOffers(merchant=merchant, program_id=program_id, cursor=place, limit=limit)
    found = await ask(parts, "ledger", f"{what}_of", question, kind)
    return Response(replace(found, next=given_out(parts, listed, found.next)), headers=_PRIVATE)


async def _one(
    request: Asked, action: Action, merchant: UUID, offer_id: UUID, kind: type[One], before: int | None
) -> Response[One]:
    tenant(principal_in(request), action, merchant)
    question = AskOffer(merchant=merchant, offer_id=offer_id, before=before)
    name = f"{action.removeprefix('see_')}_versions"
    return Response(await ask(parts_of(request), "ledger", name, question, kind), headers=_PRIVATE)


HANDLERS = (list_programs, see_program, list_campaigns, see_campaign, list_rewards, see_reward)
