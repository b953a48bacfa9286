"""Which partitions this process holds: leases in PostgreSQL, carried by one heartbeat row per process.

A lease is an owner and an epoch on the partition's row. Every transaction of a holder names its epoch, so one that
lost its lease without noticing (stopped, paused, cut off) commits nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from stampbook_events.subjects import PARTITIONS
from stampbook_messaging.clock import Clock

HEARTBEAT_SECONDS = 3.0
LEASE_SECONDS = 10.0

_BEAT = """
INSERT INTO worker (id, started_at, seen_at, retired, beats) VALUES ($1, stampbook_now(), stampbook_now(), $2, 1)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, retired = excluded.retired, beats = worker.beats + 1
RETURNING beats
"""
_LIVE = "SELECT id, retired FROM worker WHERE seen_at > stampbook_now() - make_interval(secs => $1) ORDER BY id"
_TAKE = """
UPDATE partition SET owner = $1, epoch = epoch + 1
WHERE id = ANY($2::smallint[]) AND (owner IS NULL OR owner = $1 OR owner <> ALL($3::text[]))
RETURNING id, epoch
"""
_HELD = "SELECT id, epoch FROM partition WHERE owner = $1"
_RELEASE = "UPDATE partition SET owner = NULL WHERE id = $2 AND owner = $1 AND epoch = $3"
_VACANT = """
SELECT EXISTS (SELECT FROM partition WHERE owner IS NULL) OR EXISTS (SELECT FROM relay WHERE owner IS NULL)
"""
_FORGET = "DELETE FROM worker WHERE id = $1"
_TIDY = "DELETE FROM worker WHERE seen_at < stampbook_now() - interval '1 hour'"


class WentBack(RuntimeError):
    """The database was restored to an older state under us: this process ends, and the next one looks first."""


def assignment(workers: list[str]) -> dict[int, str]:
    """Who should hold which partition: highest hash wins, nobody more than its share; the same on every process."""
    share = -(-PARTITIONS // len(workers))
    load = dict.fromkeys(workers, 0)
    chosen: dict[int, str] = {}
    for partition in range(PARTITIONS):
        for worker in sorted(workers, key=lambda name: _weight(name, partition), reverse=True):
            if load[worker] < share:
                load[worker] += 1
                chosen[partition] = worker
                break
    return chosen


def _weight(worker: str, partition: int) -> bytes:
    return hashlib.sha256(f"{worker}/{partition}".encode()).digest()


@dataclass(slots=True)
class Leases:
    """*held*: partition → epoch. Call ``beat`` every ``HEARTBEAT_SECONDS``.

    *retired*: this process only ends what it has begun; it is alive, and takes no partition any more.
    *unsure*: the database was away; until a heartbeat has shown that it is the same, nothing is begun on it.
    """

    pool: Any
    worker: str
    clock: Clock
    held: dict[int, int] = field(default_factory=dict)
    live: list[str] = field(default_factory=list)
    beaten_at: float = 0.0
    retired: bool = False
    unsure: bool = False
    _beats: int = 0

    async def beat(self) -> set[int]:
        """Say we are alive, take what is ours and free; returns partitions that belong to others by now.

        What is returned is still held: hand it over (stop, drain, ``release``), so that nothing pauses.
        """
        async with self.pool.acquire() as db:
            await self._say_alive(db)
            workers = {row["id"]: row["retired"] for row in await db.fetch(_LIVE, LEASE_SECONDS)}
            await db.execute(_TIDY)
            self.live = list(workers)
            wanted = self._share([worker for worker, retired in workers.items() if not retired])
            ours = {row["id"]: row["epoch"] for row in await db.fetch(_HELD, self.worker)}
            self.held = {partition: epoch for partition, epoch in self.held.items() if ours.get(partition) == epoch}
            for partition in sorted(set(ours) - set(self.held) - wanted):
                # Taken or given back by a statement whose answer never came: nobody reads it, and it looks like ours.
                await db.execute(_RELEASE, self.worker, partition, ours[partition])
            missing = sorted(wanted - set(self.held))
            if missing:
                taken = await db.fetch(_TAKE, self.worker, missing, self.live)
                self.held |= {row["id"]: row["epoch"] for row in taken}
        self.beaten_at, self.unsure = self.clock.monotonic(), False
        return set(self.held) - wanted

    async def _say_alive(self, db: Any) -> None:
        """Our own heartbeats are counted there: a database that knows fewer of them is one of the past."""
        known = self._beats  # of two heartbeats at once, either may come back first
        beats = await db.fetchval(_BEAT, self.worker, self.retired)
        if beats <= known:
            raise WentBack(f"heartbeat {beats} of {self.worker} follows {known}")
        self._beats = max(self._beats, beats)

    @property
    def beats(self) -> int:
        """How many heartbeats of ours the database has counted, as far as we know."""
        return self._beats

    async def vacant(self) -> bool:
        """Whether a partition or the relay was given back and waits for somebody: no reason to wait for a heartbeat."""
        return not self.retired and bool(await self.pool.fetchval(_VACANT))

    def _share(self, workers: list[str]) -> set[int]:
        if not workers:
            return set()
        return {partition for partition, worker in assignment(workers).items() if worker == self.worker}

    async def retire(self) -> None:
        """Give all partitions to others, and stay alive for what is still under way."""
        self.retired = True
        await self._say_alive(self.pool)
        for partition in list(self.held):
            await self.release(partition)

    def expire(self) -> bool:
        """Without a heartbeat for a lease's length others may hold our partitions: let go. True if we did."""
        if self.held and self.clock.monotonic() - self.beaten_at > LEASE_SECONDS:
            self.held = {}
            return True
        return False

    def drop(self, partition: int) -> None:
        """Somebody else holds it: the database said so."""
        self.held.pop(partition, None)

    async def release(self, partition: int) -> None:
        epoch = self.held.pop(partition, None)
        if epoch is not None:
            await self.pool.execute(_RELEASE, self.worker, partition, epoch)

    async def leave(self) -> None:
        """Give everything back at once, so that the next process need not wait for the lease to run out."""
        for partition in list(self.held):
            await self.release(partition)
        await self.pool.execute(_FORGET, self.worker)
