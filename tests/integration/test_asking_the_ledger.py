"""What a card's statement, its past and its explanations say over HTTP, while a shop goes on selling."""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from stampbook_cli.journeys.calling import Call, Caller
from stampbook_cli.journeys.customer import PROGRAM_ID, STORE_ID
from stampbook_cli.seeding.demo_data import FASHION
from tests.platform import Platform

PURCHASES = 60
MERCHANT = f"/merchants/{FASHION}"
OVERLONG = "A" * 5_000


@pytest.fixture
def system(platform: Platform) -> Caller:
    return Caller(platform.doors, platform.keys.merchants["fashion-group"])


@pytest_asyncio.fixture
async def card(platform: Platform) -> str:
    """The address of a new card with the welcome bonus."""
    till = Caller(platform.doors, platform.keys.staff["fashionhub"])
    person = {"first_name": "Jo", "surname": "Test", "email": platform.new_address(), "language": "en", "test": True}
    found = await till.do(Call(f"/stores/{STORE_ID}/customers", person))
    return f"/cards/{found['card']['card_id']}"


async def buy(system: Caller, card: str, receipt: str) -> None:
    body = {"amount_minor": 1000, "currency": "EUR", "receipt": receipt, "store_id": STORE_ID}
    await system.do(Call(f"{card}/points", body))


async def pages(system: Caller, card: str, way: str, begin: str) -> list[list[dict[str, Any]]]:
    """From page to page as far as there are any."""
    found: list[list[dict[str, Any]]] = []
    query = begin
    while query:
        page = await system.see(f"{card}/statement?limit=3{query}")
        if not page["entries"]:
            return found
        found.append(page["entries"])
        query = f"&cursor={page[way]}" if page[way] else ""
    return found


async def test_a_statement_that_is_paged_while_purchases_land_tells_each_of_them_once(
    system: Caller, card: str
) -> None:
    receipts = [f"T-{secrets.token_hex(6)}".upper() for _ in range(PURCHASES)]
    for receipt in receipts[:20]:
        await buy(system, card, receipt)
    first = await system.see(f"{card}/statement?limit=3")
    selling = asyncio.gather(*(buy(system, card, receipt) for receipt in receipts[20:]))
    older = await pages(system, card, "older", f"&cursor={first['older']}")
    forward = await pages(system, card, "newer", "&begin=oldest")
    await selling
    newer = await pages(system, card, "newer", f"&cursor={first['newer']}")
    told = [*reversed([entry for page in newer for entry in reversed(page)])]
    told += [*first["entries"], *(entry for page in older for entry in page)]
    assert [entry["version"] for entry in told] == sorted((entry["version"] for entry in told), reverse=True)
    assert sorted(entry["receipt"] for entry in told if "receipt" in entry) == sorted(receipts)
    upwards = [entry["event_id"] for page in forward for entry in reversed(page)]
    assert upwards == [entry["event_id"] for entry in reversed(told)][: len(upwards)]


async def test_as_of_each_line_the_card_is_what_the_line_says(system: Caller, card: str) -> None:
    for _ in range(4):
        await buy(system, card, f"T-{secrets.token_hex(6)}")
    entries = (await system.see(f"{card}/statement"))["entries"]
    earned = [entry for entry in entries if entry["kind"] == "points_earned"]
    assert [entry["balance"] for entry in earned] == [130, 110, 90, 70]
    for entry in earned:
        at = datetime.fromisoformat(entry["recorded_at"])
        for instant, balance in ((at, entry["balance"]), (at - timedelta(microseconds=1), entry["balance"] - 20)):
            then = await system.see(f"{card}/as-of?at={instant:%Y-%m-%dT%H:%M:%S.%fZ}")
            assert (then["balance"], sum(lot["free"] for lot in then["lots"])) == (balance, balance)


async def test_every_figure_unfolds_into_events_with_versions_and_lots(system: Caller, card: str) -> None:
    await buy(system, card, f"T-{secrets.token_hex(6)}")
    await system.do(Call(f"{card}/stamps", {"stamps": 3, "store_id": STORE_ID}))
    shown = await system.see(card)
    balance, stamps = [await system.see(f"{card}/explanation?figure={figure}") for figure in ("balance", "stamps")]
    assert (balance["points"], stamps["points"]) == (shown["balance"], shown["stamps"]) == (70, 3)
    assert [part["points"] for part in balance["parts"]] == [50, 20]
    assert {step["program_version"] for step in balance["steps"]} == {1}
    lot = balance["parts"][1]["lot"]
    [part] = (await system.see(f"{card}/explanation?figure=lot&subject={lot['lot_id']}"))["parts"]
    assert (part["lot"], part["points"]) == (lot, 20)
    for entry in (await system.see(f"{card}/statement"))["entries"]:
        found = await system.see(f"{card}/explanation?figure=operation&subject={entry['event_id']}")
        assert (found["points"], found["steps"][0]["kind"]) == (entry["points"], entry["kind"])


