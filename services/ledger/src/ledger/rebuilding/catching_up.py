"""What was recorded since: the aggregates that it touched are taken out as they were, and put in as they are now."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ledger.rebuilding import progress, reading
from ledger.rebuilding.folding import folded, other_of
from ledger.rebuilding.lanes import groups
from ledger.rebuilding.progress import Rebuild
from ledger.rebuilding.projections import OWNED, SHARED, Projection, Rows, add_rows
from ledger.rebuilding.reading import Key
from ledger.rebuilding.shadow import REBUILT
from ledger.store.shapes import unnest
from ledger.store.writing.ownership import Values
from stampbook_events import tag_of
from stampbook_events.ledger import CardTakenOver

Db = Any
STEP = 10_000
"""So many positions of a partition are caught up with in one transaction."""
_POSITIONS = "SELECT id, pos FROM partition ORDER BY id"
_TOUCHED = """
SELECT merchant, aggregate, type = $4 AS takes_over, CASE WHEN type = $4 THEN body END AS body
FROM event WHERE partition = $1 AND pos > $2 AND pos <= $3
"""
_MERGED = f"""
SELECT c.merchant, c.card_id, c.merged_into FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id)
JOIN {REBUILT}.card c ON c.merchant = k.merchant AND c.merged_into = k.card_id
UNION SELECT c.merchant, c.card_id, c.merged_into FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id)
JOIN {REBUILT}.card c USING (merchant, card_id) WHERE c.merged_into IS NOT NULL
"""


class Change(NamedTuple):
    """*gone* and *new*: whole rows by table, in the order of their columns; *amounts*: what is added to sums."""

    gone: dict[str, dict[Values, Values]]
    new: dict[str, dict[Values, Values]]
    amounts: dict[str, dict[Values, list[Any]]]


async def behind(db: Db, rebuild: Rebuild) -> int:
    """How many events are not in the rebuilt tables yet."""
    positions = {row["id"]: row["pos"] for row in await db.fetch(_POSITIONS)}
    return progress.behind(await progress.bounds(db, rebuild), positions)


async def catch_up(db: Db, rebuild: Rebuild) -> int:
    """Up to where the partitions stand now; returns how many events. Each step is whole by itself."""
    bounds, events = await progress.bounds(db, rebuild), 0
    for row in await db.fetch(_POSITIONS):
        partition = row["id"]
        while bounds[partition] < row["pos"]:
            until = min(row["pos"], bounds[partition] + STEP)
            async with db.transaction():
                await _step(db, bounds, partition, until)
                await progress.move_bound(db, rebuild, partition, before=bounds[partition], now=until)
            events += until - bounds[partition]
            bounds[partition] = until
    return events


async def _step(db: Db, bounds: Sequence[int], partition: int, until: int) -> None:
    before, now = list(bounds), list(bounds)
    now[partition] = until
    change = Change({}, {}, {})
    for group in await _touched(db, partition, before[partition], until):
        rows = sorted(await reading.logs(db, group, now), key=reading.position_of)
        merchant, old = group[0][0], [row for row in rows if row[2] <= before[partition]]
        rewards = await reading.rewards_of(db, [merchant]) if len(group) > 1 else {}
        _note(change, folded(merchant, old, rewards.get(merchant)), change.gone, -1)
        _note(change, folded(merchant, rows, rewards.get(merchant)), change.new, 1)
    await _apply(db, change)


async def _touched(db: Db, partition: int, after: int, until: int) -> list[list[Key]]:
    """Aggregates with new events, each with all cards that are or become one with it."""
    rows = await db.fetch(_TOUCHED, partition, after, until, tag_of(CardTakenOver))
    touched = {(row["merchant"], row["aggregate"]) for row in rows}
    edges = {(row["merchant"], row["aggregate"], other_of(row["body"])) for row in rows if row["takes_over"]}
    touched |= {(merchant, other) for merchant, _, other in edges}
    known: set[Key] = set()
    while touched - known:
        new = touched - known
        known |= new
        merged = await db.fetch(_MERGED, *map(list, zip(*new, strict=True)))
        edges |= {(row["merchant"], row["merged_into"], row["card_id"]) for row in merged}
        touched |= {(merchant, card) for merchant, *cards in edges for card in cards}
    return list(groups([*edges, *((merchant, one, one) for merchant, one in touched)]))


def _note(change: Change, tenant: Any, whole: dict[str, dict[Values, Values]], sign: int) -> None:
    owned: Rows = {}
    shared: Rows = {}
    add_rows(owned, tenant, OWNED)
    add_rows(shared, tenant, SHARED)
    for projection in OWNED:
        width, table = projection.width_of_key, projection.shape.table
        whole.setdefault(table, {}).update((row[:width], row) for row in owned.get(table, ()))
    for projection in SHARED:
        width, table = projection.width_of_key, projection.shape.table
        amounts = change.amounts.setdefault(table, {})
        for row in shared.get(table, ()):
            sums, others = row[width : width + projection.sums], row[width + projection.sums :]
            known = amounts.setdefault(row[:width], [0] * projection.sums + [None] * len(others))
            for place, amount in enumerate(sums):
                known[place] += sign * amount
            for place, other in enumerate(others, start=projection.sums):
                known[place] = known[place] if other is None else other


async def _apply(db: Db, change: Change) -> None:
    """Everything that goes, goes first: a number or a receipt may come to another card."""
    for projection in OWNED:
        table = projection.shape.table
        gone, new = change.gone.get(table, {}), change.new.get(table, {})
        keys = [key for key, row in gone.items() if new.get(key) != row]
        if keys:
            await db.execute(_delete(projection), *map(list, zip(*keys, strict=True)))
    for projection in OWNED:
        shape = projection.shape
        gone, new = change.gone.get(shape.table, {}), change.new.get(shape.table, {})
        records = [row for key, row in new.items() if gone.get(key) != row]
        if records:
            await db.copy_records_to_table(shape.table, records=records, columns=shape.names, schema_name=REBUILT)
    for projection in SHARED:
        amounts = change.amounts.get(projection.shape.table, {})
        if amounts:
            await db.execute(_add(projection), *_columns((*key, *values) for key, values in sorted(amounts.items())))


def _columns(rows: Iterable[Values]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _delete(projection: Projection) -> str:
    shape = projection.shape
    names = shape.key.split()[::2]
    same = " AND ".join(f"t.{name} = v.{name}" for name in names)
    return f"DELETE FROM {REBUILT}.{shape.table} t USING {unnest(shape.key)} AS v({', '.join(names)}) WHERE {same}"


def _add(projection: Projection) -> str:
    shape = projection.shape
    sets = (
        *(f"{name} = t.{name} + excluded.{name}" for name in projection.summed),
        *(f"{name} = coalesce(t.{name}, excluded.{name})" for name in projection.others),
    )
    return shape._replace(table=f"{REBUILT}.{shape.table}").upsert(", ".join(sets))
