"""Local days, their ends, and the last days of lots (R3, R4, R30, R31)."""

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from rulebook.terms import Expiry


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


@cache
def end(day: date, zone: str) -> datetime:
    """The first instant from which the local date stays after the day, looked for from behind."""
    before = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=3)
    step = timedelta(minutes=15)
    while local_day(before, zone) > day:
        before -= step
    after = before + step
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if local_day(middle, zone) > day:
            after = middle
        else:
            before = middle
    return after


def start(day: date, zone: str) -> datetime:
    return end(day - timedelta(days=1), zone)


def in_year(year: int, month: int, day: int) -> date:
    """29 February counts as 28 February in other years."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def add_months(day: date, months: int) -> date:
    """A month without that day gives its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return in_year(year, month + 1, day.day)


def rolled(day: date, rule: Expiry) -> date:
    moved = day + timedelta(days=rule.n) if rule.unit == "days" else add_months(day, rule.n)
    if rule.end_of is None:
        return moved
    months = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[rule.end_of]
    last_month = ((moved.month - 1) // months + 1) * months
    return in_year(moved.year, last_month, 31)


def fixed(day: date, rule: Expiry) -> date:
    earliest = day + timedelta(days=rule.min_days)
    first = in_year(earliest.year, rule.month, rule.day)
    if first < earliest:
        first = in_year(earliest.year + 1, rule.month, rule.day)
    return in_year(first.year + rule.years_after, rule.month, rule.day)


def last_day(day: date, rule: Expiry) -> date | None:
    if rule.kind == "none":
        return None
    return fixed(day, rule) if rule.kind == "fixed" else rolled(day, rule)
