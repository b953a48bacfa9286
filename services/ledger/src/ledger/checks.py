"""What ``stampbook audit`` asks of the ledger: do tables and log tell the same story, and do the sums hold.

Each check reads the tables of one moment; positions, versions and hashes of the log are checked for all services alike.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from ledger.domain.fold import Fold
from ledger.domain.lots import PLACES
from ledger.folding import Key, folded
from ledger.store import shapes
from ledger.store.rows import hold_from, lot_from, unlocked_from
from ledger.store.shapes import Shape
from stampbook_events.ledger import Line
from stampbook_messaging.log_checks import Check

Db = Any
CARDS_AT_ONCE = 500

_CARDS = """
SELECT c.merchant, c.card_id, c.version, c.state, c.balance, c.held, c.owed, c.stamps, c.stamp_target, c.owed_stamps,
       c.capped_by, c.customer_id, c.program_id, c.number, c.merged_into, c.ended,
       ARRAY(SELECT l.store_id FROM card_store l WHERE l.merchant = c.merchant AND l.card_id = c.card_id) AS store_ids
FROM card c WHERE $1::uuid IS NULL OR (c.merchant, c.card_id) > ($1, $2::uuid)
ORDER BY c.merchant, c.card_id LIMIT $3
"""
_OF_CARDS = "FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) JOIN {table} t USING (merchant, card_id)"
_POSTINGS = f"SELECT t.merchant, t.card_id, t.version, t.unit, t.account, t.amount {_OF_CARDS.format(table='posting')}"


def _rows_of(shape: Shape) -> str:
    columns = ", ".join(f"t.{name}" if name not in {"merchant", "card_id"} else name for name in shape.names)
    return f"SELECT {columns} {_OF_CARDS.format(table=shape.table)}"


_LOTS, _UNLOCKED, _HOLDS = map(_rows_of, (shapes.LOT, shapes.UNLOCKED, shapes.RESERVATION))
_LOTS_DIFFER = """
SELECT merchant, card_id, c.balance + c.owed AS claimed, c.held, coalesce(l.free, 0) AS free, coalesce(l.held, 0) AS lot_held
FROM card c FULL JOIN (
  SELECT merchant, card_id, sum(free) AS free, sum(held) AS held FROM lot GROUP BY 1, 2
) l USING (merchant, card_id)
WHERE c.held IS DISTINCT FROM coalesce(l.held, 0) OR c.balance + c.owed - c.held IS DISTINCT FROM coalesce(l.free, 0)
"""
_LOT_LEAKS = f"SELECT merchant, card_id, lot_id, points FROM lot WHERE points <> {' + '.join(PLACES)}"
_UNBALANCED_EVENTS = """
SELECT merchant, event_id, unit, sum(amount) AS sum FROM posting GROUP BY 1, 2, 3 HAVING sum(amount) <> 0
"""
_UNBALANCED_MERCHANTS = "SELECT merchant, unit, sum(amount) AS sum FROM posting GROUP BY 1, 2 HAVING sum(amount) <> 0"
_ISSUED_DIFFERS = """
SELECT merchant, card_id, c.balance, c.stamps, coalesce(p.points, 0) AS points, coalesce(p.stamped, 0) AS stamped
FROM card c FULL JOIN (
    SELECT merchant, card_id,
           sum(amount) FILTER (WHERE unit = 'points' AND account IN ('issued', 'held', 'debt')) AS points,
           sum(amount) FILTER (WHERE unit = 'stamps' AND account = 'issued') AS stamped
    FROM posting GROUP BY 1, 2
) p USING (merchant, card_id)
WHERE c.balance IS DISTINCT FROM coalesce(p.points, 0) OR c.stamps IS DISTINCT FROM coalesce(p.stamped, 0)
"""
_OPENED_WITHOUT_CARD = """
SELECT e.merchant, e.aggregate FROM event e LEFT JOIN card c ON c.merchant = e.merchant AND c.card_id = e.aggregate
WHERE e.type LIKE 'ledger.card\\_opened.%' AND c.card_id IS NULL
"""
_RECEIPTS_DIFFER = """
WITH said AS (
    SELECT merchant, id AS operation_id,
           CASE WHEN type LIKE 'ledger.points%' THEN 'points' WHEN type LIKE 'ledger.stamps%' THEN 'stamps'
                ELSE 'redemption' END AS purpose,
           convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'receipt' AS receipt
    FROM event WHERE type LIKE 'ledger.points\\_earned.%' OR type LIKE 'ledger.stamps\\_earned.%'
      OR type LIKE 'ledger.reward\\_redeemed.%' OR type LIKE 'ledger.reward\\_used.%'
)
SELECT merchant, operation_id, s.receipt AS said, r.receipt AS kept
FROM (SELECT * FROM said WHERE receipt IS NOT NULL) s FULL JOIN receipt r USING (merchant, operation_id, purpose)
WHERE s.receipt IS DISTINCT FROM r.receipt
"""
_UNDONE_DIFFERS = """
WITH said AS (
    SELECT merchant, (convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'operation_id')::uuid AS operation_id,
           (convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'amount_minor')::bigint AS amount
    FROM event WHERE type LIKE 'ledger.operation\\_voided.%' OR type LIKE 'ledger.use\\_voided.%'
      OR type LIKE 'ledger.purchase\\_refunded.%'
), summed AS (SELECT merchant, operation_id, coalesce(sum(amount), 0) AS refunded FROM said GROUP BY 1, 2)
SELECT merchant, operation_id, s.refunded AS said, u.refunded AS kept
FROM summed s FULL JOIN operation_undone u USING (merchant, operation_id)
WHERE s.refunded IS DISTINCT FROM u.refunded
"""
_WELCOMES_DIFFER = """
SELECT merchant, event_id FROM (
    SELECT e.merchant, e.id AS event_id FROM event e
    WHERE e.type LIKE 'ledger.welcome\\_bonus\\_granted.%' AND NOT EXISTS (
      SELECT FROM event v WHERE v.merchant = e.merchant AND v.type LIKE 'ledger.operation\\_voided.%'
        AND convert_from(v.body, 'UTF8')::jsonb -> 'data' ->> 'operation_id' = e.id::text
        AND (convert_from(v.body, 'UTF8')::jsonb -> 'data' ->> 'key_freed')::bool
    )
) e FULL JOIN welcome w USING (merchant, event_id)
WHERE e.event_id IS NULL OR w.customer_id IS NULL
"""
ALL = (
    _CARDS,
    _POSTINGS,
    _LOTS,
    _UNLOCKED,
    _HOLDS,
    _LOTS_DIFFER,
    _LOT_LEAKS,
    _UNBALANCED_EVENTS,
    _UNBALANCED_MERCHANTS,
    _ISSUED_DIFFERS,
    _OPENED_WITHOUT_CARD,
    _RECEIPTS_DIFFER,
    _UNDONE_DIFFERS,
    _WELCOMES_DIFFER,
)


async def check_ledger(db: Db) -> list[Check]:
    """Every check of the ledger, on a connection whose search_path is its schema."""
    return [await checking(db) for checking in CHECKS.values()]


async def balances_are_the_fold(db: Db) -> Check:
    """Each card, its stores, lots, rewards, reservations and postings are what its events say, and none is missing."""
    check = Check(name="ledger.balances_are_the_fold")
    for row in await db.fetch(_OPENED_WITHOUT_CARD):
        check.blame(f"card {row['aggregate']} of {row['merchant']}: opened, but there is no row")
    async for page in _pages(db):
        for row in page.cards:
            check.counted += 1
            key = row["merchant"], row["card_id"]
            if key in page.folds and page.folds[key] is None:
                check.blame(f"card {row['card_id']} of {row['merchant']}: its events cannot be read")
                continue
            for what in _differences(row, page.folds.get(key), page):
                check.blame(f"card {row['card_id']} of {row['merchant']}: {what}")
    return check


async def lots_are_the_balances(db: Db) -> Check:
    return await _every(
        db,
        "ledger.lots_are_the_balances",
        "card",
        {
            _LOTS_DIFFER: lambda row: (
                f"card {row['card_id']}: claims {row['claimed']} with {row['held']} held,"
                f" in lots {row['free']} are free and {row['lot_held']} held"
            ),
            _LOT_LEAKS: lambda row: f"lot {row['lot_id']}: its {row['points']} points are not all somewhere",
        },
    )


async def postings_sum_to_zero(db: Db) -> Check:
    return await _every(
        db,
        "ledger.postings_sum_to_zero",
        "posting",
        {
            _UNBALANCED_EVENTS: lambda row: f"event {row['event_id']}: {row['unit']} sum to {row['sum']}",
            _UNBALANCED_MERCHANTS: lambda row: f"merchant {row['merchant']}: {row['unit']} sum to {row['sum']}",
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
                f" by its postings {row['points']} and {row['stamped']}"
            )
        },
    )


async def keys_are_kept(db: Db) -> Check:
    """A receipt or welcome key that an event took is taken, what was undone is undone, and no more."""
    return await _every(
        db,
        "ledger.keys_are_kept",
        "receipt",
        {
            _RECEIPTS_DIFFER: lambda row: (
                f"operation {row['operation_id']}: the log says receipt {row['said']}, the table {row['kept']}"
            ),
            _UNDONE_DIFFERS: lambda row: (
                f"operation {row['operation_id']}: {row['said']} refunded by the log, {row['kept']} by the table"
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


class _Page(msgspec.Struct):
    """Cards with what their events add up to, and the rows that they have."""

    cards: list[Any]
    folds: dict[Key, Fold | None]
    lines: dict[Key, set[tuple[int, Line]]]
    things: dict[Key, set[str]]


async def _pages(db: Db) -> AsyncIterator[_Page]:
    """Each page from one moment."""
    merchant, card_id = None, None
    while True:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            cards = await db.fetch(_CARDS, merchant, card_id, CARDS_AT_ONCE)
            if not cards:
                return
            yield await _page(db, cards)
        merchant, card_id = cards[-1]["merchant"], cards[-1]["card_id"]


async def _page(db: Db, cards: Sequence[Any]) -> _Page:
    keys = [(row["merchant"], row["card_id"]) for row in cards]
    columns = [merchant for merchant, _ in keys], [card_id for _, card_id in keys]
    page = _Page(list(cards), await folded(db, keys), {}, {})
    for row in await db.fetch(_POSTINGS, *columns):
        line = row["version"], Line(unit=row["unit"], account=row["account"], amount=row["amount"])
        page.lines.setdefault((row["merchant"], row["card_id"]), set()).add(line)
    for statement, read in ((_LOTS, lot_from), (_UNLOCKED, unlocked_from), (_HOLDS, hold_from)):
        for row in await db.fetch(statement, *columns):
            page.things.setdefault((row["merchant"], row["card_id"]), set()).add(_told(read(tuple(row))))
    return page


def _told(thing: msgspec.Struct) -> str:
    """A lot, reward or reservation in words. Whether its clock stands is worked out each time and kept nowhere."""
    fields = msgspec.structs.asdict(thing) | ({"stands": False} if hasattr(thing, "stands") else {})
    return f"{type(thing).__name__} {fields}"


def _differences(row: Any, one: Fold | None, page: _Page) -> list[str]:
    if one is None:
        return ["has a row, but no events"]
    card, key = one.card, (row["merchant"], row["card_id"])
    totals = card.holdings.totals
    said = {
        "version": (card.version, row["version"]),
        "state": (card.state, row["state"]),
        "balance": (totals.issued + totals.held - totals.owed, row["balance"]),
        "held points": (totals.held, row["held"]),
        "debt": (totals.owed, row["owed"]),
        "stamps": (card.count, row["stamps"]),
        "stamp target": (card.target, row["stamp_target"]),
        "owed stamps": (card.owed_stamps, row["owed_stamps"]),
        "capping reward": (card.capped_by, row["capped_by"]),
        "customer": (card.customer_id, row["customer_id"]),
        "program": (card.program_id, row["program_id"]),
        "number": (card.number, row["number"]),
        "survivor": (card.merged_into, row["merged_into"]),
        "end": (card.ended, row["ended"]),
        "stores": (sorted(one.store_ids), sorted(row["store_ids"])),
        "postings": (_lines(one.lines), _lines(page.lines.get(key, set()))),
    }
    found = [f"{name} by events {log}, kept {table}" for name, (log, table) in said.items() if log != table]
    things: list[msgspec.Struct] = [*card.holdings.lots.values(), *card.unlocked.values(), *card.holds.values()]
    log, table = set(map(_told, things)), page.things.get(key, set())
    found += [f"by events there is {what}" for what in sorted(log - table)]
    return found + [f"kept is {what}" for what in sorted(table - log)]


def _lines(lines: set[tuple[int, Line]] | frozenset[tuple[int, Line]]) -> list[tuple[int, tuple[Any, ...]]]:
    return sorted((version, msgspec.structs.astuple(line)) for version, line in lines)


CHECKS: Mapping[str, Callable[[Db], Awaitable[Check]]] = {
    checking.__name__: checking
    for checking in (
        balances_are_the_fold,
        lots_are_the_balances,
        postings_sum_to_zero,
        postings_are_the_balances,
        keys_are_kept,
    )
}
"""By what each of them says is so."""
