"""The audit's checks find every kind of row that was tampered with, and name it; where nothing was, they find nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import MetaData

from ledger.checks import check_ledger
from ledger.checks.beside import NOT_FOLDED, TOPICS
from ledger.checks.words import WORDS
from ledger.rebuilding.projections import ALL
from ledger.store.tables import metadata
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool
from stampbook_messaging.tables import log_tables

from .asking import Lent
from .rebuilding import empty, tell
from .stories import story_of
from .thorough import first_of


def pairs(columns: str) -> list[tuple[str, str]]:
    return list(zip(columns.split()[::2], columns.split()[1::2], strict=True))


EVERYTHING = 77
"""A story after which no table is empty."""
DOCUMENTS = {
    ("card", "rest"): """'{"points": {"issued": 1}, "stamps": {}}'""",
    ("lot", "terms"): """'{"zone": "Asia/Tokyo", "program_version": 1, "expiry": {"kind": "none"}}'""",
    ("unlocked_reward", "terms"): """convert_from(terms, 'UTF8')::jsonb || '{"value_minor": 77}'""",
    ("reservation", "taken"): "'[]'",
    ("operation_undone", "refund_numbers"): """'["B-9"]'""",
    ("campaign", "terms"): """terms || '{"multiplier": 999}'""",
    ("reward", "terms"): """terms || '{"cost": 999}'""",
    ("program", "names"): """'{"en": "Another"}'""",
    ("program", "rates"): "'{}'",
    ("program", "rules"): """rules || '{"bank_limit": 19}'""",
}
CHANGED = {
    "int": "coalesce({}, 0) + 1000",
    "bigint": "coalesce({}, 0) + 1000",
    "bool": "NOT {}",
    "text": "coalesce({}, '') || 'x'",
    "uuid": "gen_random_uuid()",
    "date": "coalesce({}, '2026-01-01') + 4000",
    "timestamptz": "coalesce({}, '2026-01-01') + interval '1 day'",
}
SHAPES = {projection.shape.table: projection.shape for projection in ALL}
COLUMNS = [(table, *column) for table, shape in SHAPES.items() for column in pairs(shape.everything)]


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A log of its own: the checks look at a whole ledger."""
    running = start_servers(tmp_path_factory.mktemp("checks"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module")
async def pool(own_servers: Servers) -> AsyncIterator[Any]:
    """As the audit opens it: a big ledger is looked at for a while."""
    await migrate.upgrade("ledger", own_servers.dsn("ledger"))
    opened = await connect_pool(own_servers.dsn("ledger"), "ledger", size=2, transaction_seconds=300)
    yield opened
    await opened.close()


async def complaints(db: Any) -> list[str]:
    return [f"{check.name}: {found}" for check in await check_ledger(db) for found in check.found]


@pytest_asyncio.fixture(scope="module")
async def whole(pool: Any) -> Any:
    """A ledger in which there is everything, and nothing is wrong."""
    await empty(pool)
    await tell(pool, story_of(EVERYTHING, 150))
    async with pool.acquire() as db:
        for table in SHAPES:
            assert await db.fetchval(f"SELECT count(*) FROM {table}"), table
        assert await complaints(db) == []
    return pool


@asynccontextmanager
async def tampered(pool: Any, *statements: str) -> AsyncIterator[Any]:
    """Each changes one row at least; all of it is undone in the end."""
    async with pool.acquire() as db:
        undone = db.transaction(isolation="repeatable_read")
        await undone.start()
        try:
            for statement in statements:
                assert await db.execute(statement) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}, statement
            yield db
        finally:
            await undone.rollback()


def words(table: str) -> str:
    return WORDS.get(table, table.replace("_", " "))


def first(table: str) -> str:
    return f"ctid = (SELECT ctid FROM {table} ORDER BY {', '.join(SHAPES[table].key.split()[::2])} LIMIT 1)"


def test_every_table_is_counted_again_or_is_known_to_follow_from_no_event() -> None:
    of_every_log = MetaData()
    log_tables(of_every_log)
    compared = {shape.table for shapes in TOPICS.values() for shape in shapes}
    own = {table.name for table in metadata.sorted_tables} - of_every_log.tables.keys()
    assert compared.isdisjoint(NOT_FOLDED)
    assert own == compared | NOT_FOLDED


@pytest.mark.parametrize("table", sorted({table for table, *_ in COLUMNS}))
def test_every_column_of_a_table_is_compared(table: str) -> None:
    shape, columns = SHAPES[table], metadata.tables[f"ledger.{table}"].columns
    assert set(shape.names) == {column.name for column in columns}


@pytest.mark.parametrize(("table", "column", "kind"), COLUMNS, ids=lambda part: part)
async def test_any_value_of_any_row_that_was_changed_is_found_and_named(
    whole: Any, table: str, column: str, kind: str
) -> None:
    value = DOCUMENTS.get((table, column)) or CHANGED[kind].format(column)
    value = f"convert_to(({value})::text, 'UTF8')" if kind == "bytea" else value
    async with tampered(whole, f"UPDATE {table} SET {column} = {value} WHERE {first(table)}") as db:
        found = "\n".join(await complaints(db))
    if column in SHAPES[table].key.split()[::2]:
        assert re.search(f"{words(table)} .*: kept, but no event says so", found), found
        assert re.search(f"{words(table)} .*: by its events it is there, but there is no row", found), found
    else:
        assert re.search(f"{words(table)} .*: {column} by events .*, kept ", found), found


@pytest.mark.parametrize("table", SHAPES)
async def test_a_row_that_is_gone_is_found_and_named(whole: Any, table: str) -> None:
    async with tampered(whole, f"DELETE FROM {table} WHERE {first(table)}") as db:
        found = "\n".join(await complaints(db))
    assert re.search(f"{words(table)} .*: by its events it is there, but there is no row", found), found


@pytest.mark.parametrize("table", SHAPES)
async def test_a_row_that_no_event_made_is_found_and_named(whole: Any, table: str) -> None:
    names = SHAPES[table].names
    others = {"merchant": f"'{uuid4()}'::uuid"} | ({"number": "'made up'"} if table == "card" else {})
    values = ", ".join(others.get(name, name) for name in names)
    copied = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {first(table)}"
    async with tampered(whole, copied) as db:
        found = "\n".join(await complaints(db))
    assert re.search(f"{words(table)} .*: kept, but no event says so", found), found


A_CARD = "(SELECT card_id FROM posting WHERE account = 'granted' GROUP BY 1 ORDER BY count(*) DESC, card_id LIMIT 1)"
EARNED = "id = (SELECT id FROM event WHERE type LIKE 'ledger.points_earned.%' ORDER BY pos LIMIT 1)"
WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a lot's points are nowhere": (
        ("UPDATE lot SET redeemed = redeemed + 1 WHERE " + first("lot"),),
        "lots_are_the_balances: lot .*: of its [0-9]+ points [0-9]+ are somewhere",
    ),
    "lots hold more than the card": (
        (f"UPDATE lot SET free = free + 1, points = points + 1 WHERE card_id = {A_CARD}",),
        "lots_are_the_balances: card .*: [0-9]+ free and [0-9]+ held, in its lots ",
    ),
    "more is held than reserved": (
        ("UPDATE reservation SET state = 'open' WHERE " + first("reservation"),),
        "lots_are_the_balances: card .*: 0 held, by its reservations [1-9]",
    ),
    "a line is edited": (
        ("UPDATE posting SET amount = amount + 1 WHERE " + first("posting"),),
        "postings_sum_to_zero: event .*: (points|stamps) sum to 1",
    ),
    "a balanced pair of lines is added": (
        (
            f"UPDATE posting SET amount = amount + 1 WHERE account = 'issued' AND unit = 'points' AND card_id = {A_CARD}",
            f"UPDATE posting SET amount = amount - 1 WHERE account <> 'issued' AND unit = 'points' AND card_id = {A_CARD}",
        ),
        "postings_are_the_balances: card .*: balance -?[0-9]+, by its postings ",
    ),
    "a line is on another card": (
        (f"UPDATE posting SET card_id = gen_random_uuid() WHERE account = 'granted' AND card_id = {A_CARD}",),
        "postings_sum_to_zero: card .*: points sum to ",
    ),
    "a stated balance is edited": (
        (
            f"""UPDATE event SET body = convert_to(regexp_replace(convert_from(body, 'UTF8'), '"balance":', '"balance":9'),
            'UTF8') WHERE {EARNED}""",
        ),
        "events_state_the_balance: event .* of card .*: states a balance of 9[0-9]+, by its events it is ",
    ),
    "an event is rubbish": (
        (f"UPDATE event SET body = 'rubbish' WHERE {EARNED}",),
        "balances_are_the_fold: card .* of .*: its events cannot be read",
    ),
    "an event is gone": (
        (f"DELETE FROM event WHERE {EARNED}",),
        "balances_are_the_fold: card .*: its events do not follow on one another",
    ),
    "all events of a card are gone": (
        (f"DELETE FROM event WHERE aggregate = {A_CARD}",),
        "balances_are_the_fold: card .*: kept, but no event says so",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_sums_that_do_not_hold_and_events_that_were_altered_are_found_and_named(whole: Any, wrong: str) -> None:
    statements, named = WRONG[wrong]
    async with tampered(whole, *statements) as db:
        found = "\n".join(await complaints(db))
    assert re.search(named, found), found


async def test_a_document_in_other_bytes_is_the_same_document(whole: Any) -> None:
    spaced = "convert_to((convert_from({0}, 'UTF8')::jsonb)::text, 'UTF8')"
    async with tampered(
        whole,
        f"UPDATE card SET rest = {spaced.format('rest')}",
        f"UPDATE lot SET terms = {spaced.format('terms')}",
    ) as db:
        assert await complaints(db) == []


@pytest.mark.parametrize("seed", first_of(range(12), few=4))
async def test_where_nothing_was_tampered_with_nothing_is_found(pool: Any, seed: int) -> None:
    async with tampered(pool) as db:
        await empty(db)
        await tell(Lent(db), story_of(seed, 200), batch=16)
        assert await complaints(db) == []
