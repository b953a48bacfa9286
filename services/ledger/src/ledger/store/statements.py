"""The prepared texts of the hot path: one statement a table, whatever the size of the batch.

Plain new rows need no text: they are copied in (``saving``).
"""

CARDS = """
SELECT c.merchant, c.card_id, c.customer_id, c.program_id, c.store_id, c.number, c.language, c.test, c.opened_at, c.state,
       c.balance, c.stamps, c.stamp_target, c.version
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) JOIN card c USING (merchant, card_id)
"""
STORES = """
SELECT s.merchant, s.store_id, s.program_id, s.time_zone, s.currency, s.loyalty
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, store_id) JOIN store s USING (merchant, store_id)
"""
PROGRAMS = """
SELECT p.merchant, p.program_id, p.version, p.effective_from, p.names, p.rates, p.rounding, p.welcome_points, p.stamp_target
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, program_id) JOIN program p USING (merchant, program_id)
ORDER BY p.merchant, p.program_id, p.version
"""
RECEIPTS = """
SELECT r.merchant, r.program_id, r.store_id, r.purpose, r.receipt, r.operation_id, r.card_id, r.recorded_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
  AS k(merchant, program_id, store_id, purpose, receipt)
JOIN receipt r USING (merchant, program_id, store_id, purpose, receipt)
"""
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
    CARDS,
    STORES,
    PROGRAMS,
    RECEIPTS,
    NUMBERS,
    WELCOMED,
    LINKS,
    MOVE_CARDS,
    INSERT_PROGRAMS,
    UPSERT_STORES,
)
