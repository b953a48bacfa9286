"""The deciders against the model, which was written apart from them: whatever happens, both keep the same books.

A test that fails prints the shortest story that it found, and the command that finds it again.
"""

import os

import pytest
from hypothesis import HealthCheck, given, seed, settings

from rulebook.happenings import Days, merchant_days
from rulebook.pair import Pair

FIRST = int(os.environ.get("SEED", "0"))
"""Other days than always: SEED=4711."""
SEEDS = range(FIRST, FIRST + 8)
EXAMPLES = 80
"""Of each of these: about a minute of one process."""
LONG_SEEDS = range(FIRST + 1_000, FIRST + 1_020)
STEPS_LEAST = 1_000
"""Of each of the long ones: 20,000 in all."""
AGAIN = "SEED={} .venv/bin/python -m pytest -m '' services/ledger/tests/rulebook/test_deciders.py -k '[{}]'"


def told_to_both(days: Days) -> int:
    pair = Pair(days)
    for it in days.happenings:
        pair.tell(it)
    pair.agree()
    pair.work()
    pair.agree()
    return len(pair.model.said)


def days_of(number: int, examples: int, length: int) -> int:
    """Random days by their seed; how many steps were told."""
    steps = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(merchant_days(length))
    def tell(days: Days) -> None:
        nonlocal steps
        steps += told_to_both(days)

    try:
        tell()
    except Exception as wrong:
        wrong.add_note("Once more: " + AGAIN.format(FIRST, number))
        raise
    return steps


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", SEEDS)
def test_every_answer_and_every_figure_is_the_models(number: int) -> None:
    assert days_of(number, examples=EXAMPLES, length=30)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", LONG_SEEDS)
def test_every_answer_and_every_figure_is_the_models_for_long(number: int) -> None:
    assert days_of(number, examples=60, length=60) >= STEPS_LEAST
