"""Which campaigns count, and how they add up: R15, R16; X5."""

from datetime import date
from uuid import UUID

import pytest

from ledger.domain.campaigns import Campaign, multiplier
from ledger.domain.money import points_for
from stampbook_events.ledger import Rate

SATURDAY, SUNDAY = date(2026, 6, 6), date(2026, 6, 7)
HUB, OUTLET = UUID(int=1), UUID(int=2)
HALF_MORE = Campaign(UUID(int=10), 1, 150)
SATURDAYS = Campaign(UUID(int=11), 3, 200, weekdays=frozenset({5}))
TWO = Rate(points=2, per_minor=100)


def test_x05_of_several_the_best_counts() -> None:
    best = multiplier([HALF_MORE, SATURDAYS], "best", HUB, SATURDAY)
    assert (best.by, best.campaigns) == (200, (SATURDAYS,))
    assert points_for(8490, TWO, "down", best.by) == 339
    assert points_for(8490, TWO, "down", best.by) - points_for(8490, TWO, "down") == 170


def test_x05_or_their_extras_add_up() -> None:
    both = multiplier([HALF_MORE, SATURDAYS], "add", HUB, SATURDAY)
    assert (both.by, both.campaigns) == (250, (SATURDAYS, HALF_MORE))
    assert (points_for(8490, TWO, "down", both.by), points_for(8490, TWO, "nearest", both.by)) == (424, 425)


def test_without_a_campaign_nothing_is_multiplied() -> None:
    assert multiplier([SATURDAYS], "add", HUB, SUNDAY) == (100, ())


@pytest.mark.parametrize(
    ("limits", "matching"),
    [
        ({"stores": frozenset({HUB})}, True),
        ({"stores": frozenset({OUTLET})}, False),
        ({"first_day": SATURDAY, "last_day": SATURDAY}, True),
        ({"first_day": SUNDAY}, False),
        ({"last_day": date(2026, 6, 5)}, False),
        ({"weekdays": frozenset({6})}, False),
    ],
)
def test_a_campaign_is_limited_by_stores_weekdays_and_days_first_and_last_included(limits, matching: bool) -> None:
    assert Campaign(UUID(int=12), 1, 300, **limits).matches(HUB, SATURDAY) is matching


def test_a_purchase_without_a_store_is_in_no_campaign_of_stores() -> None:
    assert not Campaign(UUID(int=12), 1, 300, stores=frozenset({HUB})).matches(None, SATURDAY)
