"""What merchants have set up: programs, campaigns and rewards, each with its versions and which of them is in force."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from ledger.domain.tenant import Tenant
from ledger.domain.terms import Campaign, Program, ProgramTerms, Reward
from ledger.domain.versions import Published, Version
from ledger.queries.cursors import after, cursor, place
from ledger.queries.offer_views import (
    VERSIONS_SHOWN,
    CampaignHistories,
    CampaignHistory,
    CampaignVersion,
    ProgramHistories,
    ProgramHistory,
    ProgramList,
    ProgramVersion,
    ProgramView,
    RewardHistories,
    RewardHistory,
    RewardVersion,
)
from ledger.queries.questions import AskOffers, AskProgram, AskPrograms
from ledger.store import reading
from ledger.store.looking import one_moment, tenant_of
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

PROGRAMS_PER_PAGE = 1000
P = TypeVar("P", bound=Published[Any])


@dataclass(frozen=True, slots=True)
class OfferQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {
            "program": (AskProgram, self.program),
            "programs": (AskPrograms, self.programs),
            "programs_of": (AskOffers, self.programs_of),
            "campaigns_of": (AskOffers, self.campaigns_of),
            "rewards_of": (AskOffers, self.rewards_of),
        }

    async def program(self, request: AskProgram) -> ProgramView:
        row = await self.pool.fetchrow(reading.PROGRAM, request.merchant, request.program_id, self.clock.now())
        if row is None:
            raise Refusal("program_unknown")
        return _view(row)

    async def programs(self, request: AskPrograms) -> ProgramList:
        """A page of them, and the positions they were read at, so that events from there complete the picture."""
        merchant, program_id = place(request.cursor, UUID)
        async with one_moment(self.pool) as db:
            positions = await db.fetch(reading.POSITIONS)
            rows = await db.fetch(reading.PROGRAMS, merchant, program_id, self.clock.now(), PROGRAMS_PER_PAGE + 1)
        page = [_view(row) for row in rows[:PROGRAMS_PER_PAGE]]
        more = len(rows) > PROGRAMS_PER_PAGE
        return ProgramList(
            programs=page,
            positions={row["id"]: row["pos"] for row in positions},
            next=cursor(page[-1].merchant, page[-1].program_id) if more else None,
        )

    async def programs_of(self, request: AskOffers) -> ProgramHistories:
        tenant, at = await self._tenant(request)
        own = {found.id: found.id for found in tenant.programs.values()}
        page, more = _page(request, tenant.programs, own)
        return ProgramHistories(programs=[_program(one, at) for one in page], next=more)

    async def campaigns_of(self, request: AskOffers) -> CampaignHistories:
        tenant, at = await self._tenant(request)
        page, more = _page(request, tenant.campaigns, _programs(tenant.campaigns.values()))
        return CampaignHistories(campaigns=[_campaign(one, at) for one in page], next=more)

    async def rewards_of(self, request: AskOffers) -> RewardHistories:
        tenant, at = await self._tenant(request)
        page, more = _page(request, tenant.rewards, _programs(tenant.rewards.values()))
        return RewardHistories(rewards=[_reward(one, at) for one in page], next=more)

    async def _tenant(self, request: AskOffers) -> tuple[Tenant, datetime]:
        at = self.clock.now()
        async with one_moment(self.pool) as db:
            return await tenant_of(db, request.merchant, (), at), at


def _programs(offers: Iterable[Campaign | Reward]) -> dict[UUID, UUID]:
    """By offer the program that its newest version belongs to."""
    return {offer.id: offer.newest.terms.program_id for offer in offers}


def _page(request: AskOffers, offers: Mapping[UUID, P], programs: Mapping[UUID, UUID]) -> tuple[list[P], str | None]:
    begin = after(request.cursor)
    ids = sorted(
        offer_id
        for offer_id in offers
        if (begin is None or offer_id > begin) and request.program_id in {None, programs[offer_id]}
    )
    page = ids[: request.limit]
    return [offers[offer_id] for offer_id in page], str(page[-1]) if len(ids) > len(page) else None


def _shown(published: P, at: datetime) -> tuple[int | None, Sequence[Version[Any]]]:
    in_force = published.in_force(at)
    newest = published.versions[-VERSIONS_SHOWN:]
    older = [in_force] if in_force is not None and in_force.number < newest[0].number else []
    return in_force.number if in_force else None, [*reversed(newest), *older]


def _program(program: Program, at: datetime) -> ProgramHistory:
    in_force, shown = _shown(program, at)
    ending = program.ending
    return ProgramHistory(
        program_id=program.id,
        in_force=in_force,
        ends_at=ending.ends_at if ending else None,
        last_day=ending.last_day if ending else None,
        versions=[_program_version(version) for version in shown],
    )


def _program_version(version: Version[ProgramTerms]) -> ProgramVersion:
    return ProgramVersion(
        version=version.number,
        effective_from=version.effective_from,
        withdrawn=version.withdrawn,
        **msgspec.structs.asdict(version.terms),
    )


def _campaign(campaign: Campaign, at: datetime) -> CampaignHistory:
    in_force, shown = _shown(campaign, at)
    return CampaignHistory(
        campaign_id=campaign.id,
        program_id=campaign.newest.terms.program_id,
        in_force=in_force,
        versions=[CampaignVersion(**_version(version)) for version in shown],
    )


def _reward(reward: Reward, at: datetime) -> RewardHistory:
    in_force, shown = _shown(reward, at)
    return RewardHistory(
        reward_id=reward.id,
        program_id=reward.newest.terms.program_id,
        in_force=in_force,
        retired_at=reward.retired_at,
        taken=reward.taken,
        left=reward.left(at),
        versions=[RewardVersion(**_version(version)) for version in shown],
    )


def _version(version: Version[Any]) -> dict[str, Any]:
    return {
        "version": version.number,
        "effective_from": version.effective_from,
        "withdrawn": version.withdrawn,
        "terms": version.terms,
    }


def _view(row: Any) -> ProgramView:
    return msgspec.convert(dict(row), ProgramView)
