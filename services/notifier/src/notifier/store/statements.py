"""The statements on the notifier's own tables; each is prepared once before the service is ready."""

PUT_MERCHANTS = """
INSERT INTO merchant (merchant, name, version)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])
ON CONFLICT (merchant) DO UPDATE SET name = excluded.name, version = excluded.version
WHERE merchant.version < excluded.version
"""

PUT_STORES = """
INSERT INTO store (merchant, store_id, name, subdomain, accent, default_language, version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[])
ON CONFLICT (merchant, store_id) DO UPDATE SET name = excluded.name, subdomain = excluded.subdomain,
  accent = excluded.accent, default_language = excluded.default_language, version = excluded.version
WHERE store.version < excluded.version
"""

PUT_PROGRAMS = """
INSERT INTO program (merchant, program_id, version, names, effective_from, withdrawn)
SELECT *, false FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::jsonb[], $5::timestamptz[])
ON CONFLICT (merchant, program_id, version) DO NOTHING
"""

WITHDRAW_PROGRAMS = """
UPDATE program p SET withdrawn = true FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS w(merchant, program_id, version)
WHERE p.merchant = w.merchant AND p.program_id = w.program_id AND p.version = w.version
"""

PUT_CUSTOMERS = """
INSERT INTO customer (merchant, customer_id, language, store_id, has_email, test)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bool[], $6::bool[])
ON CONFLICT (merchant, customer_id) DO NOTHING
"""

PUT_CARDS = """
INSERT INTO card (merchant, card_id, customer_id, program_id, card_number, version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int[])
ON CONFLICT (merchant, card_id) DO UPDATE SET card_number = excluded.card_number, version = excluded.version
WHERE card.version < excluded.version
"""

HAVE_EMAIL = """
SELECT c.merchant, c.customer_id, c.has_email
FROM customer c JOIN unnest($1::uuid[], $2::uuid[]) AS asked(merchant, customer_id) USING (merchant, customer_id)
"""

# A mail that was wanted counts, whatever became of it; one suppressed for being recent must not prolong the hour.
RECENTLY_DEMANDED = """
SELECT DISTINCT d.merchant, d.recipient
FROM delivery d JOIN unnest($1::uuid[], $2::uuid[]) AS asked(merchant, recipient) USING (merchant, recipient)
WHERE d.kind = $3 AND d.channel = 'mail' AND d.state <> 'suppressed' AND d.created_at > stampbook_now() - $4::interval
"""

# A program is called as its version in force says, before its first one as that will say (R9).
PLACE = """
SELECT m.name AS merchant_name, s.name AS store_name, s.subdomain, s.accent, s.default_language, c.card_number, coalesce(
  (SELECT p.names FROM program p WHERE p.merchant = m.merchant AND p.program_id = $3 AND NOT p.withdrawn
   AND p.effective_from <= stampbook_now() ORDER BY p.effective_from DESC, p.version DESC LIMIT 1),
  (SELECT p.names FROM program p WHERE p.merchant = m.merchant AND p.program_id = $3 ORDER BY p.version LIMIT 1)
) AS program_names
FROM merchant m
LEFT JOIN store s ON s.merchant = m.merchant AND s.store_id = $2
LEFT JOIN card c ON c.merchant = m.merchant AND c.card_id = $4
WHERE m.merchant = $1
"""

PUT_ADDRESSED = """
INSERT INTO addressed (delivery_id, merchant, masked, address_index, at) VALUES ($1, $2, $3, $4, stampbook_now())
ON CONFLICT (delivery_id) DO UPDATE SET masked = excluded.masked, address_index = excluded.address_index,
  at = excluded.at
"""

STATEMENTS = (
    PUT_MERCHANTS,
    PUT_STORES,
    PUT_PROGRAMS,
    WITHDRAW_PROGRAMS,
    PUT_CUSTOMERS,
    PUT_CARDS,
    HAVE_EMAIL,
    RECENTLY_DEMANDED,
    PLACE,
    PUT_ADDRESSED,
)
