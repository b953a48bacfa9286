"""A merchant's books on a whole platform: what a shop does is in its reports as soon as it is answered."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from stampbook_cli.journeys.calling import Call, Caller
from stampbook_cli.journeys.customer import STORE_ID
from stampbook_cli.seeding.demo_data import BOOKWORLD, FASHION
from tests.platform import Platform


@pytest.fixture
def owner(platform: Platform) -> Caller:
    return Caller(platform.doors, platform.keys.merchants["fashion-group"])


async def books(platform: Platform, merchant: object = FASHION) -> tuple[httpx.Response, ...]:
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Luxembourg")).date().isoformat()
    paths = "liability", f"breakage?first_day={today}&last_day={today}", "cohorts"
    headers = platform.bearer(platform.keys.merchants["fashion-group"])
    address = platform.doors.api(f"/merchants/{merchant}/reports")
    return tuple([await platform.doors.http.get(f"{address}/{path}", headers=headers) for path in paths])


async def figures(platform: Platform) -> list[int]:
    """Points owed; granted and closing of today; granted of all cohorts; all in the store where things were bought."""
    owed, day, cohorts = [answer.raise_for_status().json() for answer in await books(platform)]
    of_store = [_here(report["programs"][0]["stores"]) for report in (owed, day, cohorts)]
    shop, today, months = of_store
    granted = sum(cohort["granted"] for cohort in months.get("cohorts", ()))
    return [shop.get("points", 0), today.get("granted", 0), today.get("closing", 0), granted]


def _here(stores: list[dict[str, Any]]) -> dict[str, Any]:
    return next((one for one in stores if one["store_id"] == str(STORE_ID)), {})


async def test_what_was_answered_is_in_the_reports(platform: Platform, owner: Caller) -> None:
    before = await figures(platform)
    till = Caller(platform.doors, platform.keys.staff["fashionhub"])
    for test in (False, True):
        person = {
            "first_name": "Jo",
            "surname": "Test",
            "email": platform.new_address(),
            "language": "en",
            "test": test,
        }
        card = (await till.do(Call(f"/stores/{STORE_ID}/customers", person)))["card"]["card_id"]
        body = {"amount_minor": 3000, "currency": "EUR", "store_id": str(STORE_ID)}
        await owner.do(Call(f"/cards/{card}/points", body))
    after = await figures(platform)
    assert [now - then for then, now in zip(before, after, strict=True)] == [110, 110, 110, 110]


async def test_another_merchants_reports_do_not_exist(platform: Platform) -> None:
    assert [answer.status_code for answer in await books(platform, BOOKWORLD)] == [404, 404, 404]
