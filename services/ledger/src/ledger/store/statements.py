"""The prepared texts of the hot path: few round trips, whatever the size of the batch.

Plain new rows need no text: they are copied in (``saving``).
"""

BOOKS = """
WITH cards AS (
  SELECT c.* FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) JOIN card c USING (merchant, card_id)
), stores AS (
  SELECT s.* FROM unnest($3::uuid[], $4::uuid[]) AS k(merchant, store_id) JOIN store s USING (merchant, store_id)
), programs AS (
  SELECT p.* FROM (SELECT merchant, program_id FROM cards UNION SELECT * FROM unnest($5::uuid[], $6::uuid[])) k
  JOIN program p USING (merchant, program_id)
), receipts AS (
  SELECT r.* FROM unnest($7::uuid[], $8::uuid[], $9::text[], $10::text[]) AS k(merchant, store_id, purpose, receipt)
  JOIN stores s USING (merchant, store_id) JOIN receipt r USING (merchant, program_id, store_id, purpose, receipt)
)
SELECT
  (SELECT array_agg(ROW(merchant, card_id, customer_id, program_id, store_id, number, language, test, opened_at, state,
                        balance, stamps, stamp_target, version)) FROM cards),
  (SELECT array_agg(ROW(merchant, store_id, program_id, time_zone, currency, loyalty)) FROM stores),
  (SELECT array_agg(ROW(merchant, program_id, version, effective_from, names::text, rates::text, rounding,
                        welcome_points, stamp_target) ORDER BY merchant, program_id, version) FROM programs),
  (SELECT array_agg(ROW(merchant, program_id, store_id, purpose, receipt, operation_id, card_id, recorded_at))
   FROM receipts)
"""
"""Whatever an earning needs to know, in one round trip. A card is only ever stamped in a store of its own program, so
the store tells which receipts are meant."""
NUMBERS = """
SELECT c.merchant, c.number
FROM unnest($1::uuid[], $2::text[]) AS k(merchant, number) JOIN card c USING (merchant, number)
"""
WELCOMED = """
SELECT w.merchant, w.customer_id
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, customer_id) JOIN welcome w USING (merchant, customer_id)
"""
LINKS = """
SELECT l.merchant, l.card_id, l.store_id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k(merchant, card_id, store_id)
JOIN card_store l USING (merchant, card_id, store_id)
"""

MOVE_CARDS = """
UPDATE card c SET balance = v.balance, stamps = v.stamps, stamp_target = v.stamp_target, version = v.version
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::int[], $6::int[])
  AS v(merchant, card_id, balance, stamps, stamp_target, version)
WHERE c.merchant = v.merchant AND c.card_id = v.card_id
"""
INSERT_PROGRAMS = """
INSERT INTO program (merchant, program_id, version, effective_from, names, rates, rounding, welcome_points, stamp_target)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::jsonb[], $6::jsonb[], $7::text[],
                     $8::bigint[], $9::int[])
"""

UPSERT_STORES = """
INSERT INTO store AS s (merchant, store_id, program_id, time_zone, currency, loyalty, version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[])
ON CONFLICT (merchant, store_id) DO UPDATE
SET program_id = excluded.program_id, time_zone = excluded.time_zone, currency = excluded.currency,
    loyalty = excluded.loyalty, version = excluded.version
WHERE s.version < excluded.version
"""

ALL = (
    BOOKS,
    NUMBERS,
    WELCOMED,
    LINKS,
    MOVE_CARDS,
    INSERT_PROGRAMS,
    UPSERT_STORES,
)
