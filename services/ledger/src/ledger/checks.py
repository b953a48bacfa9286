"""What ``stampbook audit`` asks of the ledger: do tables and log tell the same story, and do the sums hold.

Each check reads the tables of one moment; positions, versions and hashes of the log are checked for all services alike.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.fold import Fold, fold
from ledger.recount import logged
from ledger.store import reading
from stampbook_events.ledger import Line
from stampbook_messaging.log_checks import Check

Db = Any
Key = tuple[UUID, UUID]
CARDS_AT_ONCE = 500

_CARDS = """
SELECT c.merchant, c.card_id, c.version, c.balance, c.stamps, c.stamp_target, c.customer_id, c.program_id, c.number,
       ARRAY(SELECT l.store_id FROM card_store l WHERE l.merchant = c.merchant AND l.card_id = c.card_id) AS store_ids
FROM card c WHERE $1::uuid IS NULL OR (c.merchant, c.card_id) > ($1, $2::uuid)
ORDER BY c.merchant, c.card_id LIMIT $3
"""
_POSTINGS = """
SELECT p.merchant, p.card_id, p.version, p.unit, p.account, p.amount
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) JOIN posting p USING (merchant, card_id)
"""
_LOTS_DIFFER = """
SELECT merchant, card_id, c.balance, coalesce(l.free, 0) AS free
FROM card c FULL JOIN (SELECT merchant, card_id, sum(free) AS free FROM lot GROUP BY 1, 2) l USING (merchant, card_id)
WHERE c.balance IS DISTINCT FROM coalesce(l.free, 0)
"""
_UNBALANCED_EVENTS = """
SELECT merchant, card_id, version, unit, sum(amount) AS sum FROM posting
GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
"""
_UNBALANCED_CARDS = """
SELECT merchant, card_id, unit, sum(amount) AS sum FROM posting GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
"""
_ISSUED_DIFFERS = """
SELECT merchant, card_id, c.balance, c.stamps, coalesce(p.points, 0) AS points, coalesce(p.stamped, 0) AS stamped
FROM card c FULL JOIN (
    SELECT merchant, card_id, sum(amount) FILTER (WHERE unit = 'points') AS points,
           sum(amount) FILTER (WHERE unit = 'stamps') AS stamped
    FROM posting WHERE account = 'issued' GROUP BY 1, 2
) p USING (merchant, card_id)
WHERE c.balance IS DISTINCT FROM coalesce(p.points, 0) OR c.stamps IS DISTINCT FROM coalesce(p.stamped, 0)
"""
_OPENED_WITHOUT_CARD = """
SELECT e.merchant, e.aggregate FROM event e LEFT JOIN card c ON c.merchant = e.merchant AND c.card_id = e.aggregate
WHERE e.type LIKE 'ledger.card\\_opened.%' AND c.card_id IS NULL
"""
_RECEIPTS_DIFFER = """
WITH said AS (
    SELECT merchant, aggregate AS card_id, id AS operation_id,
           CASE WHEN type LIKE 'ledger.points%' THEN 'points' ELSE 'stamps' END AS purpose,
           convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'receipt' AS receipt
    FROM event WHERE type LIKE 'ledger.points\\_earned.%' OR type LIKE 'ledger.stamps\\_earned.%'
)
SELECT merchant, operation_id, s.receipt AS said, r.receipt AS kept
FROM (SELECT * FROM said WHERE receipt IS NOT NULL) s FULL JOIN receipt r USING (merchant, operation_id, purpose, card_id)
WHERE s.receipt IS DISTINCT FROM r.receipt
"""
_WELCOMES_DIFFER = """
SELECT merchant, event_id FROM (
    SELECT merchant, id AS event_id FROM event WHERE type LIKE 'ledger.welcome\\_bonus\\_granted.%'
) e FULL JOIN welcome w USING (merchant, event_id)
WHERE e.event_id IS NULL OR w.customer_id IS NULL
"""
ALL = (
    _CARDS,
    _POSTINGS,
    _LOTS_DIFFER,
    _UNBALANCED_EVENTS,
    _UNBALANCED_CARDS,
    _ISSUED_DIFFERS,
    _OPENED_WITHOUT_CARD,
    _RECEIPTS_DIFFER,
    _WELCOMES_DIFFER,
)


async def check_ledger(db: Db) -> list[Check]:
    """Every check of the ledger, on a connection whose search_path is its schema."""
    return [await checking(db) for checking in CHECKS.values()]


async def balances_are_the_fold(db: Db) -> Check:
    """Each card, its stores and its postings are what its events say, and no opened card is missing."""
    check = Check(name="ledger.balances_are_the_fold")
    for row in await db.fetch(_OPENED_WITHOUT_CARD):
        check.blame(f"card {row['aggregate']} of {row['merchant']}: opened, but there is no row")
    async for cards, folds, kept in _pages(db):
        for row in cards:
            check.counted += 1
            key = row["merchant"], row["card_id"]
            if key in folds and folds[key] is None:
                check.blame(f"card {row['card_id']} of {row['merchant']}: its events cannot be read")
                continue
            for what in _differences(row, folds.get(key), kept.get(key, frozenset())):
                check.blame(f"card {row['card_id']} of {row['merchant']}: {what}")
    return check


async def lots_are_the_balances(db: Db) -> Check:
    return await _every(
        db,
        "ledger.lots_are_the_balances",
        "card",
        {_LOTS_DIFFER: lambda row: f"card {row['card_id']}: balance {row['balance']}, free in lots {row['free']}"},
    )


async def postings_sum_to_zero(db: Db) -> Check:
    return await _every(
        db,
        "ledger.postings_sum_to_zero",
        "posting",
        {
            _UNBALANCED_EVENTS: lambda row: (
                f"card {row['card_id']} version {row['version']}: {row['unit']} sum to {row['sum']}"
            ),
            _UNBALANCED_CARDS: lambda row: f"card {row['card_id']}: {row['unit']} sum to {row['sum']}",
        },
    )


async def postings_are_the_balances(db: Db) -> Check:
    return await _every(
        db,
        "ledger.postings_are_the_balances",
        "card",
        {
            _ISSUED_DIFFERS: lambda row: (
                f"card {row['card_id']}: holds {row['balance']} points and {row['stamps']} stamps,"
                f" issued are {row['points']} and {row['stamped']}"
            )
        },
    )


async def receipts_and_welcomes_are_kept(db: Db) -> Check:
    """A receipt or welcome key that an event took is taken, and no other."""
    return await _every(
        db,
        "ledger.receipts_and_welcomes_are_kept",
        "receipt",
        {
            _RECEIPTS_DIFFER: lambda row: (
                f"operation {row['operation_id']}: the log says receipt {row['said']}, the table {row['kept']}"
            ),
            _WELCOMES_DIFFER: lambda row: f"welcome bonus {row['event_id']}: log and table differ",
        },
    )


async def _every(db: Db, name: str, counted: str, statements: Mapping[str, Callable[[Any], str]]) -> Check:
    check = Check(name=name)
    async with db.transaction(isolation="repeatable_read", readonly=True):
        check.counted = await db.fetchval(f"SELECT count(*) FROM {counted}")
        for statement, in_words in statements.items():
            for row in await db.fetch(statement):
                check.blame(in_words(row))
    return check


_Kept = frozenset[tuple[int, Line]]
_Page = tuple[list[Any], dict[Key, Fold | None], dict[Key, _Kept]]


async def _pages(db: Db) -> AsyncIterator[_Page]:
    """Cards with what their events add up to and the lines they have; each page from one moment."""
    merchant, card_id = None, None
    while True:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            cards = await db.fetch(_CARDS, merchant, card_id, CARDS_AT_ONCE)
            keys = [row["merchant"] for row in cards], [row["card_id"] for row in cards]
            folds = _folds(await db.fetch(reading.EVENTS_OF_CARD, *keys))
            lines: dict[Key, set[tuple[int, Line]]] = {}
            for row in await db.fetch(_POSTINGS, *keys):
                line = row["version"], Line(unit=row["unit"], account=row["account"], amount=row["amount"])
                lines.setdefault((row["merchant"], row["card_id"]), set()).add(line)
        if not cards:
            return
        merchant, card_id = cards[-1]["merchant"], cards[-1]["card_id"]
        yield cards, folds, {key: frozenset(found) for key, found in lines.items()}


def _folds(rows: Sequence[Any]) -> dict[Key, Fold | None]:
    """What each card's events add up to; None where one of them is no event any more."""
    events: dict[Key, list[Any]] = {}
    for row in rows:
        events.setdefault((row["merchant"], row["aggregate"]), []).append(row)
    folds: dict[Key, Fold | None] = {}
    for key, found in events.items():
        try:
            folds[key] = fold(map(logged, found))
        except (msgspec.MsgspecError, LookupError, ValueError):
            folds[key] = None
    return folds


