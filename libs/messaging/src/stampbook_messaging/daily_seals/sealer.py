"""The sealer: every process looks again and again whether a day has ended that nobody has sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import Clock
from stampbook_messaging.daily_seals import files
from stampbook_messaging.daily_seals.making import DUE, seal_day, silent_seconds
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import get_logger
from stampbook_messaging.partitions import Leases
from stampbook_messaging.pulse import Alive, unwatched

log = get_logger(__name__)

EVERY_SECONDS = 20.0
OVERDUE_SECONDS = 26 * 3600.0

_NEWEST = "SELECT hash FROM seal ORDER BY number DESC LIMIT 1"
_ALL = "SELECT body, hash FROM seal ORDER BY number"


@dataclass(slots=True, kw_only=True)
class Sealer:
    """*directory*: where each seal becomes a line of ``<service>.jsonl``; None where no folder was named.

    *recorded* is told of the event, so that it is relayed at once.
    """

    token: str
    pool: Any
    clock: Clock
    leases: Leases
    alarms: Alarms
    failpoints: Failpoints
    recorded: Callable[[Sequence[Row]], None]
    directory: Path | None = None
    every_seconds: float = EVERY_SECONDS
    alive: Alive = unwatched
    _filed: bytes | None = None

    async def look(self) -> bool:
        """Seal what is due, and have it in the file; whether this process sealed."""
        rows = await self._seal()
        if self.directory is not None:
            await self._file(self.directory / f"{self.token}.jsonl")
        await self._complain()
        return bool(rows)

    async def _seal(self) -> list[Row]:
        if self.leases.unsure or await self.pool.fetchrow(DUE, self.leases.worker, self.leases.beats) is None:
            return []
        async with self.pool.acquire() as db, db.transaction():
            rows = await seal_day(db, self.token, self.leases)
            await self.failpoints.reach("sealer.before_commit")
        await self.failpoints.reach("sealer.after_commit")
        if rows:
            log.info("sealer.sealed", position=rows[0].pos, number=rows[0].version)
            self.recorded(rows)
        return rows

    async def _file(self, path: Path) -> None:
        """Every seal there is stands in the file, whoever made it and whoever died before it could write it."""
        newest = await self.pool.fetchval(_NEWEST)
        if newest is None or newest == self._filed:
            return
        lines = [files.line_of(row["body"], row["hash"]) for row in await self.pool.fetch(_ALL)]
        try:
            await asyncio.to_thread(files.append, path, lines)
        except OSError as trouble:
            await self.alarms.raise_("seal_not_kept", file=path.name, reason=type(trouble).__name__)
            return
        self._filed = newest
        await self.alarms.clear("seal_not_kept")

    async def _complain(self) -> None:
        seconds = await silent_seconds(self.pool)
        if seconds is not None and seconds > OVERDUE_SECONDS:
            await self.alarms.raise_("seal_overdue", service=self.token, hours=int(seconds / 3600))
        else:
            await self.alarms.clear("seal_overdue")


async def keep_sealed(sealer: Sealer, may_seal: Callable[[], bool]) -> None:
    """Look for ever, while *may_seal* returns true: a log that is still brought up after a restoration waits."""
    while True:
        sealer.alive("sealer")
        await sealer.clock.sleep(sealer.every_seconds)
        if not may_seal():
            continue
        try:
            await sealer.look()
        except DATABASE_GONE as gone:
            log.warning("sealer.database_gone", reason=type(gone).__name__)
        except asyncpg.PostgresError as trouble:
            log.warning("sealer.not_sealed", reason=str(trouble))  # the alarm follows if it stays so
