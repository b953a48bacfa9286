"""The ends of local days and the calendar's arithmetic: R4, R30, R31; X15, X16."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.days import add_months, end_of, end_of_period, first_from, local_day, start_of

ZONES = (
    *("Europe/Luxembourg", "Africa/Cairo", "Atlantic/Azores", "America/Sao_Paulo", "Asia/Beirut", "America/Havana"),
    *("Pacific/Apia", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Scoresbysund"),
)


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (date(2027, 3, 28), "Europe/Luxembourg", "2027-03-28T22:00Z"),
        (date(2026, 10, 25), "Europe/Luxembourg", "2026-10-25T23:00Z"),
        (date(2026, 4, 23), "Africa/Cairo", "2026-04-23T22:00Z"),
        (date(2026, 10, 24), "Atlantic/Azores", "2026-10-25T00:00Z"),
        (date(2027, 3, 1), "Europe/Luxembourg", "2027-03-01T23:00Z"),
        (date(2011, 12, 29), "Pacific/Apia", "2011-12-30T10:00Z"),
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00Z"),
        (date(2001, 10, 27), "America/St_Johns", "2001-10-28T03:30Z"),
    ],
)
def test_x16_a_day_ends_where_its_date_is_left_for_good(day: date, zone: str, end: str) -> None:
    assert end_of(day, zone) == datetime.fromisoformat(end)


def test_clocks_that_go_back_behind_midnight_end_the_day_the_second_time() -> None:
    """St. John's put its clocks back at one minute past midnight until 2011."""
    assert local_day(datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC), "America/St_Johns") == date(2010, 11, 7)
    assert end_of(date(2010, 11, 6), "America/St_Johns") == datetime(2010, 11, 7, 3, 30, tzinfo=UTC)


@given(st.dates(date(1995, 1, 1), date(2037, 12, 30)), st.sampled_from(ZONES))
def test_from_its_end_on_a_day_is_over_and_not_a_moment_before(day: date, zone: str) -> None:
    end = end_of(day, zone)
    assert local_day(end - timedelta(microseconds=1), zone) <= day
    assert all(local_day(end + timedelta(minutes=minutes), zone) > day for minutes in range(0, 180, 5))
    assert start_of(day + timedelta(days=1), zone) == end


def test_x15_a_month_without_that_day_gives_its_last_day() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2026, 6, 6), 120) == date(2036, 6, 6)


@pytest.mark.parametrize(
    ("period", "last"),
    [("month", (6, 30)), ("quarter", (6, 30)), ("half_year", (6, 30)), ("year", (12, 31))],
)
def test_x15_on_to_the_end_of_the_period(period, last: tuple[int, int]) -> None:
    assert end_of_period(add_months(date(2026, 6, 6), 12), period) == date(2027, *last)


def test_the_first_such_day_of_a_year() -> None:
    assert first_from(date(2026, 12, 31), 12, 31) == date(2026, 12, 31)
    assert first_from(date(2027, 1, 1), 12, 31) == date(2027, 12, 31)
    assert first_from(date(2027, 2, 1), 2, 29) == date(2027, 2, 28)
    assert first_from(date(2027, 3, 1), 2, 29) == date(2028, 2, 29)
