"""Two processes of two services under everything a seed can think of: no promise is broken (see `simulated/`)."""

import pytest
from telling import AT_ONCE, Backend, broken, settled, tell, told

SEEDS = range(100)
MORE_SEEDS = range(1_000, 1_500)
MISHAPS = ("dies", "is cut off", "is off the bus", "stands still", "is told of an older", "loses", "sends twice")

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_no_story_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + AT_ONCE)) == []


@pytest.mark.parametrize("seed", [7, 12, 20])
def test_a_seed_tells_the_same_story_again(backends: dict[str, Backend], seed: int) -> None:
    """Up to the first moment in which two want the same row: who gets it next is PostgreSQL's choice."""
    first = settled(told(seed, backends).trail)
    assert settled(tell(seed, backends).trail) == first
    assert len(first) > 300


def test_of_everything_something_befalls_them(backends: dict[str, Backend]) -> None:
    stories = [told(seed, backends) for seed in range(20)]
    trail = "\n".join(line for story in stories for line in story.trail)
    assert [what for what in MISHAPS if what not in trail] == []


@pytest.mark.long
@pytest.mark.parametrize("first", MORE_SEEDS[:: 5 * AT_ONCE])
def test_no_story_of_many_breaks_a_promise(backends: dict[str, Backend], first: int) -> None:
    assert broken(backends, range(first, first + 5 * AT_ONCE)) == []
