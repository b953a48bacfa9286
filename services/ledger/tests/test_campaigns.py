"""Which campaigns count, and how they add up: R15, R16; X5."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger.domain.campaigns import matches, multiplier
from ledger.domain.money import points_for
from ledger.domain.terms import Campaign
from ledger.domain.versions import Version
from ledger.testing import FASHIONHUB, FASHIONOUTLET, FG, NOON, at
from stampbook_events.ledger import CampaignTerms, Rate

SATURDAY, SUNDAY = date(2026, 6, 6), date(2026, 6, 7)
TWO = Rate(points=2, per_minor=100)


def terms(by: int, **limits: Any) -> CampaignTerms:
    return CampaignTerms(program_id=FG, multiplier=by, names={"en": "Summer"}, **limits)


def campaign(number: int, *published: tuple[float, CampaignTerms]) -> Campaign:
    """*published*: from which minute on what holds."""
    versions = [
        Version(number=1 + n, effective_from=at(minute), terms=each) for n, (minute, each) in enumerate(published)
    ]
    return Campaign(id=UUID(int=number), versions=versions)


HALF_MORE = campaign(10, (-60, terms(150)))
SATURDAYS = campaign(11, (-60, terms(200, weekdays=(5,))))


def test_x05_of_several_the_best_counts() -> None:
    best = multiplier([HALF_MORE, SATURDAYS], "best", FASHIONHUB, SATURDAY, NOON)
    assert (best.by, best.campaigns) == (200, ((200, SATURDAYS.id, 1),))
    assert points_for(8490, TWO, "down", best.by) == 339
    assert points_for(8490, TWO, "down", best.by) - points_for(8490, TWO, "down") == 170


def test_x05_or_their_extras_add_up() -> None:
    both = multiplier([HALF_MORE, SATURDAYS], "add", FASHIONHUB, SATURDAY, NOON)
    assert (both.by, both.campaigns) == (250, ((200, SATURDAYS.id, 1), (150, HALF_MORE.id, 1)))
    assert (points_for(8490, TWO, "down", both.by), points_for(8490, TWO, "nearest", both.by)) == (424, 425)


def test_without_a_campaign_nothing_is_multiplied() -> None:
    assert multiplier([SATURDAYS], "add", FASHIONHUB, SUNDAY, NOON) == (100, ())


@pytest.mark.parametrize(
    ("limits", "matching"),
    [
        ({"stores": (FASHIONHUB,)}, True),
        ({"stores": (FASHIONOUTLET,)}, False),
        ({"first_day": SATURDAY, "last_day": SATURDAY}, True),
        ({"first_day": SUNDAY}, False),
        ({"last_day": date(2026, 6, 5)}, False),
        ({"weekdays": (6,)}, False),
    ],
)
def test_a_campaign_is_limited_by_stores_weekdays_and_days_first_and_last_included(
    limits: dict[str, Any], matching: bool
) -> None:
    assert matches(terms(300, **limits), FASHIONHUB, SATURDAY) is matching


def test_of_a_campaign_the_version_in_force_at_the_time_counts() -> None:
    raised = campaign(12, (-60, terms(150)), (0, terms(300)))
    found = [multiplier([raised], "best", FASHIONHUB, SATURDAY, at(minute)).by for minute in (-61, -1, 0)]
    assert found == [100, 150, 300]


def test_of_equally_good_campaigns_the_first_by_its_id_is_named() -> None:
    twin = campaign(9, (-60, terms(200)))
    assert multiplier([SATURDAYS, twin], "best", FASHIONHUB, SATURDAY, NOON).campaigns == ((200, twin.id, 1),)
