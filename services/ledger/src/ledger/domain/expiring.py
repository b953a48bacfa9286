"""When points end: by the rule that they were earned under, at the end of a local day (R29-R33)."""

from datetime import date, datetime, timedelta
from typing import assert_never

from ledger.domain.days import add_months, end_of, end_of_period, first_from
from stampbook_events.ledger import Expiry, FixedExpiry, InactivityExpiry, NoExpiry, RollingExpiry


def last_day(expiry: Expiry, earned_on: date) -> date | None:
    """The day customers are shown; None where nothing expires."""
    match expiry:
        case NoExpiry():
            return None
        case InactivityExpiry():
            return _later(earned_on, expiry)
        case RollingExpiry():
            reached = _later(earned_on, expiry)
            return reached if expiry.end_of is None else end_of_period(reached, expiry.end_of)
        case FixedExpiry():
            first = first_from(earned_on + timedelta(days=expiry.min_days), expiry.month, expiry.day)
            return first_from(first.replace(year=first.year + expiry.years_after, day=1), expiry.month, expiry.day)
        case _:
            assert_never(expiry)


def moved_by_activity(expiry: Expiry, expires_on: date | None, active_on: date) -> date | None:
    """The later day that an activity gives a lot; None if it moves nothing (R32)."""
    if not isinstance(expiry, InactivityExpiry) or expires_on is None:
        return None
    reached = _later(active_on, expiry)
    return reached if reached > expires_on else None


def lapse(expires_on: date, grace_days: int, zone: str) -> datetime:
    """The instant from which the points count no more (R29); grace lets them count on for a while (R33)."""
    return end_of(expires_on + timedelta(days=grace_days), zone)


def _later(day: date, rule: RollingExpiry | InactivityExpiry) -> date:
    return day + timedelta(days=rule.count) if rule.unit == "days" else add_months(day, rule.count)
