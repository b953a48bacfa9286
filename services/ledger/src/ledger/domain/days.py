"""Local days and their ends, and the calendar's arithmetic (R3, R4, R30, R31)."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

EndOf = Literal["month", "quarter", "half_year", "year"]

_MONTHS_OF: dict[EndOf, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=4096)
def start_of(day: date, zone: str) -> datetime:
    """The first instant of *day*, in UTC; of a day that clocks skip, the instant of the skip."""
    return end_of(day - _DAY, zone)


@lru_cache(maxsize=4096)
def end_of(day: date, zone: str) -> datetime:
    """The first instant from which the local date stays after *day* (R4), in UTC.

    Midnight; where clocks skip midnight, the instant of the skip; where they show midnight twice, the first, unless
    they go back behind it.
    """
    place = ZoneInfo(zone)
    midnight = datetime.combine(day + _DAY, time(), place)
    first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first < second and (second - _TICK).astimezone(place).date() <= day:
        return second
    if first.astimezone(place).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return first
    return _skip(day, place, first)


def _skip(day: date, place: ZoneInfo, after: datetime) -> datetime:
    """When clocks that never show midnight leave *day* behind: between two hours before *after* and *after*."""
    before = after - timedelta(hours=2)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(place).date() > day:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def add_months(day: date, months: int) -> date:
    """A month without that day gives its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _existing(year, month + 1, day.day)


def end_of_period(day: date, period: EndOf) -> date:
    """The last day of the month, quarter, half-year or year that *day* lies in."""
    length = _MONTHS_OF[period]
    month = -(-day.month // length) * length
    return date(day.year, month, monthrange(day.year, month)[1])


def first_from(day: date, month: int, day_of_month: int) -> date:
    """The first such day of a year that is not before *day*; 29 February counts as 28 in other years."""
    found = _existing(day.year, month, day_of_month)
    return found if found >= day else _existing(day.year + 1, month, day_of_month)


def in_year(year: int, month: int, day_of_month: int) -> date:
    """29 February counts as 28 in other years."""
    return _existing(year, month, day_of_month)


def _existing(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
