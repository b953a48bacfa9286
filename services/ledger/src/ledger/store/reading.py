"""The SQL behind the ledger's queries about cards and programs."""

CARD_BY_NUMBER = "SELECT n.card_id, n.until FROM card_number n WHERE n.merchant = $1 AND n.number = $2"
CARDS_OF = """
SELECT c.card_id FROM card c WHERE c.merchant = $1 AND c.customer_id = ANY($2::uuid[])
ORDER BY c.customer_id, c.opened_at, c.card_id
"""
# Without a place, below the greatest there is: one comparison, which the index begins at on every page.
CARDS = """
SELECT c.card_id, c.opened_at FROM card c
WHERE c.merchant = $1 AND c.merged_into IS NULL
  AND (c.opened_at, c.card_id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY c.opened_at DESC, c.card_id DESC LIMIT $4
"""
# Also those that the cards were known in that are one with it now. OFFSET 0: each card by the index, even where the planner
# knows nothing of a table that was just filled.
STORES_OF_CARDS = """
WITH RECURSIVE own AS (
  SELECT k.card_id AS root, k.card_id FROM unnest($2::uuid[]) AS k(card_id)
  UNION ALL
  SELECT o.root, m.card_id FROM own o CROSS JOIN LATERAL (
    SELECT c.card_id FROM card c WHERE c.merchant = $1 AND c.merged_into = o.card_id OFFSET 0
  ) m
)
SELECT o.root, array_agg(l.store_id ORDER BY l.linked_at, l.store_id) AS store_ids
FROM own o CROSS JOIN LATERAL (
  SELECT s.store_id, s.linked_at FROM card_store s WHERE s.merchant = $1 AND s.card_id = o.card_id OFFSET 0
) l
GROUP BY o.root
"""

# In force at $3, of equal ones the last published; where none is, the next one that will be (R9).
_IN_FORCE = """
SELECT DISTINCT ON (p.merchant, p.program_id) p.merchant, p.program_id, p.version, p.effective_from, p.names, p.rates,
       p.rounding, p.welcome_points, p.stamp_target, e.ends_at,
       coalesce(p.rules -> 'birthday', 'null'::jsonb) <> 'null'::jsonb AS birthday_gift
FROM program p LEFT JOIN program_ending e USING (merchant, program_id)
"""
_ORDER = """
ORDER BY p.merchant, p.program_id, p.withdrawn, p.effective_from > $3::timestamptz,
         CASE WHEN p.effective_from > $3 THEN p.effective_from END, p.effective_from DESC, p.version DESC
"""
PROGRAM = f"{_IN_FORCE} WHERE p.merchant = $1 AND p.program_id = $2 {_ORDER}"
PROGRAMS = f"{_IN_FORCE} WHERE $1::uuid IS NULL OR (p.merchant, p.program_id) > ($1, $2::uuid) {_ORDER} LIMIT $4"
POSITIONS = "SELECT id, pos FROM partition ORDER BY id"

ALL = (
    CARD_BY_NUMBER,
    CARDS_OF,
    CARDS,
    STORES_OF_CARDS,
    PROGRAM,
    PROGRAMS,
    POSITIONS,
)
