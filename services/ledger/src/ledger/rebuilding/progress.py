"""How far a rebuild has come, kept beside what it has built: who is killed goes on there when called again."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

from ledger.rebuilding.reading import FIRST, Key

Db = Any
Phase = Literal["fold", "index", "catch_up", "switched"]

_OPEN = "SELECT id, phase, schema_version FROM rebuild WHERE finished_at IS NULL"
_FORGET = """
WITH lanes AS (DELETE FROM rebuild_lane), bounds AS (DELETE FROM rebuild_bound)
UPDATE rebuild SET phase = 'given up', finished_at = stampbook_now() WHERE finished_at IS NULL
"""
_BEGIN = """
WITH begun AS (
  INSERT INTO rebuild (id, schema_version, phase, started_at) VALUES ($1, $2, 'fold', stampbook_now())
), lanes AS (
  INSERT INTO rebuild_lane (rebuild_id, lane, lanes, owner, events, done)
  SELECT $1, lane, $3, $1, 0, false FROM generate_series(0, $3 - 1) AS lane
)
INSERT INTO rebuild_bound (rebuild_id, partition, pos) SELECT $1, id, pos FROM partition
"""
_BOUNDS = "SELECT partition, pos FROM rebuild_bound WHERE rebuild_id = $1 ORDER BY partition"
_MOVE_BOUND = "UPDATE rebuild_bound SET pos = $3 WHERE rebuild_id = $1 AND partition = $2 AND pos = $4"
_OWN = (
    "UPDATE rebuild_lane SET owner = $2 WHERE rebuild_id = $1 RETURNING lane, lanes, merchant, aggregate, events, done"
)
_ADVANCE = """
UPDATE rebuild_lane SET merchant = $4, aggregate = $5, events = events + $6, done = $7
WHERE rebuild_id = $1 AND lane = $2 AND owner = $3
"""
_ENTER = "UPDATE rebuild SET phase = $3 WHERE id = $1 AND phase = $2"
_FINISH = "UPDATE rebuild SET finished_at = stampbook_now() WHERE id = $1"
VERSION = "SELECT version_num FROM alembic_version"


class Superseded(RuntimeError):
    """Another run of the rebuild has taken this work over; what was about to be written was rolled back."""


class Rebuild(NamedTuple):
    """The open one. *owner*: this run, which alone may move its lanes."""

    id: UUID
    owner: UUID


class Lane(NamedTuple):
    """*after*: the last key that is folded."""

    number: int
    lanes: int
    after: Key
    events: int
    done: bool


async def open_one(db: Db) -> tuple[Rebuild, Phase] | None:
    """The rebuild that was begun and did not end; None if there is none that goes with the tables of today."""
    row = await db.fetchrow(_OPEN)
    if row is None:
        return None
    if row["schema_version"] != await db.fetchval(VERSION):
        return None
    return Rebuild(row["id"], uuid4()), row["phase"]


async def begin(db: Db, lanes: int) -> Rebuild:
    """A new one; its bounds are where the partitions stand. Call it in the transaction that makes its tables."""
    await db.execute(_FORGET)
    rebuild = Rebuild(uuid4(), uuid4())
    await db.execute(_BEGIN, rebuild.id, await db.fetchval(VERSION), lanes)
    return rebuild


async def take_lanes(db: Db, rebuild: Rebuild) -> list[Lane]:
    """From now on this run's: a process of an earlier one that still lives can write no more."""
    rows = await db.fetch(_OWN, rebuild.id, rebuild.owner)
    return sorted(
        Lane(
            row["lane"], row["lanes"], (row["merchant"] or FIRST, row["aggregate"] or FIRST), row["events"], row["done"]
        )
        for row in rows
    )


async def advance(db: Db, rebuild: Rebuild, lane: int, after: Key, *, events: int, done: bool) -> None:
    """Raises ``Superseded``."""
    if await db.execute(_ADVANCE, rebuild.id, lane, rebuild.owner, *after, events, done) != "UPDATE 1":
        raise Superseded(f"lane {lane}")


async def bounds(db: Db, rebuild: Rebuild) -> list[int]:
    """By partition: up to there everything is in the rebuilt tables, once the lanes are done."""
    return [row["pos"] for row in await db.fetch(_BOUNDS, rebuild.id)]


async def move_bound(db: Db, rebuild: Rebuild, partition: int, *, before: int, now: int) -> None:
    """Raises ``Superseded``."""
    if await db.execute(_MOVE_BOUND, rebuild.id, partition, now, before) != "UPDATE 1":
        raise Superseded(f"partition {partition}")


async def enter(db: Db, rebuild: Rebuild, before: Phase, phase: Phase) -> None:
    """Raises ``Superseded``."""
    if await db.execute(_ENTER, rebuild.id, before, phase) != "UPDATE 1":
        raise Superseded(phase)


async def finish(db: Db, rebuild: Rebuild) -> None:
    await db.execute(_FINISH, rebuild.id)


def behind(bounds: Sequence[int], positions: Mapping[int, int]) -> int:
    """How many events of the log the rebuilt tables do not know of yet."""
    return sum(pos - bounds[partition] for partition, pos in positions.items())
