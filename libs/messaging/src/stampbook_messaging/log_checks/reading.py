"""Reading a log for the checks: page by page, each event with its predecessor's hash, so that memory stays the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from stampbook_events.subjects import PARTITIONS

Db = Any

PAGE = 1000
STREAM_PAGE = 250

_BOUNDS = f"""
SELECT n.id, p.pos, p.head, coalesce((SELECT min(e.pos) FROM event e WHERE e.partition = n.id), 1) AS first,
       coalesce((SELECT max(e.pos) FROM event e WHERE e.partition = n.id), 0) AS last
FROM generate_series(0, {PARTITIONS - 1}) AS n(id) LEFT JOIN partition p ON p.id = n.id ORDER BY n.id
"""
_ELSEWHERE = f"SELECT DISTINCT partition FROM event WHERE partition NOT BETWEEN 0 AND {PARTITIONS - 1}"
_EVENTS = f"""
SELECT e.partition, e.pos, e.id, e.merchant, e.aggregate, e.version, e.type, e.body, e.hash,
       b.hash AS previous, b.partition AS previous_partition, b.pos AS previous_pos,
       e.version > 1 OR EXISTS (SELECT FROM aggregate a WHERE a.merchant = e.merchant AND a.id = e.aggregate) AS has_row
FROM event e LEFT JOIN LATERAL (
  SELECT hash, partition, pos FROM event b
  WHERE b.merchant = e.merchant AND b.aggregate = e.aggregate AND b.version = e.version - 1 LIMIT 1
) b ON e.version > 1
WHERE e.partition = $1 AND e.pos > $2 AND e.pos <= $3 ORDER BY e.pos LIMIT {PAGE}
"""
_PUBLISHED = f"""
SELECT pos, hash, body FROM event WHERE partition = $1 AND pos >= $2 ORDER BY pos LIMIT {STREAM_PAGE}
"""
_AROUND = """
SELECT b.body AS before, bb.hash AS before_that, s.body AS after, s.hash AS after_hash, a.version AS newest,
       a.hash AS newest_hash
FROM (VALUES ($1::uuid, $2::uuid, $3::int)) AS k(merchant, aggregate, version)
LEFT JOIN event b ON b.merchant = k.merchant AND b.aggregate = k.aggregate AND b.version = k.version - 1
LEFT JOIN event bb ON bb.merchant = k.merchant AND bb.aggregate = k.aggregate AND bb.version = k.version - 2
LEFT JOIN event s ON s.merchant = k.merchant AND s.aggregate = k.aggregate AND s.version = k.version + 1
LEFT JOIN aggregate a ON a.merchant = k.merchant AND a.id = k.aggregate
"""
_BELOW = "SELECT max(version) FROM event WHERE merchant = $1 AND aggregate = $2 AND version < $3"
_AGGREGATES = f"""
SELECT a.merchant, a.id, a.version, e.version AS logged, e.hash IS NOT DISTINCT FROM a.hash AS same
FROM (SELECT * FROM aggregate WHERE $1::uuid IS NULL OR (merchant, id) > ($1, $2::uuid)
      ORDER BY merchant, id LIMIT {PAGE}) a
LEFT JOIN LATERAL (
  SELECT version, hash FROM event e WHERE e.merchant = a.merchant AND e.aggregate = a.id ORDER BY version DESC LIMIT 1
) e ON true
ORDER BY a.merchant, a.id
"""
"""One statement a page, so that row and log are of the same moment."""


@dataclass(frozen=True, slots=True)
class InTurn:
    """A connection or pool that several tasks ask, one after the other."""

    db: Db
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fetch(self, *about: Any) -> Any:
        async with self._lock:
            return await self.db.fetch(*about)

    async def fetchrow(self, *about: Any) -> Any:
        async with self._lock:
            return await self.db.fetchrow(*about)

    async def fetchval(self, *about: Any) -> Any:
        async with self._lock:
            return await self.db.fetchval(*about)


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a partition is when the check begins: *pos* and *head* by its row, if any, *first* and *last* by the log."""

    partition: int
    pos: int | None
    head: bytes | None
    first: int
    last: int


async def bounds_of(db: Db) -> list[Bound]:
    """What is recorded later is not looked at: row and log are compared as they were at one moment."""
    return [Bound(*row.values()) for row in await db.fetch(_BOUNDS)]


async def partitions_elsewhere(db: Db) -> list[int]:
    """Partitions of which events say that they are in, and that do not exist."""
    return [row["partition"] for row in await db.fetch(_ELSEWHERE)]


async def events_of(db: InTurn, bound: Bound) -> AsyncGenerator[Any, None]:
    """The events of one partition in order; the next page is on its way while one is looked at."""
    ahead = asyncio.create_task(db.fetch(_EVENTS, bound.partition, min(bound.first - 1, 0), bound.last))
    try:
        while page := await ahead:
            after = page[-1]["pos"]
            ahead = asyncio.create_task(db.fetch(_EVENTS, bound.partition, after, bound.last))
            for row in page:
                yield row
    finally:
        ahead.cancel()


async def around(db: Db, event: Any) -> Any:
    """Bytes and hashes before and behind *event* on its aggregate: who of them is to be believed, they tell together."""
    return await db.fetchrow(_AROUND, event["merchant"], event["aggregate"], event["version"])


async def version_below(db: Db, event: Any) -> int:
    found: int | None = await db.fetchval(_BELOW, event["merchant"], event["aggregate"], event["version"])
    return found or 0


async def aggregates_of(db: Db) -> AsyncIterator[Any]:
    """The aggregates' rows, each with what the log says of it."""
    merchant: UUID | None = None
    id_: UUID | None = None
    while rows := await db.fetch(_AGGREGATES, merchant, id_):
        for row in rows:
            yield row
        merchant, id_ = rows[-1]["merchant"], rows[-1]["id"]


@dataclass(slots=True)
class LogBeside:
    """One partition of the log, read along while its stream is read; whoever reads in order asks a page at a time."""

    db: Db
    partition: int
    _page: dict[int, Any] = field(default_factory=dict)

    async def at(self, position: int) -> Any:
        """The event at *position*, None if there is none."""
        if position not in self._page:
            rows = await self.db.fetch(_PUBLISHED, self.partition, position)
            self._page = {row["pos"]: row for row in rows}
        return self._page.get(position)
