"""The bench's judgement: what is slow fails, what is as quick as it was passes, and nothing passes unmeasured."""

import json
from pathlib import Path

import pytest

from tests.bench import pairs
from tests.bench.pairs import NoBaseline, Pairs, by_turns, judge, table


def taken(*ratios: float, name: str = "ledger") -> Pairs:
    return Pairs(name, tuple(1000.0 * ratio for ratio in ratios), (1000.0,) * len(ratios))


@pytest.mark.parametrize("ratio", [0.6, 0.5, 0.43, 1.2])
def test_a_median_within_a_third_of_the_baseline_holds(ratio: float) -> None:
    (verdict,) = judge([taken(0.1, ratio, 9.0)], {"ledger": 0.6})
    assert verdict.holds


@pytest.mark.parametrize("ratio", [0.41, 0.2, 0.01])
def test_a_planted_slow_result_fails_and_says_so(ratio: float) -> None:
    verdicts = judge([taken(0.1, ratio, 9.0)], {"ledger": 0.6})
    assert not verdicts[0].holds
    assert "TOO SLOW" in table(verdicts)


def test_one_busy_moment_of_the_machine_fails_nothing() -> None:
    (verdict,) = judge([taken(0.6, 0.05, 0.6, 0.6, 0.6)], {"ledger": 0.6})
    assert (verdict.holds, verdict.pairs.ratio) == (True, 0.6)


def test_a_pair_is_compared_with_itself_when_the_machine_slows_down() -> None:
    slowing = Pairs("ledger", (600.0, 300.0, 60.0), (1000.0, 500.0, 100.0))
    assert slowing.ratio == pytest.approx(0.6)


@pytest.mark.parametrize("ratios", [{}, {"ledger": 0.6, "mail": 0.6}])
def test_what_is_not_compared_is_not_passed_over(ratios: dict[str, float]) -> None:
    with pytest.raises(NoBaseline):
        judge([taken(0.6)], ratios)


async def test_neither_side_always_comes_first() -> None:
    order: list[str] = []

    async def ours() -> float:
        order.append("ours")
        return 2.0

    async def bare() -> float:
        order.append("bare")
        return 4.0

    measured = await by_turns("ledger", 3, ours, bare)
    assert order == ["ours", "bare", "bare", "ours", "ours", "bare"]
    assert (measured.ours, measured.bare, measured.ratio) == ((2.0,) * 3, (4.0,) * 3, 0.5)


def test_a_new_baseline_is_what_was_measured_and_where(tmp_path: Path) -> None:
    kept = tmp_path / "bench" / "baseline.json"
    pairs.commit([taken(0.5, 0.6, 0.7), taken(0.9, name="mail")], kept)
    assert pairs.committed(kept) == {"ledger": 0.6, "mail": 0.9}
    assert {"day", "cores", "python", "pairs"} <= set(json.loads(kept.read_text())["measured_on"])