def _differences(row: Any, folded: Fold | None, kept: _Kept) -> list[str]:
    if folded is None or folded.card is None:
        return ["has a row, but no events"]
    card = folded.card
    said = {
        "version": (card.version, row["version"]),
        "balance": (folded.points, row["balance"]),
        "stated balance": (card.balance, row["balance"]),
        "stamps": (folded.stamps, row["stamps"]),
        "stated stamps": (card.stamps, row["stamps"]),
        "stamp target": (card.stamp_target, row["stamp_target"]),
        "customer": (card.customer_id, row["customer_id"]),
        "program": (card.program_id, row["program_id"]),
        "number": (card.number, row["number"]),
        "stores": (sorted(folded.store_ids), sorted(row["store_ids"])),
        "postings": (_told(folded.lines), _told(kept)),
    }
    return [f"{name} by events {log}, kept {table}" for name, (log, table) in said.items() if log != table]


CHECKS: Mapping[str, Callable[[Db], Awaitable[Check]]] = {
    checking.__name__: checking
    for checking in (
        balances_are_the_fold,
        lots_are_the_balances,
        postings_sum_to_zero,
        postings_are_the_balances,
        receipts_and_welcomes_are_kept,
    )
}
"""By what each of them says is so."""


def _told(lines: _Kept) -> list[tuple[int, tuple[Any, ...]]]:
    return sorted((version, msgspec.structs.astuple(line)) for version, line in lines)
