"""The janitor of the command stream: purges what every later question can be answered without, and books it first.

A command is purged only after three days, below its partition's cursor, and only where each message has its inbox
row. ``last_seq - messages`` must equal what was booked; anything else means that messages went another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec

from stampbook_events.subjects import PARTITIONS, command_filter, command_stream
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import ApiRefused, Bus, BusUnavailable, Denied, OutcomeUnknown, refused
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.logging import get_logger
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.scanning import scan

log = get_logger(__name__)

KEEP = timedelta(days=3)
EVERY_SECONDS = 20.0
_SWEEP_EVERY = 3

_BELOW = """
SELECT max(cmd_seq) FROM inbox WHERE partition = $1 AND recorded_at < stampbook_now() - $2::interval
"""
_ANSWERED = """
SELECT cmd_seq FROM inbox WHERE partition = $1 AND cmd_seq = ANY($2::bigint[])
UNION SELECT cmd_seq FROM replayed WHERE partition = $1 AND cmd_seq = ANY($2::bigint[])
"""
_CURSOR = "SELECT cmd_seq FROM partition WHERE id = $1"
_LAST = "SELECT coalesce(max(below_seq), 0) FROM purge WHERE partition = $1 AND stream_created = $2"
_BOOK = """
INSERT INTO purge (partition, stream_created, below_seq, messages, booked_at)
VALUES ($1, $2, $3, $4, stampbook_now()) ON CONFLICT DO NOTHING
"""
_DONE = "UPDATE purge SET done_at = stampbook_now(), messages = $4 WHERE partition = $1 AND stream_created = $2 AND below_seq = $3"
_BOOKED = "SELECT coalesce(sum(messages), 0) FROM purge WHERE stream_created = $1 AND done_at IS NOT NULL"
_UNFINISHED = """
SELECT below_seq, messages FROM purge WHERE partition = $1 AND stream_created = $2 AND done_at IS NULL ORDER BY below_seq
"""
_OPEN = "SELECT count(*) FROM purge WHERE stream_created = $1 AND done_at IS NULL"


@dataclass(slots=True, kw_only=True)
class Janitor:
    """Runs on the relay's leader only; *leading* says whether that is us."""

    token: str
    pool: Any
    bus: Bus
    clock: Clock
    alarms: Alarms
    failpoints: Failpoints
    keep: timedelta = KEEP
    alive: Alive = unwatched

    async def sweep(self) -> int:
        """Purge every partition once; returns how many messages went."""
        gone = 0
        created = (await stream_state(self.bus, command_stream(self.token))).created
        for partition in range(PARTITIONS):
            gone += await self._sweep(partition, created)
        await self.check()
        return gone

    async def check(self) -> bool:
        """Whether the stream misses exactly what was booked; alarms if not."""
        state = await stream_state(self.bus, command_stream(self.token))
        if await self.pool.fetchval(_OPEN, state.created):
            return True  # A purge is on its way; the books are closed when it is done.
        booked = await self.pool.fetchval(_BOOKED, state.created)
        missing = state.last_seq - state.messages
        if missing == booked:
            await self.alarms.clear("commands_missing")
            return True
        await self.alarms.raise_(
            "commands_missing", stream=command_stream(self.token), missing=missing, booked=int(booked)
        )
        return False

    async def _sweep(self, partition: int, created: Any) -> int:
        """First what a janitor that died had booked, else it would stay open, and ``check`` blind, for ever."""
        gone = 0
        for row in await self.pool.fetch(_UNFINISHED, partition, created):
            gone += await self._finish(partition, created, row["below_seq"], row["messages"])
        return gone + await self._purge_old(partition, created)

    async def _purge_old(self, partition: int, created: Any) -> int:
        old = await self.pool.fetchval(_BELOW, partition, self.keep)
        cursor = await self.pool.fetchval(_CURSOR, partition)
        below = min(old or 0, cursor or 0)
        if below < 2:  # Sequence 0 would purge everything.
            return 0
        after = await self.pool.fetchval(_LAST, partition, created)
        going = await self._between(partition, after, below)
        if not going or not await self._all_answered(partition, going):
            return 0
        await self.pool.execute(_BOOK, partition, created, below, len(going))
        await self.failpoints.reach("janitor.after_booking")
        return await self._finish(partition, created, below, len(going))

    async def _between(self, partition: int, after: int, below: int) -> list[int]:
        """The places of the messages that a purge would take."""
        places: list[int] = []
        subjects = command_filter(self.token, partition)
        async for item in scan(self.bus, command_stream(self.token), max(after - 1, 0), subjects):
            if item.seq >= below:
                break
            places.append(item.seq)
        return places

    async def _all_answered(self, partition: int, places: list[int]) -> bool:
        """What has no inbox row is all there is of a command: it stays, and operators are told."""
        answered = {row["cmd_seq"] for row in await self.pool.fetch(_ANSWERED, partition, places)}
        missing = [place for place in places if place not in answered]
        if missing:
            await self.alarms.raise_(
                "purge_without_inbox",
                stream=command_stream(self.token),
                partition=partition,
                first=missing[0],
                count=len(missing),
            )
        return not missing

    async def _finish(self, partition: int, created: Any, below: int, expected: int) -> int:
        purged = await self._purge(partition, below)
        await self.failpoints.reach("janitor.after_purge")
        # None left: this very purge was made before, by one that died before it could say so.
        await self.pool.execute(_DONE, partition, created, below, purged or expected)
        return purged

    async def _purge(self, partition: int, below: int) -> int:
        body = {"filter": command_filter(self.token, partition), "seq": below}
        reply = await self.bus.request(
            f"$JS.API.STREAM.PURGE.{command_stream(self.token)}", msgspec.json.encode(body), timeout_seconds=30.0
        )
        answer: dict[str, Any] = msgspec.json.decode(reply.data)
        if answer.get("error"):
            raise refused(answer["error"])
        return int(answer["purged"])


async def keep_tidy(janitor: Janitor, leading: Any) -> None:
    """Look and, each third time, sweep for ever, while *leading* returns true: what is missing is said within a minute."""
    for turn in count(1):
        janitor.alive("janitor")
        await janitor.clock.sleep(EVERY_SECONDS)
        if not leading():
            continue
        try:
            if turn % _SWEEP_EVERY:
                await janitor.check()
            else:
                await janitor.sweep()
        except (ApiRefused, BusUnavailable, OutcomeUnknown, Denied) as trouble:
            log.warning("janitor.bus_trouble", reason=str(trouble))
        except DATABASE_GONE as gone:
            log.warning("janitor.database_gone", reason=type(gone).__name__)
