"""The prepared texts of a batch: one statement a table, whatever the size of the batch."""

PLATFORM = "SELECT count(*) FROM platform"
MERCHANTS = "SELECT m.event FROM unnest($1::uuid[]) AS k(merchant) JOIN merchant m USING (merchant)"
STORES = """
SELECT s.event FROM store s WHERE s.store_id = ANY($1::uuid[]) OR s.subdomain = ANY($2::text[])
"""
FORMS = """
SELECT f.merchant, f.event
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, program_id) JOIN join_form f USING (merchant, program_id)
"""
KEYS = "SELECT a.merchant, a.event FROM access_key a WHERE a.key_id = ANY($1::uuid[]) OR a.key_hash = ANY($2::text[])"
SEALING_KEYS = "SELECT key_id, wrapped_private FROM sealing_key WHERE key_id = ANY($1::text[])"
IDENTITIES = """
SELECT i.merchant, i.hash, c.customer_id, c.has_email, c.confirmed_at IS NOT NULL AS confirmed,
       ARRAY(SELECT DISTINCT m.program_id FROM membership m
             WHERE m.merchant = c.merchant AND m.customer_id = c.customer_id) AS programs
FROM unnest($1::uuid[], $2::bytea[]) AS k(merchant, hash)
JOIN identity i ON i.merchant = k.merchant AND i.hash = k.hash AND i.decides
JOIN customer c ON c.merchant = i.merchant AND c.customer_id = i.customer_id
"""
PEOPLE = """
SELECT c.merchant, c.customer_id, c.has_email, c.confirmed_at IS NOT NULL AS confirmed,
       p.wrapped_key, p.ciphertext, p.erased_at, coalesce(p.birthday_entered_at, p.updated_at) AS birthday_entered_at,
       ARRAY(SELECT DISTINCT m.program_id FROM membership m
             WHERE m.merchant = c.merchant AND m.customer_id = c.customer_id) AS programs
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, customer_id)
JOIN customer c USING (merchant, customer_id) JOIN personal p USING (merchant, customer_id)
"""
CONSENTS = """
SELECT b.merchant, b.customer_id, b.program_id, b.day, b.given_at, b.withdrawn_at
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, customer_id)
JOIN birthday_consent b USING (merchant, customer_id)
"""

KEEP_PLATFORM = "INSERT INTO platform (key_id) SELECT * FROM unnest($1::uuid[])"
KEEP_MERCHANTS = """
INSERT INTO merchant (merchant, event) SELECT * FROM unnest($1::uuid[], $2::jsonb[])
ON CONFLICT (merchant) DO UPDATE SET event = excluded.event
"""
KEEP_STORES = """
INSERT INTO store (merchant, store_id, subdomain, event) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[])
ON CONFLICT (merchant, store_id) DO UPDATE SET subdomain = excluded.subdomain, event = excluded.event
"""
KEEP_FORMS = """
INSERT INTO join_form (merchant, program_id, event) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[])
ON CONFLICT (merchant, program_id) DO UPDATE SET event = excluded.event
"""
KEEP_KEYS = """
INSERT INTO access_key (merchant, key_id, key_hash, event)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[])
ON CONFLICT (merchant, key_id) DO UPDATE SET event = excluded.event
"""
KEEP_CUSTOMERS = """
INSERT INTO customer (merchant, customer_id, language, has_email, test, enrolled_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::boolean[], $6::timestamptz[])
"""
KEEP_PERSONAL = """
INSERT INTO personal (merchant, customer_id, wrapped_key, ciphertext, updated_at, birthday_entered_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::timestamptz[], $6::timestamptz[])
"""
REWRITE_PERSONAL = """
UPDATE personal p SET wrapped_key = v.wrapped_key, ciphertext = v.ciphertext, updated_at = v.updated_at,
       birthday_entered_at = v.entered_at
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::timestamptz[], $6::timestamptz[])
  AS v(merchant, customer_id, wrapped_key, ciphertext, updated_at, entered_at)
WHERE p.merchant = v.merchant AND p.customer_id = v.customer_id AND p.erased_at IS NULL
"""
KEEP_CONSENTS = """
INSERT INTO birthday_consent (merchant, customer_id, program_id, day, given_at, withdrawn_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[], $5::timestamptz[], $6::timestamptz[])
ON CONFLICT (merchant, customer_id, program_id)
DO UPDATE SET day = excluded.day, given_at = excluded.given_at, withdrawn_at = excluded.withdrawn_at
"""
CONFIRM = """
UPDATE customer c SET confirmed_at = v.at FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS v(merchant, customer_id, at)
WHERE c.merchant = v.merchant AND c.customer_id = v.customer_id AND c.confirmed_at IS NULL
"""
KEEP_IDENTITIES = """
INSERT INTO identity (merchant, kind, hash, customer_id, decides)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::boolean[])
"""
KEEP_MEMBERSHIPS = """
INSERT INTO membership (merchant, customer_id, store_id, program_id, marketing, terms_version, joined_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::boolean[], $6::text[], $7::timestamptz[])
ON CONFLICT (merchant, customer_id, store_id, program_id) DO NOTHING
"""
KEEP_TICKETS = """
INSERT INTO ticket (hash, merchant, customer_id, store_id, program_id, expires_at)
SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[])
ON CONFLICT (hash) DO NOTHING
"""

ALL = tuple(text for name, text in sorted(globals().items()) if name.isupper() and isinstance(text, str))
