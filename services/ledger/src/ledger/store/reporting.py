"""The SQL of reports: sums by day, the postings of a day's part, and what has fallen due and is not booked (R76-R78)."""

from ledger.domain.account import ACCOUNTS
from ledger.store.writing.reports import FIGURES

_DAYS = ", ".join(f"d.{name}" for name in FIGURES)
_LINES = ", ".join(
    (
        *(f"CASE WHEN p.unit = 'points' AND p.account = '{account}' THEN p.amount ELSE 0 END" for account in ACCOUNTS),
        "CASE WHEN p.unit = 'stamps' AND p.account = 'issued' THEN p.amount ELSE 0 END",
        "0, 0",
    )
)
_NO_LINES = ", ".join("0" for _ in (*ACCOUNTS, "stamps"))
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in FIGURES)

# Of these stores ($3) all that counts before $4: the whole days in UTC before its day, and what was posted singly from $5,
# where its day begins.
SUMS = f"""
WITH counted AS (
  SELECT d.program_id, d.store_id, {_DAYS}
  FROM account_day d
  WHERE d.merchant = $1 AND ($2::uuid IS NULL OR d.program_id = $2) AND d.store_id = ANY($3::uuid[])
    AND d.day < ($5::timestamptz AT TIME ZONE 'UTC')::date
  UNION ALL
  SELECT p.program_id, p.store_id, {_LINES}
  FROM posting p
  WHERE p.merchant = $1 AND ($2::uuid IS NULL OR p.program_id = $2) AND p.store_id = ANY($3::uuid[])
    AND p.counts_at >= $5 AND p.counts_at < $4
    AND p.card_id NOT IN (SELECT c.card_id FROM card c WHERE c.merchant = $1 AND c.test)
  UNION ALL
  SELECT r.program_id, r.store_id, {_NO_LINES}, r.change, r.change * r.value_minor
  FROM reward_change r
  WHERE r.merchant = $1 AND ($2::uuid IS NULL OR r.program_id = $2) AND r.store_id = ANY($3::uuid[])
    AND r.counts_at >= $5 AND r.counts_at < $4
)
SELECT program_id, store_id, {_SUMS} FROM counted AS c({", ".join(("program_id", "store_id", *FIGURES))}) GROUP BY 1, 2
"""
ZONES = "SELECT store_id, time_zone FROM store WHERE merchant = $1"
COHORTS = """
SELECT program_id, store_id, month, granted, reversed, redeemed, expired, open FROM cohort
WHERE merchant = $1 AND ($2::uuid IS NULL OR program_id = $2)
"""

# Free points whose end has come by $2 and is not booked.
_DUE_LOTS = """
FROM lot l
JOIN card c ON c.merchant = l.merchant AND c.card_id = l.card_id
JOIN store h ON h.merchant = c.merchant AND h.store_id = c.store_id
JOIN store s ON s.merchant = l.merchant AND s.store_id = coalesce(l.store_id, c.store_id)
WHERE l.merchant = $1 AND l.free > 0 AND l.expires_at <= $2 AND c.state IN ('active', 'frozen') AND NOT c.test
"""
_NEVER_STOOD = """
(s.stops = '[]'::bytea AND h.stops = '[]'::bytea AND position('"stops":'::bytea IN c.rest) = 0)
"""
_STANDS = """
(CASE WHEN {stops} -> -1 ->> 1 IS NULL THEN coalesce(({stops} -> -1 ->> 0)::timestamptz < {at}, false) ELSE false END)
"""
_OF_CARD = "(convert_from(c.rest, 'UTF8')::jsonb -> 'stops')"
_OF_STORE = "convert_from(s.stops, 'UTF8')::jsonb"
_LOT_STANDS = " OR ".join(_STANDS.format(stops=stops, at="l.expires_at") for stops in (_OF_CARD, _OF_STORE))
# Cards on which something has fallen due by $2 that is not booked: each is looked at, for one thing leads to another.
# What only waits for a clock that stands is as it was.
TO_LOOK_AT = f"""
SELECT DISTINCT d.card_id FROM (
  SELECT r.card_id FROM reservation r WHERE r.merchant = $1 AND r.state = 'open' AND r.ends_at <= $2
  UNION ALL
  SELECT u.card_id FROM unlocked_reward u WHERE u.merchant = $1 AND u.state = 'open' AND u.expires_at <= $2
  UNION ALL
  SELECT l.card_id {_DUE_LOTS} AND CASE WHEN {_NEVER_STOOD} THEN false ELSE NOT ({_LOT_STANDS}) END
  UNION ALL
  SELECT c.card_id FROM program_ending e JOIN card c USING (merchant, program_id)
  WHERE e.merchant = $1 AND e.last_day <= ($2 AT TIME ZONE 'UTC')::date + 1
    AND c.state IN ('active', 'frozen') AND NOT c.ended
) d ORDER BY d.card_id
"""
# The other ones of them, too many to be looked at when they all fall due at once. $3: the cards that are.
LAPSED = f"""
SELECT l.program_id, c.store_id AS home, coalesce(l.store_id, c.store_id) AS store_id, l.cohort, l.expires_at,
       sum(l.free)::bigint AS points
{_DUE_LOTS} AND {_NEVER_STOOD} AND l.card_id NOT IN (SELECT unnest($3::uuid[]))
GROUP BY 1, 2, 3, 4, 5
"""
ALL = (SUMS, ZONES, COHORTS, TO_LOOK_AT, LAPSED)
