"""When points end: R29-R33; X4, X15, X17, X18, X23."""

from datetime import date, datetime

import pytest

from ledger.domain.expiring import lapse, last_day, moved_by_activity
from stampbook_events.ledger import FixedExpiry, InactivityExpiry, NoExpiry, RollingExpiry

ZONE = "Europe/Luxembourg"
YEAR = RollingExpiry(count=12, unit="months")
CHRISTMAS = FixedExpiry(month=12, day=31)
HALF_A_YEAR = InactivityExpiry(count=6, unit="months")


@pytest.mark.parametrize(
    ("expiry", "earned_on", "expires_on"),
    [
        (NoExpiry(), date(2026, 6, 6), None),
        (YEAR, date(2026, 6, 30), date(2027, 6, 30)),
        (RollingExpiry(count=6, unit="months"), date(2026, 7, 1), date(2027, 1, 1)),
        (RollingExpiry(count=1, unit="months"), date(2027, 1, 31), date(2027, 2, 28)),
        (RollingExpiry(count=12, unit="months", end_of="quarter"), date(2026, 6, 6), date(2027, 6, 30)),
        (RollingExpiry(count=90, unit="days"), date(2026, 12, 1), date(2027, 3, 1)),
        (CHRISTMAS, date(2026, 12, 1), date(2026, 12, 31)),
        (CHRISTMAS, date(2026, 12, 2), date(2027, 12, 31)),
        (FixedExpiry(month=2, day=29, years_after=1), date(2026, 6, 6), date(2028, 2, 29)),
        (FixedExpiry(month=2, day=29, years_after=0), date(2026, 6, 6), date(2027, 2, 28)),
        (HALF_A_YEAR, date(2027, 1, 31), date(2027, 7, 31)),
    ],
)
def test_x04_x15_the_last_day_by_each_rule(expiry, earned_on: date, expires_on: date | None) -> None:
    assert last_day(expiry, earned_on) == expires_on


def test_x17_during_the_grace_they_count_on() -> None:
    assert lapse(date(2026, 3, 31), 7, ZONE) == datetime.fromisoformat("2026-04-07T22:00Z")


def test_x18_an_activity_moves_the_last_day_and_never_back() -> None:
    assert moved_by_activity(HALF_A_YEAR, date(2026, 7, 31), date(2026, 3, 15)) == date(2026, 9, 15)
    assert moved_by_activity(HALF_A_YEAR, date(2026, 9, 15), date(2026, 3, 1)) is None
    assert moved_by_activity(YEAR, date(2026, 7, 31), date(2026, 7, 30)) is None
    assert moved_by_activity(HALF_A_YEAR, None, date(2026, 7, 30)) is None
