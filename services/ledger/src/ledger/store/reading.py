"""The SQL behind the ledger's queries."""

_CARD = """
SELECT c.card_id, c.customer_id, c.program_id, c.store_id, c.number AS card_number, c.language, c.state, c.test, c.balance,
       c.stamps, c.stamp_target, c.opened_at, c.version,
       ARRAY(SELECT l.store_id FROM card_store l WHERE l.merchant = c.merchant AND l.card_id = c.card_id
             ORDER BY l.linked_at, l.store_id) AS store_ids
FROM card c
"""
CARD = f"{_CARD} WHERE c.merchant = $1 AND c.card_id = $2"
CARD_BY_NUMBER = f"{_CARD} WHERE c.merchant = $1 AND c.number = $2"
CARDS_OF = f"""{_CARD} WHERE c.merchant = $1 AND c.customer_id = ANY($2::uuid[])
ORDER BY c.customer_id, c.opened_at, c.card_id"""
CARDS = f"""{_CARD} WHERE c.merchant = $1
AND ($2::timestamptz IS NULL OR (c.opened_at, c.card_id) < ($2, $3::uuid))
ORDER BY c.opened_at DESC, c.card_id DESC LIMIT $4"""

_NEWEST = """
SELECT DISTINCT ON (p.merchant, p.program_id) p.merchant, p.program_id, p.version, p.effective_from, p.names, p.rates,
       p.rounding, p.welcome_points, p.stamp_target
FROM program p
"""
PROGRAM = f"{_NEWEST} WHERE p.merchant = $1 AND p.program_id = $2 ORDER BY p.merchant, p.program_id, p.version DESC"
PROGRAMS = f"""{_NEWEST} WHERE $1::uuid IS NULL OR (p.merchant, p.program_id) > ($1, $2::uuid)
ORDER BY p.merchant, p.program_id, p.version DESC LIMIT $3"""
POSITIONS = "SELECT id, pos FROM partition ORDER BY id"

# Cards with all that one card has become of: what they were merged into, however often, and what else was.
GROUPS = """
WITH RECURSIVE up AS (
  SELECT c.merchant, c.card_id, c.merged_into
  FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) JOIN card c USING (merchant, card_id)
  UNION
  SELECT c.merchant, c.card_id, c.merged_into FROM up u JOIN card c ON c.merchant = u.merchant AND c.card_id = u.merged_into
), grouped AS (
  SELECT merchant, card_id AS survivor, card_id FROM up WHERE merged_into IS NULL
  UNION
  SELECT c.merchant, g.survivor, c.card_id FROM grouped g
  JOIN card c ON c.merchant = g.merchant AND c.merged_into = g.card_id
)
SELECT merchant, survivor, card_id FROM grouped
"""
EVENTS_OF_CARDS = """
SELECT e.merchant, e.aggregate, e.version, e.pos, e.id, e.type, e.body
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, aggregate) JOIN event e USING (merchant, aggregate)
ORDER BY e.merchant, e.pos
"""
CARD_AS_KEPT = """
SELECT c.version, c.balance, c.held, c.owed, c.stamps,
       (SELECT coalesce(sum(l.free), 0)::bigint FROM lot l WHERE l.merchant = $1 AND l.card_id = $2) AS free,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM posting p
        WHERE p.merchant = $1 AND p.card_id = $2 AND p.unit = 'points' AND p.account = 'issued') AS issued_points,
       (SELECT coalesce(sum(p.amount), 0)::bigint FROM posting p
        WHERE p.merchant = $1 AND p.card_id = $2 AND p.unit = 'stamps' AND p.account = 'issued') AS issued_stamps
FROM card c WHERE c.merchant = $1 AND c.card_id = $2
"""

ALL = (CARD, CARD_BY_NUMBER, CARDS_OF, CARDS, PROGRAM, PROGRAMS, POSITIONS, GROUPS, EVENTS_OF_CARDS, CARD_AS_KEPT)
