"""Reports are what a recount from the log gives, to the last point: by program, by store and by day (R77, R78)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledger import testing as rules
from ledger.domain.days import end_of, start_of
from ledger.domain.terms import Store
from ledger.store import reporting
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_messaging.queries import Refusal

from . import counting
from .asking import ask, instants
from .asking import told as telling
from .books import Books, new_number
from .stories import MERCHANT, story_of
from .thorough import first_of

SECOND = timedelta(seconds=1)
KATHMANDU = Store(UUID(int=61), rules.FG, "Asia/Kathmandu", "EUR", "live")
AUCKLAND = Store(UUID(int=62), rules.FG, "Pacific/Auckland", "EUR", "live")
ZONED = (rules.HUB, KATHMANDU, AUCKLAND)
LENGTH = 90


@pytest.mark.parametrize("statement", reporting.ALL)
async def test_every_statement_can_be_prepared(pool: Any, statement: str) -> None:
    async with pool.acquire() as db:
        assert (await db.prepare(statement)).get_query() == statement


def some(figures: dict[Any, Any]) -> dict[Any, Any]:
    """Without those of nothing."""
    return {key: found for key, found in figures.items() if any(found.values() if isinstance(found, dict) else found)}


@pytest.mark.parametrize("seed", first_of(range(8), few=3))
async def test_liability_as_of_any_instant_is_the_recount(pool: Any, seed: int) -> None:
    story = story_of(seed, LENGTH)
    counted = {at: counting.caught_up(story, at) for at in instants(story)[seed % 5 :: 5]}
    async with telling(pool, seed, LENGTH) as (_, lent):
        for at, then in counted.items():
            report = await ask(lent, "liability", instants(story)[-1], merchant=MERCHANT, at=at)
            for one in report.programs:
                if one.program_id in then.programs:
                    expected = counting.liability(then, one.program_id, at)
                    assert {name: getattr(one, name) for name in expected} == expected, at
                stores = {of.store_id: (of.points, of.debt, of.stamps, of.rewards) for of in one.stores}
                assert some(stores) == some(counting.owed_by_store(then, one.program_id)), at


@pytest.mark.parametrize("seed", first_of(range(8), few=3))
async def test_what_each_day_brought_to_each_store_is_the_recount(pool: Any, seed: int) -> None:
    story = story_of(seed, LENGTH)
    days = counting.days_of(story)
    async with telling(pool, seed, LENGTH) as (_, lent):
        for day, first, until in days:
            report = await ask(lent, "period", instants(story)[-1], merchant=MERCHANT, first_day=day, last_day=day)
            for one in report.programs:
                expected = some(counting.moved_by_store(first, until, one.program_id))
                stores = {of.store_id: msgspec.structs.asdict(of) for of in one.stores}
                found = {id_: {name: of[name] for name in counting.MOVED} for id_, of in stores.items()}
                assert some(found) == expected, day
                assert {name: getattr(one, name) for name in counting.MOVED} == counting.total(expected)


@pytest.mark.parametrize("seed", first_of(range(8), few=3))
async def test_cohorts_are_the_recount(pool: Any, seed: int) -> None:
    story = story_of(seed, LENGTH)
    async with telling(pool, seed, LENGTH) as (_, lent):
        for now in instants(story)[-3:]:
            then = counting.caught_up(story, now)
            report = await ask(lent, "cohorts", now, merchant=MERCHANT)
            for one in report.programs:
                shown = {of.month: msgspec.structs.asdict(of) for of in one.cohorts}
                counted = counting.cohorts_of(then, one.program_id)
                assert {month: {name: of[name] for name in counting.BECAME} for month, of in shown.items()} == counted
                by_store = [of for store in one.stores for of in store.cohorts]
                assert sum(of.open for of in by_store) == sum(of["open"] for of in counted.values())


def purchase(books: Books, store: Store, amount: int) -> told.EarnPoints:
    return told.EarnPoints(card_id=books.card, store_id=store.store_id, amount_minor=amount, currency="EUR")


@pytest.fixture
async def zoned(pool: Any) -> Books:
    """A merchant with stores in three zones; nothing is got for joining."""
    books = Books(pool)
    async with pool.acquire() as db:
        await books.open(db, ZONED)
    await books.write([rules.publish(welcome_points=0), books.opening()[1]], recorded=rules.NOON - timedelta(days=120))
    return books


# Clocks go forward in Auckland on 27 September and back in Luxembourg on 25 October.
@pytest.mark.parametrize("day", [date(2026, 6, 7), date(2026, 9, 27), date(2026, 10, 25)], ids=str)
async def test_each_store_has_its_own_days_to_the_second(pool: Any, zoned: Books, day: date) -> None:
    ends = [end for store in ZONED for end in (start_of(day, store.time_zone), end_of(day, store.time_zone))]
    instants_ = sorted({at for end in ends for at in (end - SECOND, end)})
    for number, at in enumerate(instants_):
        await zoned.write([purchase(zoned, store, 50 << number) for store in ZONED], recorded=at)
    now = instants_[-1] + timedelta(hours=1)
    report = await ask(pool, "period", now, merchant=zoned.merchant, first_day=day, last_day=day)
    granted = {one.store_id: one.granted for one in report.programs[0].stores}
    for store in ZONED:
        first, until = start_of(day, store.time_zone), end_of(day, store.time_zone)
        assert granted[store.store_id] == sum(1 << n for n, at in enumerate(instants_) if first <= at < until)
    assert report.total.granted == sum(granted.values())


async def test_periods_join_without_a_gap(pool: Any, zoned: Books) -> None:
    days = [date(2026, 6, 6) + timedelta(days=n) for n in range(4)]
    for hour in range(72):
        store = ZONED[hour % 3]
        await zoned.write([purchase(zoned, store, 100)], recorded=rules.NOON + timedelta(hours=hour, minutes=30))
    now = rules.NOON + timedelta(days=9)
    parts = [await ask(pool, "period", now, merchant=zoned.merchant, first_day=day, last_day=day) for day in days]
    whole = await ask(pool, "period", now, merchant=zoned.merchant, first_day=days[0], last_day=days[-1])
    assert [part.total.opening for part in parts[1:]] == [part.total.closing for part in parts[:-1]]
    assert sum(part.total.granted for part in parts) == whole.total.granted == whole.total.closing == 144


EXPIRING = told.Rules(
    expiry=told.RollingExpiry(count=10, unit="days"), point_value=told.PointValue(minor=333, points=100)
)


async def test_what_lapsed_is_breakage_when_it_fell_due_whether_booked_or_not(pool: Any) -> None:
    books = Books(pool)
    await books.write([rules.publish(rules=EXPIRING), books.opening()[1]])
    now, asked = rules.NOON + timedelta(days=30), []
    days = dict.fromkeys(("first_day", "last_day"), date(2026, 6, 17))  # To the end of the 16th they were valid.
    for _ in range(2):
        period = await ask(pool, "period", now, merchant=books.merchant, **days)
        liability = await ask(pool, "liability", now, merchant=books.merchant)
        asked.append((period, liability, await ask(pool, "cohorts", now, merchant=books.merchant)))
        await books.write([told.BookDue(card_id=books.card)], recorded=now)
    assert asked[0] == asked[1]
    (period, liability, cohorts) = asked[0]
    assert (period.total.opening, period.total.expired, period.total.closing) == (50, 50, 0)
    assert (period.total.breakage_minor, liability.total.points, liability.total.money_minor) == (167, 0, 0)
    assert [(one.month, one.expired, one.breakage_percent) for one in cohorts.programs[0].cohorts] == [
        ("2026-06", 50, 100.0)
    ]


async def test_test_customers_are_kept_apart(pool: Any) -> None:
    books, tester = Books(pool), uuid4()
    opening = msgspec.structs.replace(rules.open_card(tester, number=new_number()), test=True)
    await books.write(
        [*books.opening(), opening, rules.earn(5000, card_id=ids.card_id(tester, rules.FG), store_id=rules.FASHIONHUB)]
    )
    report = await ask(pool, "liability", rules.at(1), merchant=books.merchant)
    cohorts = await ask(pool, "cohorts", rules.at(1), merchant=books.merchant)
    assert (report.total.points, cohorts.programs[0].cohorts[0].granted) == (50, 50)


async def test_without_a_value_there_is_no_money_and_with_one_it_is_that_of_the_time(pool: Any) -> None:
    books = Books(pool)
    await books.write(books.opening())
    valued = told.Rules(point_value=told.PointValue(minor=5, points=1))
    await books.write([rules.publish(rules=valued)], recorded=rules.at(10))
    found = [await ask(pool, "liability", rules.at(20), merchant=books.merchant, at=rules.at(m)) for m in (9, 11)]
    assert [(one.total.points, one.total.money_minor) for one in found] == [(50, None), (50, 250)]


ASKED: list[tuple[str, dict[str, Any], str]] = [
    ("liability", {"program_id": UUID(int=1)}, "program_unknown"),
    ("liability", {"at": rules.at(1)}, "time_in_future"),
    ("liability", {"at": datetime(2026, 6, 6)}, "time_without_zone"),  # noqa: DTZ001  that is what it is about
    ("period", {"first_day": date(2026, 6, 2), "last_day": date(2026, 6, 1)}, "period_reversed"),
    ("period", {"first_day": date(2026, 7, 2), "last_day": date(2026, 7, 2)}, "time_in_future"),
    ("cohorts", {"program_id": UUID(int=1)}, "program_unknown"),
]


@pytest.mark.parametrize(("name", "words", "code"), ASKED)
async def test_what_cannot_be_told_is_refused(pool: Any, name: str, words: dict[str, Any], code: str) -> None:
    books = Books(pool)
    await books.write(books.opening())
    with pytest.raises(Refusal, match=code):
        await ask(pool, name, merchant=books.merchant, **words)


async def test_a_stranger_finds_nothing_of_it(pool: Any) -> None:
    books, stranger = Books(pool), uuid4()
    await books.write(books.opening())
    report = await ask(pool, "liability", rules.at(1), merchant=stranger)
    assert (report.programs, report.total.points) == ([], 0)
    with pytest.raises(Refusal, match="program_unknown"):
        await ask(pool, "liability", rules.at(1), merchant=stranger, program_id=rules.FG)
