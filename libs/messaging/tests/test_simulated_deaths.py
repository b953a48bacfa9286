"""Processes that die at every turn, between any two statements and on either side of a commit."""

import pytest
from telling import AT_ONCE, Backend, broken, told

SEEDS = range(100)
MORE_SEEDS = range(1_000, 1_500)

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_no_death_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + AT_ONCE), deadly=True) == []


def test_they_do_die(backends: dict[str, Backend]) -> None:
    assert sum(told(seed, backends, deadly=True).deaths for seed in range(5)) > 10


@pytest.mark.long
@pytest.mark.parametrize("first", MORE_SEEDS[:: 5 * AT_ONCE])
def test_no_death_of_many_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + 5 * AT_ONCE), deadly=True) == []
