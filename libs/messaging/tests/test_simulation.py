"""Two processes of two services under everything a seed can think of: no promise is broken (see `simulated/`)."""

from collections.abc import Iterator

import pytest
from telling import Backend, broken, tell, town_on

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


def test_a_seed_tells_the_same_story_again(backends: dict[str, Backend]) -> None:
    first, again = tell(7, backends), tell(7, backends)
    assert (again.digest, again.steps) == (first.digest, first.steps)
    assert first.steps > 1000


@pytest.mark.long
@pytest.mark.parametrize("first", MORE_SEEDS[:: 5 * AT_ONCE])
def test_no_story_of_many_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + 5 * AT_ONCE)) == []
