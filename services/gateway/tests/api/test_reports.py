"""Reports over HTTP: who may have them, what is asked of the ledger, and what is wrong with a request."""

from datetime import UTC, date, datetime

import places
import pytest
from worlds import FakeWorld

from gateway.api.examples import ANSWERS
from stampbook_messaging.queries import QueryRefused

BOOKS = f"/v1/merchants/{places.FASHION}/reports"
NOVEMBER = "first_day=2026-11-01&last_day=2026-11-30"
PATHS = {"liability": "liability", "period": f"breakage?{NOVEMBER}", "cohorts": "cohorts"}
OPERATION = {"liability": "report_liability", "period": "report_breakage", "cohorts": "report_cohorts"}


@pytest.fixture(autouse=True)
def the_merchants_books(world: FakeWorld) -> None:
    for name, operation in OPERATION.items():
        world.queries.answers["ledger", name] = lambda asked, operation=operation: (
            ANSWERS[operation] if asked.merchant == places.FASHION else None
        )


@pytest.mark.parametrize("holder", ["super_admin", "merchant_key", "merchant_owner"])
@pytest.mark.parametrize("name", PATHS)
async def test_whoever_acts_for_the_merchant_has_its_reports(api, bearer, holder: str, name: str) -> None:
    answer = await api.get(f"{BOOKS}/{PATHS[name]}", headers=bearer(holder))
    assert (answer.status_code, answer.json()) == (200, ANSWERS[OPERATION[name]])
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("holder", ["store_manager", "staff"])
@pytest.mark.parametrize("name", PATHS)
async def test_who_works_in_a_store_has_not(api, bearer, world: FakeWorld, holder: str, name: str) -> None:
    answer = await api.get(f"{BOOKS}/{PATHS[name]}", headers=bearer(holder))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert world.queries.asked == []


@pytest.mark.parametrize("name", PATHS)
async def test_a_strangers_reports_do_not_exist(api, bearer, world: FakeWorld, name: str) -> None:
    answer = await api.get(f"{BOOKS}/{PATHS[name]}", headers=bearer("stranger"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert world.queries.asked == []


async def test_the_instant_and_the_program_are_handed_on(api, bearer, world: FakeWorld) -> None:
    words = f"at=2026-11-01T01:00:00%2B01:00&program_id={places.PROGRAM}"
    await api.get(f"{BOOKS}/liability?{words}", headers=bearer("merchant_owner"))
    [asked] = world.queries.questions("liability")
    assert (asked.at, asked.program_id) == (datetime(2026, 11, 1, tzinfo=UTC), places.PROGRAM)


async def test_the_days_are_handed_on_as_days(api, bearer, world: FakeWorld) -> None:
    await api.get(f"{BOOKS}/{PATHS['period']}", headers=bearer("merchant_owner"))
    [asked] = world.queries.questions("period")
    assert (asked.first_day, asked.last_day, asked.program_id) == (date(2026, 11, 1), date(2026, 11, 30), None)


@pytest.mark.parametrize(
    ("path", "pointer", "code"),
    [
        ("liability?at=yesterday", "/at", "not_an_instant"),
        ("liability?at=2026-11-01T00:00:00", "/at", "time_without_zone"),
        ("breakage?first_day=2026-11-31&last_day=2026-12-01", "/first_day", "not_a_day"),
        ("breakage?first_day=2026-11-01&last_day=9999-12-31", "/last_day", "year_implausible"),
    ],
)
async def test_a_time_that_is_none_is_named(api, bearer, path: str, pointer: str, code: str) -> None:
    answer = await api.get(f"{BOOKS}/{path}", headers=bearer("merchant_owner"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert answer.json()["errors"] == [{"pointer": pointer, "code": code}]


@pytest.mark.parametrize(
    ("name", "code", "pointer"),
    [
        ("liability", "time_in_future", "/at"),
        ("period", "time_in_future", "/first_day"),
        ("period", "period_reversed", "/last_day"),
    ],
)
async def test_what_the_ledger_says_of_times_is_said_of_the_parameter(
    api, bearer, world: FakeWorld, name: str, code: str, pointer: str
) -> None:
    def refuse(_: object) -> None:
        raise QueryRefused(code)

    world.queries.answers["ledger", name] = refuse
    answer = await api.get(f"{BOOKS}/{PATHS[name]}", headers=bearer("merchant_owner"))
    assert (answer.status_code, answer.json()["errors"]) == (400, [{"pointer": pointer, "code": code}])


@pytest.mark.parametrize("name", PATHS)
async def test_a_program_that_is_not_there_is_unknown(api, bearer, world: FakeWorld, name: str) -> None:
    def refuse(_: object) -> None:
        raise QueryRefused("program_unknown")

    world.queries.answers["ledger", name] = refuse
    path = f"{BOOKS}/{PATHS[name]}{'&' if '?' in PATHS[name] else '?'}program_id={places.CARD}"
    answer = await api.get(path, headers=bearer("merchant_owner"))
    assert (answer.status_code, answer.json()["code"]) == (404, "program_unknown")
