"""The first phases: everything up to the bounds, page by page, each with its cursor in one transaction."""

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from ledger.rebuilding import progress, reading
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.folding import MERGES, LogRow, folded, other_of
from ledger.rebuilding.progress import Lane, Rebuild
from ledger.rebuilding.projections import OWNED, SHARED, Rows, add_rows
from ledger.rebuilding.reading import Key
from ledger.rebuilding.shadow import REBUILT, part
from ledger.store import shapes
from stampbook_events import tag_of
from stampbook_events.ledger import CardTakenOver
from stampbook_messaging.failpoints import Failpoints

Db = Any
PAGE = 5000
"""So many events are in memory at a time, and one aggregate if it has more."""
IN_THE_ORDER_OF_KEYS = """
SET enable_seqscan TO off; SET enable_bitmapscan TO off; SET enable_sort TO off; SET max_parallel_workers_per_gather TO 0
"""
"""Each page by the index: to sort the whole log for one is never worth it, whatever a planner expects of old figures."""
_TOOK_OVER = """
SELECT e.merchant, e.aggregate, e.body FROM ledger.event e
WHERE e.type = $1 AND e.pos <= ($2::bigint[])[e.partition + 1]
"""


def _width(shape: shapes.Shape) -> int:
    return len(shape.names)


_WHOLE = [shape for shape in vars(shapes).values() if isinstance(shape, shapes.Shape)]
_SHAPES = {shape.table: max((one for one in _WHOLE if one.table == shape.table), key=_width) for shape in _WHOLE}
"""Of a table that is also known in part, the whole."""


async def fold_lane(dsn: str, rebuild: Rebuild, lane: Lane) -> int:
    """Fold the lane's share to its end; returns how many events. Raises ``Superseded``."""
    failpoints = Failpoints.from_environ(os.environ)
    share, after, events = reading.share(lane.number, lane.lanes), lane.after, 0
    async with connected(dsn) as db:
        await db.execute(IN_THE_ORDER_OF_KEYS)
        bounds = await progress.bounds(db, rebuild)
        while True:
            rows, last = await reading.page(db, after, share, bounds, PAGE)
            events += len(rows)
            async with db.transaction():
                with uncollected():
                    folds = _folds(rows)
                await write(db, folds)
                done, after = last is None, last or after
                await progress.advance(db, rebuild, lane.number, after, events=len(rows), done=done)
            await failpoints.reach("rebuild.after_page")
            if done:
                return events


@contextmanager
def uncollected() -> Iterator[None]:
    """A page makes a million things and no circle of them: to look for one over and over takes half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _folds(rows: Iterable[LogRow]) -> tuple[Rows, Rows]:
    """Of all aggregates but cards that were merged, which are folded together."""
    owned: Rows = {}
    shared: Rows = {}
    for (merchant, _), log in reading.by_aggregate(rows):
        if not any(row[4] in MERGES for row in log):
            tenant = folded(merchant, log)
            add_rows(owned, tenant, OWNED)
            add_rows(shared, tenant, SHARED)
    return owned, shared


async def write(db: Db, rows: tuple[Rows, Rows]) -> None:
    """Rows of cards as they are, and single amounts of what is summed up, to tables that have no key yet."""
    owned, shared = rows
    for table, records in owned.items():
        if records:
            await _copy(db, table, table, records)
    for table, records in shared.items():
        if records:
            await _copy(db, part(table), table, records)


async def _copy(db: Db, into: str, table: str, records: Sequence[Any]) -> None:
    await db.copy_records_to_table(into, records=records, columns=_SHAPES[table].names, schema_name=REBUILT)


async def fold_merged(db: Db, rebuild: Rebuild) -> None:
    """The cards that were merged up to the bounds, in one transaction: merges are rare."""
    bounds = await progress.bounds(db, rebuild)
    took_over = await db.fetch(_TOOK_OVER, tag_of(CardTakenOver), bounds)
    edges = [(row["merchant"], row["aggregate"], other_of(row["body"])) for row in took_over]
    rewards = await reading.rewards_of(db, [merchant for merchant, _, _ in edges])
    for group in groups(edges):
        rows = sorted(await reading.logs(db, group, bounds), key=reading.position_of)
        merchant = group[0][0]
        tenant = folded(merchant, rows, rewards.get(merchant))
        owned: Rows = {}
        shared: Rows = {}
        add_rows(owned, tenant, OWNED)
        add_rows(shared, tenant, SHARED)
        await write(db, (owned, shared))


def groups(edges: Iterable[tuple[UUID, UUID, UUID]]) -> Iterator[list[Key]]:
    """*edges*: merchant and two of its cards that became one. Each group are all cards that are one by now."""
    of_card: dict[Key, list[Key]] = {}
    for merchant, one, other in edges:
        first, second = of_card.setdefault((merchant, one), [(merchant, one)]), (merchant, other)
        joined = of_card.setdefault(second, [second])
        if joined is not first:
            first.extend(joined)
            for key in joined:
                of_card[key] = first
    seen: set[int] = set()
    for group in of_card.values():
        if id(group) not in seen:
            seen.add(id(group))
            yield group
