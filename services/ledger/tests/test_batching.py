"""However a stream of commands is cut into batches, the same rows come of it: to the last hash."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stampbook_messaging.intake import Item
from stampbook_messaging.log_checks import check_log

from .books import Books
from .comparing import Remembering, not_the_fold, recorded
from .stories import MERCHANT, story_of

TABLES = {
    "event": "partition, pos, id, aggregate, version, type, body, hash",
    "aggregate": "*",
    "inbox": "command_id, cmd_seq, type, status, code, result",
    "replayed": "*",
    "partition": "id, cmd_seq, cmd_id, pos, head",
}
OWN = (
    "card", "card_number", "card_store", "lot", "unlocked_reward", "reservation", "redeem_code", "posting", "receipt",
    "reward_change", "account_day", "cohort",
    "operation_undone", "tally", "stamps_given", "welcome", "birthday", "program", "program_ending", "campaign",
    "reward", "reward_stock",
)  # fmt: skip
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)
SEEDS = st.integers(0, 2**32 - 1)
REPEATS = st.lists(st.integers(0, 60), max_size=4)
CUTS = st.sets(st.integers(1, 60), max_size=8)


class Written(NamedTuple):
    """All rows that a story leads to, what is wrong with them, and what was recorded."""

    rows: dict[str, list[str]]
    wrong: list[str]
    events: list[tuple[UUID, Any]]


async def written(books: Books, db: Any, items: list[Item], cuts: set[int]) -> Written:
    """What *items* lead to when a batch begins at each of *cuts*; kept nowhere."""
    undone = db.transaction()
    await undone.start()
    try:
        deciding = Remembering()
        places = sorted({0, len(items)} | {cut for cut in cuts if cut < len(items)})
        for start, end in pairwise(places):
            await books.apply(db, items[start:end], deciding)
        rows = {table: await texts(db, table, columns) for table, columns in TABLES.items()}
        rows |= {table: await texts(db, table, "*") for table in OWN}
        wrong = [found for check in await check_log(db, "ledger") for found in check.found]
        wrong += [*deciding.wrong, *await not_the_fold(db, books.merchant)]
        return Written(rows, wrong, await recorded(db, books.merchant))
    finally:
        await undone.rollback()


async def texts(db: Any, table: str, columns: str) -> list[str]:
    return [row[0] for row in await db.fetch(f"SELECT t::text FROM (SELECT {columns} FROM {table}) t ORDER BY 1")]


async def told(pool: Any, seed: int, length: int, repeats: list[int], cuts: set[int]) -> None:
    """The story comes to the same by itself in memory, command by command, and cut at *cuts*; some are sent again."""
    story = story_of(seed, length)
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read"):
        books = Books(pool, MERCHANT)
        await books.open(db, list(story.tenant.stores.values()))
        once = [received for received, _ in story.steps]
        items = [books.sent(received) for received in (*once, *(once[n] for n in repeats if n < len(once)))]
        one_by_one = await written(books, db, items, set(range(len(items))))
        assert one_by_one.wrong == []
        assert one_by_one.events == [(fact.aggregate, fact.event) for _, came in story.steps for fact in came.facts]
        assert await written(books, db, items, cuts) == one_by_one


@settings(QUIET, max_examples=12)
@given(seed=SEEDS, length=st.integers(10, 45), repeats=REPEATS, cuts=CUTS)
async def test_any_batching_gives_the_same_rows(
    patient_pool: Any, seed: int, length: int, repeats: list[int], cuts: set[int]
) -> None:
    await told(patient_pool, seed, length, repeats, cuts)


@pytest.mark.long
@pytest.mark.timeout(1200)
@settings(QUIET, max_examples=150)
@given(seed=SEEDS, repeats=REPEATS, cuts=CUTS)
async def test_any_batching_of_many_long_stories_gives_the_same_rows(
    patient_pool: Any, seed: int, repeats: list[int], cuts: set[int]
) -> None:
    await told(patient_pool, seed, 60, repeats, cuts)
