"""A rebuild of the projections beside the raw read of its log, and beside a fold in SQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import asyncpg

from ledger.rebuilding import reading, shadow
from ledger.rebuilding.rebuild import rebuild
from stampbook_cli.auditing.audit import reading as connected
from tests.bench import fold_in_sql
from tests.bench.filling import EVENTS_A_CARD, Extent, fill
from tests.bench.ground import Ground
from tests.bench.ledger_rate import NotMeasured
from tests.bench.pairs import Pairs, by_turns

REBUILD = "ledger: rebuild beside the raw read of its log, 1/s"
IN_SQL = "ledger: rebuild beside a fold in SQL, 1/s"
PAGE = 5000
_BOUNDS = "SELECT pos FROM partition ORDER BY id"
_INDEX_ONLY = "SET enable_seqscan TO off; SET enable_bitmapscan TO off; SET enable_sort TO off"


class Rebuilding:
    """All rates are events a second over a log of *events* events."""

    def __init__(self, ground: Ground, events: int) -> None:
        self._dsn, self._owner, self.events = ground.servers.dsn("ledger"), ground.servers.dsn(), events
        self.fold_rates: list[float] = []

    async def ours(self) -> float:
        """To the end, with indexes, the comparison of all rows and the switch; that nothing differs is seen to."""
        rebuilt = await rebuild(self._dsn)
        if rebuilt.events != self.events or any((rebuilt.differing or {"": 1}).values()):
            raise NotMeasured(f"not a whole rebuild: {rebuilt}")
        self.fold_rates.append(rebuilt.events / rebuilt.fold_seconds)
        return rebuilt.events / rebuilt.seconds

    async def raw(self) -> float:
        """The same pages in the same order, and nothing done with them."""
        db = await self._connected(self._dsn)
        await db.execute(_INDEX_ONLY)
        bounds = [row["pos"] for row in await db.fetch(_BOUNDS)]
        began, count, after = time.perf_counter(), 0, (reading.FIRST, reading.FIRST)
        while True:
            rows, last = await reading.page(db, after, reading.share(0, 1), bounds, PAGE)
            count += len(rows)
            if last is None:
                break
            after = last
        seconds = time.perf_counter() - began
        await db.close()
        if count != self.events:
            raise NotMeasured(f"{count} of {self.events} events read")
        return count / seconds

    async def in_sql(self) -> float:
        db = await self._connected(self._owner)
        await fold_in_sql.prepare(db)
        began = time.perf_counter()
        await fold_in_sql.fold(db)
        seconds = time.perf_counter() - began
        await fold_in_sql.must_agree(db)
        await db.close()
        return self.events / seconds

    async def _connected(self, dsn: str) -> Any:
        settings = {"search_path": "ledger", "jit": "off", "timezone": "UTC", "synchronous_commit": "off"}
        return await asyncpg.connect(dsn, server_settings=settings)


async def rebuilding(ground: Ground, events: int, say: Callable[[str], None]) -> Rebuilding:
    """A ledger with about so many events, that can be rebuilt."""
    async with connected("ledger", ground.servers.dsn("ledger")) as pool, pool.acquire() as db:
        filled = await fill(db, Extent(events, events // EVENTS_A_CARD), say)
    db = await asyncpg.connect(ground.servers.dsn())
    await shadow.furnish(db)
    await db.close()
    return Rebuilding(ground, filled.events)


async def measure(ground: Ground, events: int, pairs: int, say: Callable[[str], None]) -> list[Pairs]:
    one = await rebuilding(ground, events, say)
    beside_read = await by_turns(REBUILD, pairs, one.ours, one.raw)
    beside_sql = Pairs(IN_SQL, beside_read.ours, tuple([await one.in_sql() for _ in range(pairs)]))
    return [beside_read, beside_sql]
