"""The rows that the ledger writes for a batch of purchases, written by plain statements into twins of its tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

TABLES = ("inbox", "event", "card", "lot", "posting", "aggregate")


class Bare(NamedTuple):
    """One purchase, from the stream to its event."""

    id: UUID
    merchant: UUID
    card: UUID
    number: int
    result: bytes
    event: bytes
    hash: bytes
    at: datetime


async def make_twins(db: Any) -> None:
    """Same columns, indexes and room on the page; the cards are there already."""
    for table in TABLES:
        await db.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        options = await db.fetchval("SELECT reloptions FROM pg_class WHERE oid = $1::text::regclass", table)
        if options:
            await db.execute(f"ALTER TABLE bare_{table} SET ({', '.join(options)})")
    await db.execute("INSERT INTO bare_card SELECT * FROM card")
    await db.execute("INSERT INTO bare_aggregate SELECT * FROM aggregate")
    await db.execute("CREATE TABLE bare_place (id int PRIMARY KEY, number bigint)")
    await db.execute("INSERT INTO bare_place VALUES (1, 0)")


async def write(db: Any, rows: Sequence[Bare]) -> None:
    """One transaction, one statement a table."""
    ids, merchants, cards, numbers, results, events, hashes, times = map(list, zip(*rows, strict=True))
    last = {(row.merchant, row.card): row for row in rows}
    keys = [[key[part] for key in last] for part in (0, 1)]
    newest = [[row.number for row in last.values()], [row.hash for row in last.values()]]
    twice = [row for row in rows for _ in range(2)]
    async with db.transaction():
        await db.execute("UPDATE bare_place SET number = $1 WHERE id = 1", rows[-1].number)
        await db.execute(_INBOX, ids, merchants, numbers, [found[:16] for found in hashes], results, times)
        await db.execute(_EVENT, numbers, ids, merchants, cards, times, events, hashes)
        await db.execute(_AGGREGATE, *keys, *newest)
        await db.execute(_CARD, *keys, newest[0])
        await db.execute(_LOT, merchants, cards, ids, times)
        await db.execute(
            _POSTING,
            [row.merchant for row in twice],
            [row.card for row in twice],
            [row.number for row in twice],
            ["issued", "granted"] * len(rows),
            [25, -25] * len(rows),
            [row.id for row in twice],
            [row.at for row in twice],
        )


_INBOX = """
INSERT INTO bare_inbox (command_id, merchant, partition, cmd_seq, type, fingerprint, status, result, recorded_at, applied_at)
SELECT i.id, i.merchant, 0, i.number, 'ledger.earn_points.v1', i.hash, 'applied', i.result, i.at, i.at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[])
  AS i(id, merchant, number, hash, result, at)
"""
_EVENT = """
INSERT INTO bare_event (partition, pos, id, merchant, aggregate, version, type, recorded_at, command_id, cmd_seq, body, hash)
SELECT 0, e.number, e.id, e.merchant, e.card, e.number::int, 'ledger.points_earned.v1', e.at, e.id, e.number, e.body, e.hash
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::bytea[])
  AS e(number, id, merchant, card, at, body, hash)
"""
_AGGREGATE = """
INSERT INTO bare_aggregate (merchant, id, version, hash)
SELECT a.merchant, a.id, a.number::int, a.hash
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[]) AS a(merchant, id, number, hash)
ON CONFLICT (merchant, id) DO UPDATE SET version = excluded.version, hash = excluded.hash
"""
_CARD = """
UPDATE bare_card c SET balance = c.balance + 25, version = k.number::int
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS k(merchant, card_id, number)
WHERE c.merchant = k.merchant AND c.card_id = k.card_id
"""
_LOT = """
INSERT INTO bare_lot (merchant, card_id, lot_id, program_id, store_id, points, free, effective_at, program_version)
SELECT l.merchant, l.card, l.id, l.card, l.card, 25, 25, l.at, 1
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS l(merchant, card, id, at)
"""
_POSTING = """
INSERT INTO bare_posting (merchant, card_id, version, unit, account, amount, program_id, store_id, event_id, recorded_at)
SELECT p.merchant, p.card, p.number::int, 'points', p.account, p.amount, p.card, p.card, p.id, p.at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::uuid[], $7::timestamptz[])
  AS p(merchant, card, number, account, amount, id, at)
"""