@pytest.mark.parametrize(("kind", "name"), [("programs", "program"), ("rewards", "reward")])
async def test_what_a_merchant_offers_is_listed_and_told_one_by_one(system: Caller, kind: str, name: str) -> None:
    listed = (await system.see(f"{MERCHANT}/{kind}?limit=50"))[kind]
    assert listed
    assert {one["program_id"] for one in listed} >= {PROGRAM_ID}
    for one in listed:
        assert await system.see(f"{MERCHANT}/{kind}/{one[f'{name}_id']}") == one
        assert one["in_force"] == one["versions"][0]["version"] == one["versions_in_all"] == 1


async def test_a_campaign_is_listed_before_it_begins(system: Caller) -> None:
    program = next(
        one for one in (await system.see(f"{MERCHANT}/programs"))["programs"] if one["program_id"] == PROGRAM_ID
    )
    campaign = "0b6f7c1e-5a53-4c3e-9d58-0000000000f1"
    body = {
        "campaign_id": campaign, "program_id": program["program_id"], "multiplier": 150, "names": {"en": "Later"},
        "effective_from": "2199-01-01T00:00:00Z",
    }  # fmt: skip
    await system.do(Call(f"{MERCHANT}/campaigns", body))
    found = await system.see(f"{MERCHANT}/campaigns/{campaign}")
    assert (found["in_force"], found["versions"][0]["terms"]["multiplier"]) == (None, 150)
    assert found in (await system.see(f"{MERCHANT}/campaigns?program_id={PROGRAM_ID}"))["campaigns"]


async def test_a_stranger_finds_none_of_it(platform: Platform, card: str) -> None:
    bearer = platform.bearer(platform.keys.merchants["bookworld"])
    past = ("", "/statement", "/as-of?at=2026-01-01T00:00:00Z", "/explanation")
    for path in (*(f"{card}{part}" for part in past), f"{MERCHANT}/programs", f"{MERCHANT}/programs/{PROGRAM_ID}"):
        answer = await platform.doors.http.get(platform.doors.api(path), headers=bearer)
        assert answer.status_code == httpx.codes.NOT_FOUND, path


@pytest.mark.parametrize("text", ["%00", "a%00b", "%FF", "%F0%9F%92%A9", "..%2F..%2Fetc", "'%20OR%201=1", OVERLONG])
@pytest.mark.parametrize(
    "path",
    [
        "/tickets/{}", "/commands/{}/0b6f7c1e-5a53-4c3e-9d58-0000000000f1", "/cards/{}", "/cards/{}/statement",
        "/merchants/{}/programs", "/merchants/{}/rewards/0b6f7c1e-5a53-4c3e-9d58-0000000000f1", "/cards?number={}",
        "/cards?cursor={}", "/cards?merchant={}",
    ],
)  # fmt: skip
async def test_rubbish_in_an_address_of_the_api_is_the_callers_mistake(
    platform: Platform, path: str, text: str
) -> None:
    for holder in (platform.keys.merchants["fashion-group"], platform.keys.super_admin):
        address = platform.doors.api(path.format(text))
        answer = await platform.doors.http.get(address, headers=platform.bearer(holder))
        assert answer.status_code in {400, 403, 404, 414}
        assert answer.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("text", ["%00", "a%0D%0Ab", "%FF", "%F0%9F%92%A9", "..%2F..%2Fetc", OVERLONG])
@pytest.mark.parametrize(
    "path", ["/{}", "/en/{}", "/{}/join", "/{}/terms", "/c/{}", "/en/c/{}", "/w/{}", "/en/welcome/{}", "/static/{}"]
)
async def test_rubbish_in_an_address_of_a_shop_is_not_found(platform: Platform, path: str, text: str) -> None:
    answer = await platform.doors.http.get(platform.doors.page("fashionhub", path.format(text)))
    assert answer.status_code in {400, 404, 414}


@pytest.mark.parametrize("version", ["9" * 19, "9" * 5_000])
async def test_a_version_that_no_database_can_hold_is_no_version(platform: Platform, version: str) -> None:
    address = platform.doors.api(f"{MERCHANT}/programs/{PROGRAM_ID}")
    bearer = platform.bearer(platform.keys.merchants["fashion-group"])
    asked = await platform.doors.http.get(f"{address}?before={version}", headers=bearer)
    withdrawn = await platform.doors.http.delete(
        f"{address}/versions/{version}", headers=bearer | {"Idempotency-Key": secrets.token_hex(8)}
    )
    assert {asked.status_code, withdrawn.status_code} <= {400, 404}
