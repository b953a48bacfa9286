"""However a stream of commands is cut into batches, the same rows come of it: to the last hash."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import testing as rules
from ledger.checks import check_ledger
from stampbook_events import ids
from stampbook_events.ledger import EarnPoints, GiveStamps, LinkStore
from stampbook_messaging.intake import Item
from stampbook_messaging.log_checks import check_log

from .books import Books

CUSTOMERS = tuple(UUID(int=n) for n in (1, 2))
BOOKSHOP = UUID(int=9)
PROGRAMS = st.sampled_from([rules.FG, rules.FG, BOOKSHOP])
CARDS = st.sampled_from([ids.card_id(customer, rules.FG) for customer in (CUSTOMERS[0], *CUSTOMERS)])
RECEIPTS = st.sampled_from([None, "R-1", "r-1 ", "R-2"])
STORES = st.sampled_from([*3 * [rules.FASHIONHUB], rules.FASHIONOUTLET])
COMMANDS = st.one_of(
    st.builds(rules.publish, PROGRAMS, welcome_points=st.integers(0, 60), stamp_target=st.sampled_from([None, 2, 10])),
    st.builds(
        rules.open_card,
        st.sampled_from(CUSTOMERS),
        number=st.sampled_from("123").map(lambda digit: digit * 16),
        program_id=PROGRAMS,
    ),
    st.builds(LinkStore, customer_id=st.sampled_from(CUSTOMERS), program_id=st.just(rules.FG), store_id=STORES),
    st.builds(
        EarnPoints,
        card_id=CARDS,
        store_id=STORES,
        amount_minor=st.integers(-1, 10_000),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
        receipt=RECEIPTS,
    ),
    st.builds(GiveStamps, card_id=CARDS, store_id=STORES, stamps=st.integers(0, 4), receipt=RECEIPTS),
)
OPENING = (rules.publish(), rules.publish(BOOKSHOP), rules.open_card(CUSTOMERS[0], number="1" * 16))
TABLES = {
    "event": "partition, pos, id, aggregate, version, type, body, hash",
    "aggregate": "*",
    "inbox": "command_id, cmd_seq, type, status, code, result",
    "replayed": "*",
    "partition": "id, cmd_seq, cmd_id, pos, head",
    **dict.fromkeys(("card", "card_store", "lot", "posting", "receipt", "program", "welcome"), "*"),
}
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def written(books: Books, db: Any, items: list[Item], cuts: set[int]) -> tuple[dict[str, list[str]], list[str]]:
    """All rows that *items* lead to when a batch begins at each of *cuts*, and what is wrong with them; kept nowhere."""
    undone = db.transaction()
    await undone.start()
    try:
        places = sorted({0, len(items)} | {cut for cut in cuts if cut < len(items)})
        for start, end in pairwise(places):
            await books.apply(db, items[start:end])
        rows = {table: await texts(db, table, columns) for table, columns in TABLES.items()}
        checks = [*await check_log(db, "ledger"), *await check_ledger(db)]
    finally:
        await undone.rollback()
    return rows, [found for check in checks for found in check.found]


async def texts(db: Any, table: str, columns: str) -> list[str]:
    return [row[0] for row in await db.fetch(f"SELECT t::text FROM (SELECT {columns} FROM {table}) t ORDER BY 1")]


@QUIET
@given(
    commands=st.lists(COMMANDS, min_size=5, max_size=40),
    repeats=st.lists(st.integers(0, 24), max_size=4),
    cuts=st.sets(st.integers(1, 40)),
)
async def test_any_batching_gives_the_same_rows(
    pool: Any, commands: list[msgspec.Struct], repeats: list[int], cuts: set[int]
) -> None:
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read"):
        books = Books(pool)
        await books.open(db)
        first = books.seq + 1
        stream = [*OPENING, *commands]
        items = [books.item(command) for command in stream]
        items += [books.item(stream[n], n=first + n) for n in repeats if n < len(stream)]
        one_by_one, wrong = await written(books, db, items, set(range(len(items))))
        assert wrong == []
        assert await written(books, db, items, cuts) == (one_by_one, [])
