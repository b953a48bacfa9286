"""The ledger on real PostgreSQL: any batching gives the same rows, and the checks find what was tampered with."""

import random
import re
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledger import testing as rules
from ledger.checks import check_ledger
from ledger.queries import AskCard, AskCardByNumber, LedgerQueries
from stampbook_events.ledger import EarnPoints, GiveStamps, OpenCard
from stampbook_messaging import migrate
from stampbook_messaging.queries import Refusal

from .books import Books

TABLES = ("card", "card_store", "lot", "posting", "receipt", "welcome", "event", "aggregate")


def some(card: UUID, count: int, seed: int) -> list[msgspec.Struct]:
    """Purchases and stamps, some of which repeat a receipt or are refused."""
    draw = random.Random(seed)
    return [
        draw.choice(
            [
                EarnPoints(
                    card_id=card,
                    store_id=rules.FASHIONHUB,
                    amount_minor=draw.randint(-5, 5000),
                    currency=draw.choice(["EUR", "EUR", "USD"]),
                    receipt=draw.choice([None, f"R{draw.randint(1, 8)}"]),
                ),
                GiveStamps(card_id=card, store_id=rules.FASHIONHUB, stamps=draw.randint(0, 4)),
            ]
        )
        for _ in range(count)
    ]


async def fingerprint(pool: Any, merchant: UUID, card: UUID) -> list[Any]:
    row = await pool.fetchrow("SELECT balance, stamps, version FROM card WHERE merchant = $1", merchant)
    events = await pool.fetch(
        "SELECT type, version FROM event WHERE merchant = $1 AND aggregate = $2 ORDER BY version", merchant, card
    )
    sums = await pool.fetch(
        "SELECT version, unit, account, amount FROM posting WHERE merchant = $1 ORDER BY 1, 2, 3", merchant
    )
    return [tuple(row), [tuple(event) for event in events], [tuple(line) for line in sums]]


async def clean(pool: Any) -> list[str]:
    async with pool.acquire() as db:
        return [f"{check.name}: {found}" for check in await check_ledger(db) for found in check.found]


async def test_the_schema_is_what_the_tables_say(ledger_dsn: str) -> None:
    assert await migrate.drift("ledger", ledger_dsn) == []


@pytest.mark.parametrize("seed", range(4))
async def test_any_batching_of_the_same_commands_gives_the_same_rows(pool: Any, seed: int) -> None:
    seen = []
    for batch in (1, 7, 256):
        books = Books(pool)
        await books.write([*books.opening(), *some(books.card, 60, seed)], batch)
        seen.append(await fingerprint(pool, books.merchant, books.card))
    assert seen[0] == seen[1] == seen[2]
    assert await clean(pool) == []


async def test_postings_of_every_event_sum_to_zero(pool: Any) -> None:
    books = Books(pool)
    await books.write([*books.opening(), *some(books.card, 80, 9)])
    rows = await pool.fetch(
        "SELECT sum(amount) AS sum FROM posting WHERE merchant = $1 GROUP BY version, unit", books.merchant
    )
    assert {row["sum"] for row in rows} == {0}


async def test_a_strangers_card_does_not_exist(pool: Any) -> None:
    books, queries = Books(pool), LedgerQueries(pool)
    await books.write(books.opening())
    row = await books.card_row()
    assert (await queries.card(AskCard(merchant=books.merchant, card_id=books.card))).balance == 50
    with pytest.raises(Refusal, match="card_unknown"):
        await queries.card(AskCard(merchant=uuid4(), card_id=books.card))
    with pytest.raises(Refusal, match="card_unknown"):
        await queries.card_by_number(AskCardByNumber(merchant=uuid4(), number=row["number"]))


async def test_a_number_is_given_once_in_a_merchants_ledger(pool: Any) -> None:
    books = Books(pool)
    publishing, first = books.opening()
    assert isinstance(first, OpenCard)
    await books.write([publishing, first, msgspec.structs.replace(first, customer_id=uuid4())])
    assert await pool.fetchval("SELECT count(*) FROM card WHERE merchant = $1", books.merchant) == 1


