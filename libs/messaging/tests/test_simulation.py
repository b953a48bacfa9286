"""Two processes of two services under everything a seed can think of: no promise is broken (see `simulated/`)."""

from collections.abc import Iterator

import pytest
from telling import Backend, broken, settled, tell, town_on

AT_ONCE = 10
SEEDS = range(60)
MORE_SEEDS = range(1_000, 1_150)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Backend]]:
    with town_on(tmp_path_factory.mktemp("town")) as backends:
        yield backends


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_no_story_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + AT_ONCE)) == []


@pytest.mark.parametrize("seed", [7, 12, 20])
def test_a_seed_tells_the_same_story_again(backends: dict[str, Backend], seed: int) -> None:
    """Up to the first moment in which two want the same row: who gets it next is PostgreSQL's choice."""
    first, again = (settled(tell(seed, backends).trail) for _ in range(2))
    assert again == first
    assert len(first) > 300


@pytest.mark.long
@pytest.mark.parametrize("first", MORE_SEEDS[:: 5 * AT_ONCE])
def test_no_story_of_many_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + 5 * AT_ONCE)) == []
