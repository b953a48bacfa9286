"""The audit's checks find what was tampered with, and name it."""

import re
from typing import Any
from uuid import UUID

import pytest

from ledger import testing as rules
from ledger.checks import check_ledger
from stampbook_events.ledger import EarnPoints, GiveStamps

from .books import Books

TABLES = ("card", "card_store", "lot", "posting", "receipt", "welcome", "event", "aggregate")


async def clean(pool: Any) -> list[str]:
    async with pool.acquire() as db:
        return [f"{check.name}: {found}" for check in await check_ledger(db) for found in check.found]


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
    "UPDATE lot SET free = free - 1 WHERE merchant = $1": "card .*: claims 150 with 0 held, in lots 148 are free and 0 held",
    "UPDATE lot SET free = free - 1, held = held + 1 WHERE merchant = $1": "in lots 148 are free and 2 held",
    "UPDATE lot SET redeemed = redeemed + 1 WHERE merchant = $1": "lot .*: its (50|100) points are not all somewhere",
    "UPDATE lot SET expires_at = stampbook_now() WHERE merchant = $1": f"{CARD}kept is Lot",
    "DELETE FROM lot WHERE merchant = $1": "card .*: claims 150 with 0 held, in lots 0 are free and 0 held",
    "UPDATE posting SET amount = amount + 1 WHERE merchant = $1 AND account = 'issued'": (
        "postings_sum_to_zero: event .*: points sum to 1"
    ),
    "DELETE FROM posting WHERE merchant = $1 AND account = 'granted'": "postings_sum_to_zero: event .*: points sum to",
    "DELETE FROM posting WHERE merchant = $1 AND unit = 'stamps'": (
        "postings_are_the_balances: card .*: holds 150 points and 1 stamps, by its postings 150 and 0"
    ),
    "UPDATE receipt SET receipt = 'R-2' WHERE merchant = $1": "keys_are_kept: .*: the log says receipt R-1, the table R-2",
    "UPDATE receipt SET operation_id = card_id WHERE merchant = $1": "the log says receipt R-1, the table None",
    "DELETE FROM receipt WHERE merchant = $1": "keys_are_kept: .*: the log says receipt R-1, the table None",
    "UPDATE welcome SET event_id = card_id WHERE merchant = $1": "welcome bonus .*: log and table differ",
    "DELETE FROM welcome WHERE merchant = $1": "keys_are_kept: welcome bonus .*: log and table differ",
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
