"""The relay: hands every recorded event on to its stream, in order, once; the database stays the truth.

One leader per service publishes with ``Nats-Expected-Last-Sequence``, so a second one can store nothing. Every
single publish and every commit of a batch carries the positions of all partitions: whoever is in doubt reads the
tail of the stream and goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from stampbook_events.subjects import PARTITIONS
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import ApiRefused, Bus, BusUnavailable, Denied, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.jetstream import StreamState, stream_state
from stampbook_messaging.logging import get_logger
from stampbook_messaging.publishing import Publisher, told_by_the_tail
from stampbook_messaging.pulse import Alive, unwatched

log = get_logger(__name__)

BATCH = 256
POLL_SECONDS = 0.1
LOOK_SECONDS = 15.0

_LEAD = """
UPDATE relay SET owner = $1, epoch = epoch + 1
WHERE id = 1 AND (owner IS NULL OR owner = $1 OR owner <> ALL($2::text[])) RETURNING epoch
"""
_STILL = "SELECT epoch FROM relay WHERE id = 1 AND owner = $1 AND epoch = $2"
_RESIGN = "UPDATE relay SET owner = NULL WHERE id = 1 AND owner = $1 AND epoch = $2"
_CREATED = "SELECT stream_created FROM relay WHERE id = 1"
_REMEMBER = "UPDATE relay SET stream_created = $1 WHERE id = 1"
_RELAYED = "SELECT partition, pos, stream_seq FROM relayed ORDER BY partition"
_SAVE = """
UPDATE relayed r SET pos = v.pos, stream_seq = v.seq
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS v(partition, pos, seq)
WHERE r.partition = v.partition AND r.pos < v.pos
"""
_BEHIND = "SELECT id, pos FROM partition ORDER BY id"
_NEXT = """
SELECT e.* FROM unnest($1::smallint[], $2::bigint[]) AS after(partition, pos)
CROSS JOIN LATERAL (
  SELECT partition, pos, id, merchant, aggregate, version, type, recorded_at, command_id, cmd_seq, body, hash, traceparent
  FROM event WHERE event.partition = after.partition AND event.pos > after.pos ORDER BY event.pos LIMIT $3
) e ORDER BY max(e.recorded_at) OVER (PARTITION BY e.partition ORDER BY e.pos), e.partition, e.pos LIMIT $3
"""
"""Oldest first among partitions, but never past a place within one: times may step back, places do not."""


class StreamAhead(OutcomeUnknown):
    """The stream holds events the database does not: it was restored from an older state. An operator decides."""


@dataclass(slots=True, kw_only=True)
class Relay:
    """*positions*: per partition the last published position; *last_seq*: the stream's last sequence."""

    pool: Any
    bus: Bus
    clock: Clock
    publisher: Publisher
    alarms: Alarms
    failpoints: Failpoints
    worker: str
    alive: Alive = unwatched
    stopping: bool = False
    leading: bool = False
    alone: bool = True
    oldest_unsent_at: datetime | None = None
    positions: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    last_seq: int = 0
    _epoch: int = 0
    _known: bool = False
    _created: datetime | None = None
    _look_due: float = 0.0
    _saved: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    _offered: list[Row] = field(default_factory=list)
    _hungry: bool = True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, rows: Sequence[Row]) -> None:
        """Rows that were just committed by this process; the relay need not read them back."""
        if rows and len(self._offered) < 4 * BATCH:
            self._offered.extend(rows)
        else:
            self._hungry = self._hungry or bool(rows)
        self._wake.set()

    def nudge(self) -> None:
        """Something was committed that was not offered: look into the log."""
        self._hungry = True
        self._wake.set()

    async def lead(self, live: Sequence[str]) -> None:
        """Called with each heartbeat: become leader if nobody is, notice if somebody else became it."""
        self.alone = len(live) <= 1
        if self.leading:
            self.leading = await self.pool.fetchval(_STILL, self.worker, self._epoch) is not None
            return
        epoch = await self.pool.fetchval(_LEAD, self.worker, list(live))
        if epoch is not None:
            self._epoch, self.leading, self._known = epoch, True, False
            log.info("relay.leading", epoch=epoch)
            self._wake.set()

    async def resign(self) -> None:
        if self.leading:
            self.leading = False
            await self._save()
            await self.pool.execute(_RESIGN, self.worker, self._epoch)

    async def run(self) -> None:
        while not self.stopping or self._offered:
            self.alive("relay")
            try:
                await self._turn()
            except (ApiRefused, OutcomeUnknown, BusUnavailable, Denied) as doubt:
                log.warning("relay.doubt", reason=str(doubt))
                self._known = False
                if self.stopping:
                    return  # What is left is in the database; the next leader publishes it.
                await self.clock.sleep(0.1 if isinstance(doubt, ApiRefused) else 0.5)
            except DATABASE_GONE as gone:
                log.warning("relay.database_gone", reason=type(gone).__name__)
                self._known = False
                await self.clock.sleep(0.3)

    def stop(self) -> None:
        self.stopping = True
        self._wake.set()

    async def _turn(self) -> None:
        if not self.leading:
            self._offered.clear()
            await self._wait(1.0)
            return
        if not self._known:
            await self._find_place()
        rows = self._from_offered() or await self._from_log()
        if not rows:
            self.oldest_unsent_at = None
            await self._look()
            await self._wait(POLL_SECONDS if not self.alone else 1.0)
            return
        self.oldest_unsent_at = rows[0].recorded_at
        await self.failpoints.reach("relay.before_publish")
        positions = list(self.positions)
        for row in rows:
            positions[row.partition] = row.pos
        self.last_seq = await self.publisher.publish(rows, self.positions, self.last_seq)
        self.positions = positions
        await self.failpoints.reach("relay.after_publish")

    async def _look(self) -> None:
        """Now and then while nothing flows: a stream made anew or put back must not wait for the next event."""
        if self.clock.monotonic() < self._look_due:
            return
        self._look_due = self.clock.monotonic() + LOOK_SECONDS
        state = await stream_state(self.bus, self.publisher.stream)
        if (state.created, state.last_seq) != (self._created, self.last_seq):
            log.warning("relay.stream_changed", stream=self.publisher.stream)
            self._known = False

    async def _wait(self, seconds: float) -> None:
        self._wake.clear()
        if self._offered or ((self._hungry or not self._known) and self.leading):
            return
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            self._hungry = True
            if self.leading:
                await self._save()

    def _from_offered(self) -> list[Row]:
        """The offered rows that follow on without a gap; a gap means others committed between: read the log."""
        if not self._offered:
            return []
        rows: list[Row] = []
        at = list(self.positions)
        for row in self._offered[:BATCH]:
            if row.pos <= at[row.partition]:
                continue
            if row.pos != at[row.partition] + 1:
                self._offered.clear()
                self._hungry = True
                return rows
            at[row.partition] = row.pos
            rows.append(row)
        del self._offered[:BATCH]
        return rows

    async def _from_log(self) -> list[Row]:
        if self._offered or not self._hungry:
            return []
        found = await self.pool.fetch(_NEXT, list(range(PARTITIONS)), self.positions, BATCH)
        self._hungry = len(found) == BATCH
        return [Row(*row.values()) for row in found]

    async def _find_place(self) -> None:
        """Where the stream ends is where we go on; the database must not be behind it."""
        state = await stream_state(self.bus, self.publisher.stream)
        self.positions = await told_by_the_tail(
            self.bus, self.publisher.stream, state
        ) or await self._place_of_an_empty_stream(state)
        self.last_seq, self._created = state.last_seq, state.created
        ahead = {
            row["id"]: (self.positions[row["id"]], row["pos"])
            for row in await self.pool.fetch(_BEHIND)
            if self.positions[row["id"]] > row["pos"]
        }
        if ahead:
            await self.alarms.raise_("stream_ahead_of_log", stream=self.publisher.stream, partitions=str(ahead))
            raise StreamAhead(f"{self.publisher.stream} is ahead of the database in {ahead}")
        await self.alarms.clear("stream_ahead_of_log")
        await self.pool.execute(_REMEMBER, state.created)
        self._known, self._hungry = True, True

    async def _place_of_an_empty_stream(self, state: StreamState) -> list[int]:
        """Emptied by age: the saved place. Made anew: everything is published again."""
        created = await self.pool.fetchval(_CREATED)
        if created is not None and created != state.created:
            await self.alarms.raise_("event_stream_recreated", stream=self.publisher.stream)
            await self.pool.execute("UPDATE relayed SET pos = 0, stream_seq = 0")
            return [0] * PARTITIONS
        return [row["pos"] for row in await self.pool.fetch(_RELAYED)]

    async def _save(self) -> None:
        """Remember the place beside the log, for the day the stream has been emptied by age."""
        if self._known and self._saved != self.positions:
            try:
                await self.pool.execute(_SAVE, list(range(PARTITIONS)), self.positions, [self.last_seq] * PARTITIONS)
            except asyncpg.PostgresError as trouble:
                log.warning("relay.place_not_saved", reason=type(trouble).__name__)
            self._saved = list(self.positions)