CARD = "ledger.balances_are_the_fold: card .* of .*: "
TAMPERING = {
    "UPDATE card SET balance = balance + 1 WHERE merchant = $1": f"{CARD}balance by events 150, kept 151",
    "UPDATE card SET stamps = stamps + 1 WHERE merchant = $1": f"{CARD}stamps by events 1, kept 2",
    "UPDATE card SET version = version + 1 WHERE merchant = $1": f"{CARD}version by events 4, kept 5",
    "UPDATE card SET stamp_target = 5 WHERE merchant = $1": f"{CARD}stamp target by events 10, kept 5",
    "UPDATE card SET number = reverse(number) WHERE merchant = $1": f"{CARD}number by events",
    "UPDATE card SET customer_id = merchant WHERE merchant = $1": f"{CARD}customer by events",
    "UPDATE card SET card_id = merchant WHERE merchant = $1": f"{CARD}opened, but there is no row",
    "DELETE FROM card WHERE merchant = $1": f"{CARD}opened, but there is no row",
    "DELETE FROM card_store WHERE merchant = $1": f"{CARD}stores by events",
    "DELETE FROM event WHERE merchant = $1 AND version = 3": f"{CARD}balance by events 50, kept 150",
    "UPDATE event SET body = replace(convert_from(body, 'UTF8'), '\"actor\"', '\"author\"')::bytea WHERE merchant = $1": (
        f"{CARD}its events cannot be read"
    ),
    "UPDATE lot SET free = free - 1 WHERE merchant = $1": "lots_are_the_balances: card .*: balance 150, free in lots 148",
    "DELETE FROM lot WHERE merchant = $1": "lots_are_the_balances: card .*: balance 150, free in lots 0",
    "UPDATE posting SET amount = amount + 1 WHERE merchant = $1 AND account = 'issued'": (
        "postings_sum_to_zero: card .* version 3: points sum to 1"
    ),
    "DELETE FROM posting WHERE merchant = $1 AND account = 'granted'": "postings_sum_to_zero: card .*: points sum to",
    "DELETE FROM posting WHERE merchant = $1 AND unit = 'stamps'": "postings_are_the_balances: card .*: .* and 1 stamps",
    "UPDATE receipt SET receipt = 'R-2' WHERE merchant = $1": "receipts_.*: the log says receipt R-1, the table R-2",
    "UPDATE receipt SET operation_id = card_id WHERE merchant = $1": "receipts_.*: the log says receipt R-1, the table None",
    "DELETE FROM receipt WHERE merchant = $1": "receipts_.*: the log says receipt R-1, the table None",
    "UPDATE welcome SET event_id = card_id WHERE merchant = $1": "receipts_.*: welcome bonus .*: log and table differ",
    "DELETE FROM welcome WHERE merchant = $1": "receipts_and_welcomes_are_kept: welcome bonus .*: log and table differ",
}


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_what_was_tampered_with_is_found_and_named(pool: Any, tampering: str) -> None:
    books = Books(pool)
    receipt = EarnPoints(
        card_id=books.card, store_id=rules.FASHIONHUB, amount_minor=5000, currency="EUR", receipt="R-1"
    )
    await books.write([*books.opening(), receipt, GiveStamps(card_id=books.card, store_id=rules.FASHIONHUB, stamps=1)])
    assert await clean(pool) == []
    kept = {table: await pool.fetch(f"SELECT * FROM {table} WHERE merchant = $1", books.merchant) for table in TABLES}
    assert await pool.execute(tampering, books.merchant) not in {"UPDATE 0", "DELETE 0"}
    assert re.search(TAMPERING[tampering], "\n".join(await clean(pool))), await clean(pool)
    await _put_right(pool, books.merchant, kept)
    assert await clean(pool) == []


async def _put_right(pool: Any, merchant: UUID, kept: dict[str, list[Any]]) -> None:
    async with pool.acquire() as db, db.transaction():
        for table, rows in kept.items():
            await db.execute(f"DELETE FROM {table} WHERE merchant = $1", merchant)
            await db.copy_records_to_table(table, records=[tuple(row) for row in rows], schema_name="ledger")
