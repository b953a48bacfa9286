"""Programs, campaigns and rewards: published in versions, withdrawn, ended, retired."""

from datetime import UTC, date, datetime
from uuid import UUID

import places
import pytest
from worlds import FakeWorld, applied

from gateway.api.examples import BODIES
from stampbook_events.ledger import (
    BirthdayBonus,
    CampaignTerms,
    Caps,
    EndProgram,
    InactivityExpiry,
    PublishCampaign,
    PublishProgram,
    PublishReward,
    Rate,
    RetireReward,
    RollingExpiry,
    WithdrawCampaign,
    WithdrawProgram,
    WithdrawReward,
)

MERCHANT = f"/v1/merchants/{places.FASHION}"
THING = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000c1")
RULES = {
    "stacking": "add",
    "expiry": {"kind": "inactivity", "count": 6, "unit": "months"},
    "grace_days": 7,
    "overfill": "bank_to_limit",
    "bank_limit": 2,
    "welcome_stamps": 1,
    "welcome_timing": "first_purchase",
    "birthday": {"points": 20},
    "policy": "absorb",
    "caps": {"stamps_per_card": None, "points_per_card": 200},
    "point_value": {"minor": 333, "points": 100},
}


async def publish(api, bearer, what: str, **changes: object):
    body = {**BODIES[{"programs": "PublishProgramBody", "campaigns": "PublishCampaignBody"}[what]], **changes}
    return await api.post(f"{MERCHANT}/{what}", json=body, headers=bearer("merchant_key"))


async def test_a_program_is_published_with_all_its_rules(api, bearer, world: FakeWorld) -> None:
    answer = await publish(api, bearer, "programs", rules=RULES, effective_from="2027-01-01T00:00:00+01:00")
    assert answer.status_code == 202
    sent: PublishProgram = world.bus.last.command
    assert sent.rates == {"EUR": Rate(points=2, per_minor=100)}
    assert sent.rules.expiry == InactivityExpiry(count=6, unit="months")
    assert sent.rules.caps == Caps(stamps_per_card=None, points_per_card=200)
    assert sent.rules.birthday == BirthdayBonus(points=20)
    assert (sent.rules.policy, sent.rules.bank_limit, sent.rules.warn_days) == ("absorb", 2, 30)
    assert sent.effective_from == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


async def test_the_command_holds_the_ledgers_own_words(api, bearer, world: FakeWorld) -> None:
    await publish(api, bearer, "programs")
    assert type(world.bus.last.command.rules.expiry) is RollingExpiry
    assert type(world.bus.last.command.rules.caps) is Caps


@pytest.mark.parametrize(
    "rules",
    [
        {"policy": "forget"},
        {"grace": 3},
        {"caps": {"stamps": 3}},
        {"caps": {"stamps_per_card": 2**70}},
        {"expiry": {"kind": "rolling", "count": 121, "unit": "months"}},
        {"expiry": {"kind": "inactivity", "count": 121, "unit": "months"}},
        {"expiry": {"kind": "fixed", "month": 13, "day": 1}},
        {"expiry": {"kind": "rolling", "count": 1, "unit": "days", "from": "now"}},
        {"point_value": {"minor": 1.5, "points": 100}},
        {"birthday": {"points": 20, "cake": 1}},
    ],
)
async def test_rules_that_are_none_are_refused(api, bearer, world: FakeWorld, rules: dict[str, object]) -> None:
    answer = await publish(api, bearer, "programs", rules=rules)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert world.bus.stored == []


