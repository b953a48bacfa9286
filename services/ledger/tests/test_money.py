"""Points are counted exactly and rounded once (R13)."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.money import points_for
from stampbook_events.ledger import Rate

amounts = st.integers(1, 999_999_999)
parts = st.integers(1, 1_000_000)
multipliers = st.integers(100, 1000)


@given(amounts, parts, parts, multipliers)
def test_down_nearest_and_up_lie_around_the_exact_value(amount: int, points: int, per: int, multiplier: int) -> None:
    exact = Fraction(amount * points * multiplier, per * 100)
    rate = Rate(points=points, per_minor=per)
    down, nearest, up = (points_for(amount, rate, rounding, multiplier) for rounding in ("down", "nearest", "up"))
    assert down <= exact < down + 1
    assert up - 1 < exact <= up
    assert exact - Fraction(1, 2) < nearest <= exact + Fraction(1, 2)


def test_nearest_rounds_a_half_up() -> None:
    assert points_for(25, Rate(points=2, per_minor=100), "nearest") == 1
    assert points_for(24, Rate(points=2, per_minor=100), "nearest") == 0


def test_a_multiplier_is_applied_before_rounding() -> None:
    assert points_for(8490, Rate(points=2, per_minor=100), "down", 250) == 424
    assert points_for(8490, Rate(points=2, per_minor=100), "nearest", 250) == 425
