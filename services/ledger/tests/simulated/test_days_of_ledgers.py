"""Random days told to two real ledgers that die, are cut off and are succeeded: the books are those of the clean run.

A seed that fails is named with the command that tells its story again.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest
from backend import Backend
from telling_days import KINDS, tell

from ledger.commands import LedgerCommands
from ledger.store.loading import Books

FIRST = int(os.environ.get("SEED", "0"))
SEEDS = range(FIRST, FIRST + 3)
MORE_SEEDS = range(FIRST + 1_000, FIRST + 1_200)
AT_ONCE = 20
AGAIN = "SEED={} .venv/bin/python -m pytest services/ledger/tests/simulated -k '{}'"

pytestmark = pytest.mark.timeout(600)


def broken(backend: Backend, kind: str, seeds: Iterable[int]) -> list[str]:
    stories = [tell(seed, kind, backend) for seed in seeds]
    return [f"{AGAIN.format(story.seed, kind)}: {story}" for story in stories if story.found]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_befalls_the_ledgers_the_books_are_those_of_the_clean_run(backend: Backend, kind: str) -> None:
    assert broken(backend, kind, SEEDS) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", MORE_SEEDS[::AT_ONCE])
def test_of_many_days_too_whatever_befalls_the_ledgers(backend: Backend, kind: str, first: int) -> None:
    assert broken(backend, kind, range(first, first + AT_ONCE)) == []


class Unposted(LedgerCommands):
    """Moves points and leaves no posting."""

    async def save(self, db: Any, state: Books) -> None:
        for tenant in state.values():
            tenant.changes.posted.clear()
        await super().save(db, state)


def test_a_ledger_that_loses_postings_is_found(backend: Backend) -> None:
    assert any("posting" in what for what in tell(0, "one_till", backend, Unposted()).found)


def test_days_are_full_of_what_may_happen() -> None:
    """By what the deciders recorded of it; refusals aside."""
    days = [kind(seed, number) for kind in KINDS.values() for seed in range(3) for number in range(2)]
    recorded = {type(one.event) for told in days if told.pair for one in told.pair.deciders.books.log}
    assert len({kind for kind in recorded if not kind.__name__.endswith("Refused")}) > 25
    assert sum(len(steps) for told in days for steps in told.series) > 600
