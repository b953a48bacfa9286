"""Who tells, by which channel and in which store, and what a terminal without a line tells later."""

from datetime import UTC, datetime

import places
import pytest
from worlds import FakeWorld

from stampbook_events.ledger import Terminal

POINTS = f"/v1/cards/{places.CARD}/points"
STAMPS = f"/v1/cards/{places.CARD}/stamps"
REDEMPTIONS = f"/v1/cards/{places.CARD}/redemptions"
PURCHASE = {"amount_minor": 8490, "currency": "EUR"}
OFFLINE = {
    "channel": "offline",
    "occurred_at": "2026-11-24T08:10:00Z",
    "terminal": {"ahead_ms": 600_000, "last_sync": "2026-11-24T07:00:00Z"},
}


async def told(api, bearer, holder: str, **more: object):
    return await api.post(POINTS, json={**PURCHASE, **more}, headers=bearer(holder))


@pytest.mark.parametrize(
    ("holder", "said", "channel"),
    [
        ("staff", None, "till"),
        ("merchant_owner", "till", "till"),
        ("merchant_key", None, "api"),
        ("merchant_key", "online", "online"),
    ],
)
async def test_the_channel_follows_from_who_tells(api, bearer, world: FakeWorld, holder, said, channel) -> None:
    store = {"store_id": str(places.HUB)} | ({"channel": said} if said else {})
    assert (await told(api, bearer, holder, **store)).status_code == 202
    assert world.bus.last.command.channel == channel


@pytest.mark.parametrize(
    ("holder", "said", "code"),
    [
        ("staff", "api", "not_for_staff"),
        ("staff", "online", "not_for_staff"),
        ("merchant_key", "till", "not_for_systems"),
        ("merchant_key", "offline", "not_for_systems"),
    ],
)
async def test_nobody_takes_anothers_channel(api, bearer, world: FakeWorld, holder, said, code) -> None:
    answer = await told(api, bearer, holder, channel=said)
    assert answer.json()["errors"] == [{"pointer": "/channel", "code": code}]
    assert world.bus.stored == []


async def test_what_happened_offline_comes_with_the_facts_of_the_clock(api, bearer, world: FakeWorld) -> None:
    await told(api, bearer, "staff", **OFFLINE)
    sent = world.bus.last
    assert sent.command.terminal == Terminal(ahead_ms=600_000, last_sync=datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    assert sent.rest["occurred_at"] == datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


async def test_what_happened_offline_says_when(api, bearer, world: FakeWorld) -> None:
    answer = await told(api, bearer, "staff", channel="offline")
    assert answer.json()["errors"] == [{"pointer": "/occurred_at", "code": "missing"}]
    assert world.bus.stored == []


async def test_a_system_has_no_terminal(api, bearer) -> None:
    answer = await told(api, bearer, "merchant_key", terminal={"ahead_ms": 1})
    assert answer.json()["errors"] == [{"pointer": "/terminal", "code": "not_for_systems"}]


@pytest.mark.parametrize("terminal", [{"ahead_ms": 10**12}, {"revoked_at": "2026-11-24T07:00:00Z"}, {"ahead_ms": 0.5}])
async def test_a_clock_that_cannot_be_is_refused(api, bearer, terminal: dict[str, object]) -> None:
    """When a device was revoked is not its own to say."""
    answer = await told(api, bearer, "staff", **{**OFFLINE, "terminal": terminal})
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "/occurred_at"),
        ({"terminal": {"last_sync": "9999-12-31T23:59:59Z"}}, "/terminal/last_sync"),
    ],
)
async def test_a_time_out_of_all_calendars_is_refused(api, bearer, world: FakeWorld, place, pointer) -> None:
    answer = await told(api, bearer, "staff", **{**OFFLINE, **place})
    assert answer.json()["errors"] == [{"pointer": pointer, "code": "year_implausible"}]
    assert world.bus.stored == []


async def test_a_system_may_leave_the_store_to_the_card(api, bearer, world: FakeWorld) -> None:
    assert (await told(api, bearer, "merchant_key")).status_code == 202
    assert world.bus.last.command.store_id is None


async def test_staff_of_all_stores_say_in_which_they_are(api, bearer) -> None:
    answer = await told(api, bearer, "merchant_owner")
    assert answer.json()["errors"] == [{"pointer": "/store_id", "code": "missing"}]


async def test_the_platform_acts_for_the_merchant_it_names(api, bearer, world: FakeWorld) -> None:
    assert (await told(api, bearer, "super_admin")).json()["code"] == "parameter_invalid"
    named = f"{POINTS}?merchant={places.FASHION}"
    assert (await api.post(named, json=PURCHASE, headers=bearer("super_admin"))).status_code == 202
    assert world.bus.last.merchant == places.FASHION
    assert world.bus.last.rest["actor"].kind == "super_admin"


async def test_what_was_shown_and_what_is_sent_again_is_told(api, bearer, world: FakeWorld) -> None:
    body = {"card_number": "4029188375520614", "linked_to": str(places.CUSTOMER), "override": "second coffee"}
    await api.post(STAMPS, json=body, headers=bearer("staff"))
    sent = world.bus.last.command
    assert (sent.card_number, sent.linked_to) == ("4029188375520614", places.CUSTOMER)
    assert sent.override == "second coffee"


async def test_a_redemption_says_when_only_if_it_was_offline(api, bearer, world: FakeWorld) -> None:
    body = {"reward_id": str(places.CARD), "occurred_at": "2026-11-24T08:10:00Z"}
    answer = await api.post(REDEMPTIONS, json=body, headers=bearer("staff"))
    assert answer.json()["errors"] == [{"pointer": "/occurred_at", "code": "offline_only"}]
    await api.post(REDEMPTIONS, json={**body, **OFFLINE}, headers=bearer("staff"))
    assert world.bus.last.rest["not_after"] is None
    assert world.bus.last.command.terminal is not None