async def test_a_period_of_120_months_is_the_longest(api, bearer) -> None:
    rules = {"expiry": {"kind": "rolling", "count": 120, "unit": "months"}}
    assert (await publish(api, bearer, "programs", rules=rules)).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ends_at": "9999-12-31T23:59:59Z", "last_day": "2027-12-31"}, "/ends_at"),
        ({"ends_at": "2027-06-30T22:00:00Z", "last_day": "9999-12-31"}, "/last_day"),
        ({"ends_at": "2027-06-30T22:00:00Z", "last_day": "1999-12-31"}, "/last_day"),
    ],
)
async def test_a_date_out_of_all_calendars_is_refused(api, bearer, world: FakeWorld, body, field: str) -> None:
    answer = await api.post(f"{MERCHANT}/programs/{THING}/end", json=body, headers=bearer("merchant_key"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": field, "code": "year_implausible"}]
    assert world.bus.stored == []


async def test_the_end_of_a_program_is_announced(api, bearer, world: FakeWorld) -> None:
    body = BODIES["EndProgramBody"]
    await api.post(f"{MERCHANT}/programs/{THING}/end", json=body, headers=bearer("merchant_owner"))
    ends_at = datetime(2027, 6, 30, 22, 0, tzinfo=UTC)
    assert world.bus.last.command == EndProgram(program_id=THING, ends_at=ends_at, last_day=date(2027, 12, 31))
    assert world.bus.last.rest["keys"] == (THING,)


async def test_a_campaign_is_published_with_its_terms(api, bearer, world: FakeWorld) -> None:
    await publish(api, bearer, "campaigns", campaign_id=str(THING), stores=[str(places.HUB)])
    terms = CampaignTerms(
        program_id=UUID(BODIES["PublishCampaignBody"]["program_id"]),
        multiplier=200,
        names=BODIES["PublishCampaignBody"]["names"],
        stores=(places.HUB,),
        weekdays=(5,),
        first_day=date(2026, 12, 1),
        last_day=date(2026, 12, 24),
    )
    assert world.bus.last.command == PublishCampaign(campaign_id=THING, terms=terms)


@pytest.mark.parametrize(
    "wrong", [{"multiplier": 100}, {"multiplier": 1001}, {"weekdays": [7]}, {"names": {"it": "x"}}]
)
async def test_a_campaign_that_is_none_is_refused(api, bearer, wrong: dict[str, object]) -> None:
    assert (await publish(api, bearer, "campaigns", **wrong)).status_code == 400


async def test_a_reward_is_published_with_its_terms(api, bearer, world: FakeWorld) -> None:
    body = {**BODIES["PublishRewardBody"], "valid_days": None}
    await api.post(f"{MERCHANT}/rewards", json=body, headers=bearer("super_admin"))
    sent: PublishReward = world.bus.last.command
    assert (sent.terms.cost, sent.terms.stock, sent.terms.limit_per, sent.terms.valid_days) == (100, 500, "day", None)
    assert sent.terms.descriptions == {"en": "Any coffee of the house."}


@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("programs", WithdrawProgram(program_id=THING, version=2)),
        ("campaigns", WithdrawCampaign(campaign_id=THING, version=2)),
        ("rewards", WithdrawReward(reward_id=THING, version=2)),
    ],
)
async def test_a_version_is_withdrawn(api, bearer, world: FakeWorld, what: str, command) -> None:
    answer = await api.delete(f"{MERCHANT}/{what}/{THING}/versions/2", headers=bearer("merchant_key"))
    assert answer.status_code == 202
    assert world.bus.last.command == command


@pytest.mark.parametrize("version", ["0", "-1", "2147483648", "x"])
async def test_a_version_that_cannot_be_is_not_sent(api, bearer, world: FakeWorld, version: str) -> None:
    answer = await api.delete(f"{MERCHANT}/rewards/{THING}/versions/{version}", headers=bearer("merchant_key"))
    assert answer.status_code in {400, 404}
    assert world.bus.stored == []


async def test_a_reward_is_retired(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(reward_id=str(THING))
    answer = await api.post(f"{MERCHANT}/rewards/{THING}/retire", headers=bearer("merchant_key", Prefer="wait=1"))
    assert answer.json()["result"] == {"reward_id": str(THING)}
    assert world.bus.last.command == RetireReward(reward_id=THING)


@pytest.mark.parametrize("holder", ["store_manager", "staff"])
async def test_who_works_in_a_store_sets_nothing_up(api, bearer, world: FakeWorld, holder: str) -> None:
    answer = await api.post(f"{MERCHANT}/rewards", json=BODIES["PublishRewardBody"], headers=bearer(holder))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert world.bus.stored == []
