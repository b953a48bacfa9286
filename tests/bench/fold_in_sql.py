"""What a rebuild works out, as far as SQL can say it: lines, lots and balances of the log's events, in whole statements.

It is the limit that a rebuild is held against, not another way of it: versions, terms, receipts and counts are left out.
"""

from __future__ import annotations

from typing import Any

from tests.bench.ledger_rate import NotMeasured

Db = Any
_DATA = "convert_from(e.body, 'UTF8')::jsonb -> 'data'"
_SAID = f"""
CREATE UNLOGGED TABLE fold.said AS
SELECT e.merchant, e.aggregate AS card_id, e.version, e.id AS event_id, e.recorded_at, {_DATA} AS data
FROM ledger.event e WHERE e.type LIKE 'ledger.%'
"""
_POSTINGS = """
INSERT INTO fold.posting (merchant, card_id, version, unit, account, amount, program_id, store_id, event_id, recorded_at,
                          counts_at)
SELECT s.merchant, s.card_id, s.version, line ->> 'unit', line ->> 'account', (line ->> 'amount')::bigint,
       (s.data ->> 'program_id')::uuid, (s.data ->> 'store_id')::uuid, s.event_id, s.recorded_at, s.recorded_at
FROM fold.said s CROSS JOIN LATERAL (
  SELECT jsonb_array_elements(s.data -> 'moves' -> 'lines') AS line
  UNION ALL SELECT jsonb_array_elements(s.data -> 'stamping' -> 'lines')
) lines
"""
_LOTS = """
CREATE TABLE fold.lots AS
WITH opened AS (
  SELECT s.merchant, s.card_id, s.event_id, s.recorded_at, lot FROM fold.said s
  CROSS JOIN LATERAL jsonb_array_elements(s.data -> 'moves' -> 'opened') AS lot
), moved AS (
  SELECT s.merchant, s.card_id, (by ->> 'lot_id')::uuid AS lot_id,
         sum(coalesce((by ->> 'free')::bigint, 0)) AS free, sum(coalesce((by ->> 'redeemed')::bigint, 0)) AS redeemed,
         sum(coalesce((by ->> 'reversed')::bigint, 0)) AS reversed
  FROM fold.said s CROSS JOIN LATERAL jsonb_array_elements(s.data -> 'moves' -> 'moved') AS by GROUP BY 1, 2, 3
)
SELECT o.merchant, o.card_id, (o.lot ->> 'lot_id')::uuid AS lot_id, (o.lot ->> 'points')::bigint AS points,
       (o.lot ->> 'points')::bigint + coalesce(m.free, 0) AS free, coalesce(m.redeemed, 0) AS redeemed,
       coalesce(m.reversed, 0) AS reversed, (o.lot ->> 'effective_at')::timestamptz AS effective_at,
       (o.lot ->> 'expires_at')::timestamptz AS expires_at, o.recorded_at
FROM opened o LEFT JOIN moved m
  ON (m.merchant, m.card_id, m.lot_id) = (o.merchant, o.card_id, (o.lot ->> 'lot_id')::uuid)
"""
_CARDS = """
CREATE TABLE fold.cards AS
SELECT merchant, card_id,
       coalesce(sum(amount) FILTER (WHERE unit = 'points' AND account IN ('issued', 'held', 'debt')), 0) AS balance,
       coalesce(sum(amount) FILTER (WHERE unit = 'stamps' AND account = 'issued'), 0) AS stamps
FROM fold.posting GROUP BY 1, 2
"""
_DIFFERING = """
SELECT (SELECT count(*) FROM (SELECT merchant, card_id, version, unit, account, amount, event_id FROM fold.posting EXCEPT ALL
        SELECT merchant, card_id, version, unit, account, amount, event_id FROM ledger.posting) p)
     + (SELECT count(*) FROM (SELECT merchant, card_id, lot_id, points, free, redeemed, expires_at FROM fold.lots EXCEPT ALL
        SELECT merchant, card_id, lot_id, points, free, redeemed, expires_at FROM ledger.lot) l)
     + (SELECT count(*) FROM (SELECT merchant, card_id, balance, stamps FROM fold.cards EXCEPT ALL
        SELECT merchant, card_id, balance, stamps FROM ledger.card) c)
     + abs((SELECT count(*) FROM fold.posting) - (SELECT count(*) FROM ledger.posting))
     + abs((SELECT count(*) FROM fold.lots) - (SELECT count(*) FROM ledger.lot))
"""


async def prepare(db: Db) -> None:
    """As somebody who may make schemas."""
    await db.execute("DROP SCHEMA IF EXISTS fold CASCADE")
    await db.execute("CREATE SCHEMA fold")
    await db.execute("CREATE TABLE fold.posting (LIKE ledger.posting)")


async def fold(db: Db) -> None:
    """With the keys that the ledger's tables have."""
    for statement in (_SAID, _POSTINGS, _LOTS, _CARDS):
        await db.execute(statement)
    await db.execute("ALTER TABLE fold.posting ADD PRIMARY KEY (merchant, card_id, version, unit, account)")
    await db.execute("ALTER TABLE fold.lots ADD PRIMARY KEY (merchant, card_id, lot_id)")
    await db.execute("ALTER TABLE fold.cards ADD PRIMARY KEY (merchant, card_id)")


async def must_agree(db: Db) -> None:
    """Raises ``NotMeasured`` unless it is what the ledger keeps."""
    differing = await db.fetchval(_DIFFERING)
    if differing:
        raise NotMeasured(f"the fold in SQL differs from the ledger's tables in {differing} rows")
