"""Processes that die at every turn, between any two statements and on either side of a commit."""

from collections.abc import Iterator

import pytest
from telling import Backend, broken, tell, town_on

AT_ONCE = 10
SEEDS = range(40)
MORE_SEEDS = range(1_000, 1_150)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Backend]]:
    with town_on(tmp_path_factory.mktemp("town")) as backends:
        yield backends


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_no_death_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + AT_ONCE), deadly=True) == []


def test_they_do_die(backends: dict[str, Backend]) -> None:
    assert sum(tell(seed, backends, deadly=True).deaths for seed in range(3)) > 3


@pytest.mark.long
@pytest.mark.parametrize("first", MORE_SEEDS[:: 5 * AT_ONCE])
def test_no_death_of_many_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + 5 * AT_ONCE), deadly=True) == []
