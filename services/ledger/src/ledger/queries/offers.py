"""What merchants have set up: programs, campaigns and rewards, each with its versions and which of them is in force."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from ledger.queries.questions import AskOffer, AskOffers, AskProgram, AskPrograms
from ledger.queries.room import fitting
from ledger.store import reading
from ledger.store.looking import one_moment, tenant_of
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

PROGRAMS_PER_PAGE = 1000
P = TypeVar("P", bound=Published[Any])
V = TypeVar("V")


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
            "program_versions": (AskOffer, self.program_versions),
            "campaign_versions": (AskOffer, self.campaign_versions),
            "reward_versions": (AskOffer, self.reward_versions),
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
        tenant, at = await self._tenant(request.merchant)
        own = {found.id: found.id for found in tenant.programs.values()}
        page, more = _page(request, tenant.programs, own, lambda one: _program(one, at, _at_a_glance(one, at)))
        return ProgramHistories(programs=page, next=more)

    async def campaigns_of(self, request: AskOffers) -> CampaignHistories:
        tenant, at = await self._tenant(request.merchant)
        own = _programs(tenant.campaigns.values())
        page, more = _page(request, tenant.campaigns, own, lambda one: _campaign(one, at, _at_a_glance(one, at)))
        return CampaignHistories(campaigns=page, next=more)

    async def rewards_of(self, request: AskOffers) -> RewardHistories:
        tenant, at = await self._tenant(request.merchant)
        own = _programs(tenant.rewards.values())
        page, more = _page(request, tenant.rewards, own, lambda one: _reward(one, at, _at_a_glance(one, at)))
        return RewardHistories(rewards=page, next=more)

    async def program_versions(self, request: AskOffer) -> ProgramHistory:
        tenant, at = await self._tenant(request.merchant)
        program = tenant.programs.get(request.offer_id)
        if program is None:
            raise Refusal("program_unknown")
        return _program(program, at, _before(program, request.before))

    async def campaign_versions(self, request: AskOffer) -> CampaignHistory:
        tenant, at = await self._tenant(request.merchant)
        campaign = tenant.campaigns.get(request.offer_id)
        if campaign is None:
            raise Refusal("campaign_unknown")
        return _campaign(campaign, at, _before(campaign, request.before))

    async def reward_versions(self, request: AskOffer) -> RewardHistory:
        tenant, at = await self._tenant(request.merchant)
        reward = tenant.rewards.get(request.offer_id)
        if reward is None:
            raise Refusal("reward_unknown")
        return _reward(reward, at, _before(reward, request.before))

    async def _tenant(self, merchant: UUID) -> tuple[Tenant, datetime]:
        at = self.clock.now()
        async with one_moment(self.pool) as db:
            return await tenant_of(db, merchant, (), at), at


def _programs(offers: Iterable[Campaign | Reward]) -> dict[UUID, UUID]:
    """By offer the program that its newest version belongs to."""
    return {offer.id: offer.newest.terms.program_id for offer in offers}


def _page(
    request: AskOffers, offers: Mapping[UUID, P], programs: Mapping[UUID, UUID], shown: Callable[[P], V]
) -> tuple[list[V], str | None]:
    begin = after(request.cursor)
    ids = sorted(
        offer_id
        for offer_id in offers
        if (begin is None or offer_id > begin) and request.program_id in {None, programs[offer_id]}
    )
    page = fitting(shown(offers[offer_id]) for offer_id in ids[: request.limit])
    return page, str(ids[len(page) - 1]) if len(ids) > len(page) else None


def _at_a_glance(published: P, at: datetime) -> Sequence[Version[Any]]:
    in_force = published.in_force(at)
    return [published.newest, *([in_force] if in_force is not None and in_force is not published.newest else [])]


def _before(published: P, before: int | None) -> Sequence[Version[Any]]:
    """All there are, from the newest on, as far as one answer goes."""
    older = published.versions[: len(published.versions) if before is None else before - 1]
    return fitting(reversed(older[-VERSIONS_SHOWN:]))


def _history(published: P, at: datetime, versions: Sequence[Version[Any]]) -> dict[str, Any]:
    in_force, last = published.in_force(at), versions[-1].number if versions else 1
    return {
        "in_force": in_force.number if in_force else None,
        "versions_in_all": len(published.versions),
        "older": last if last > 1 else None,
    }


def _program(program: Program, at: datetime, versions: Sequence[Version[ProgramTerms]]) -> ProgramHistory:
    ending = program.ending
    return ProgramHistory(
        **_history(program, at, versions),
        program_id=program.id,
        ends_at=ending.ends_at if ending else None,
        last_day=ending.last_day if ending else None,
        versions=[_program_version(version) for version in versions],
    )


def _program_version(version: Version[ProgramTerms]) -> ProgramVersion:
    return ProgramVersion(
        version=version.number,
        effective_from=version.effective_from,
        withdrawn=version.withdrawn,
        **msgspec.structs.asdict(version.terms),
    )


def _campaign(campaign: Campaign, at: datetime, versions: Sequence[Version[Any]]) -> CampaignHistory:
    return CampaignHistory(
        **_history(campaign, at, versions),
        campaign_id=campaign.id,
        program_id=campaign.newest.terms.program_id,
        versions=[CampaignVersion(**_version(version)) for version in versions],
    )


def _reward(reward: Reward, at: datetime, versions: Sequence[Version[Any]]) -> RewardHistory:
    return RewardHistory(
        **_history(reward, at, versions),
        reward_id=reward.id,
        program_id=reward.newest.terms.program_id,
        retired_at=reward.retired_at,
        taken=reward.taken,
        left=reward.left(at),
        versions=[RewardVersion(**_version(version)) for version in versions],
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
