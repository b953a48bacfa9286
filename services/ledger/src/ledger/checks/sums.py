"""Whether the sums hold in the kept tables alone: lots are the balances, and lines add up to nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.domain.lots import PLACES
from stampbook_messaging.log_checks import Check

Db = Any
InWords = Callable[[Any], str]

_LOTS_DIFFER = """
SELECT merchant, card_id, c.balance + c.owed - c.held AS free, c.held, coalesce(l.free, 0) AS lots_free,
       coalesce(l.held, 0) AS lots_held
FROM card c FULL JOIN (SELECT merchant, card_id, sum(free) AS free, sum(held) AS held FROM lot GROUP BY 1, 2) l
USING (merchant, card_id)
WHERE c.balance + c.owed - c.held IS DISTINCT FROM coalesce(l.free, 0) OR c.held IS DISTINCT FROM coalesce(l.held, 0)
"""
_LOTS_LEAK = f"""
SELECT merchant, card_id, lot_id, points, {" + ".join(PLACES)} AS placed FROM lot
WHERE points <> {" + ".join(PLACES)} OR least({", ".join(PLACES)}) < 0
"""
_HOLDS_DIFFER = """
SELECT merchant, card_id, c.held, coalesce(r.held, 0) AS reserved
FROM card c FULL JOIN (
  SELECT merchant, card_id, sum(cost * quantity) AS held FROM reservation WHERE state = 'open' GROUP BY 1, 2
) r USING (merchant, card_id)
WHERE c.held IS DISTINCT FROM coalesce(r.held, 0)
"""
_UNBALANCED_EVENTS = """
SELECT merchant, event_id, unit, sum(amount) AS sum FROM posting GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
"""
# Cards that became one are balanced together only: what was granted on the one was spent on the other (R68, R76).
_UNBALANCED_CARDS = """
WITH RECURSIVE went AS (
  SELECT c.merchant, c.card_id, c.merged_into AS into_id FROM card c WHERE c.merged_into IS NOT NULL
  UNION ALL
  SELECT w.merchant, w.card_id, c.merged_into FROM went w
  JOIN card c ON c.merchant = w.merchant AND c.card_id = w.into_id AND c.merged_into IS NOT NULL
), owner AS (
  SELECT w.merchant, w.card_id, w.into_id FROM went w
  JOIN card c ON c.merchant = w.merchant AND c.card_id = w.into_id AND c.merged_into IS NULL
)
SELECT p.merchant, coalesce(o.into_id, p.card_id) AS card_id, p.unit, sum(p.amount) AS sum
FROM posting p LEFT JOIN owner o USING (merchant, card_id) GROUP BY 1, 2, 3 HAVING sum(p.amount) <> 0
"""
_FIGURES_DIFFER = """
SELECT merchant, card_id, c.balance, c.held, c.owed, c.stamps, c.owed_stamps, by_balance, by_held, by_owed, by_stamps,
       by_owed_stamps
FROM card c FULL JOIN (
  SELECT merchant, card_id,
         coalesce(sum(amount) FILTER (WHERE unit = 'points' AND account IN ('issued', 'held', 'debt')), 0) AS by_balance,
         coalesce(sum(amount) FILTER (WHERE unit = 'points' AND account = 'held'), 0) AS by_held,
         coalesce(-sum(amount) FILTER (WHERE unit = 'points' AND account = 'debt'), 0) AS by_owed,
         coalesce(sum(amount) FILTER (WHERE unit = 'stamps' AND account = 'issued'), 0) AS by_stamps,
         coalesce(-sum(amount) FILTER (WHERE unit = 'stamps' AND account = 'debt'), 0) AS by_owed_stamps
  FROM posting GROUP BY 1, 2
) p USING (merchant, card_id)
WHERE (c.balance, c.held, c.owed, c.stamps, c.owed_stamps) IS DISTINCT FROM
  (coalesce(by_balance, 0), coalesce(by_held, 0), coalesce(by_owed, 0), coalesce(by_stamps, 0), coalesce(by_owed_stamps, 0))
"""
_FIGURES = ("balance", "held", "owed", "stamps", "owed_stamps")


def _figures(row: Any) -> str:
    said = (f"{name} {row[name]}, by its postings {row[f'by_{name}'] or 0}" for name in _FIGURES)
    return f"card {row['card_id']} of {row['merchant']}: {'; '.join(said)}"


_CHECKS: Mapping[str, tuple[str, Mapping[str, InWords]]] = {
    "ledger.lots_are_the_balances": (
        "lot",
        {
            _LOTS_DIFFER: lambda row: (
                f"card {row['card_id']} of {row['merchant']}: {row['free']} free and {row['held']} held,"
                f" in its lots {row['lots_free']} and {row['lots_held']}"
            ),
            _LOTS_LEAK: lambda row: (
                f"lot {row['lot_id']} of {row['merchant']}: of its {row['points']} points {row['placed']} are somewhere"
            ),
            _HOLDS_DIFFER: lambda row: (
                f"card {row['card_id']} of {row['merchant']}: {row['held']} held, by its reservations {row['reserved']}"
            ),
        },
    ),
    "ledger.postings_sum_to_zero": (
        "posting",
        {
            _UNBALANCED_EVENTS: lambda row: (
                f"event {row['event_id']} of {row['merchant']}: {row['unit']} sum to {row['sum']}"
            ),
            _UNBALANCED_CARDS: lambda row: (
                f"card {row['card_id']} of {row['merchant']}: {row['unit']} sum to {row['sum']}"
            ),
        },
    ),
    "ledger.postings_are_the_balances": ("card", {_FIGURES_DIFFER: _figures}),
}
"""By name: the table whose rows are counted, and statements that find what is wrong, each with its words."""


async def sums_hold(db: Db) -> Sequence[Check]:
    async with db.transaction(isolation="repeatable_read", readonly=True):
        return [await _carried_out(db, name, *looked) for name, looked in _CHECKS.items()]


async def _carried_out(db: Db, name: str, counted: str, statements: Mapping[str, InWords]) -> Check:
    check = Check(name=name, counted=await db.fetchval(f"SELECT count(*) FROM {counted}"))
    for statement, in_words in statements.items():
        async for row in db.cursor(statement):
            check.blame(in_words(row))
    return check
