"""Sends what is due, by whichever process comes first. It may die, run twice or be days late: the balances are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.scheduling.pieces import (
    ANSWERED,
    AT_ONCE,
    STATEMENTS,
    WARN,
    ZONES,
    Job,
    Piece,
    command_of,
    piece_of,
    warning_of,
)
from stampbook_events import Actor
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import Commands
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.logging import get_logger
from stampbook_messaging.pulse import Part

log = get_logger(__name__)

EVERY_SECONDS = 5.0
SCHEDULER = Actor(kind="service", id="ledger.schedule")
_FIRST = UUID(int=0), UUID(int=0)

# One at a time does a job of a zone; who comes while it is done has nothing to do.
_MINE = "SELECT pg_try_advisory_xact_lock(hashtext('stampbook schedule'), hashtext($1))"
_REACHED = "SELECT day FROM schedule WHERE job = $1 AND zone = $2"
_BOOK = """
INSERT INTO schedule (job, zone, day, reached_at) VALUES ($1, $2, $3, stampbook_now())
ON CONFLICT (job, zone) DO UPDATE SET day = excluded.day, reached_at = excluded.reached_at
"""
ALL = (*STATEMENTS.values(), ZONES, WARN, ANSWERED, _MINE, _REACHED, _BOOK)


@dataclass(slots=True)
class Schedule:
    """*reached_at* of a job in its table: by then all that was due was asked for."""

    pool: Any
    commands: Commands
    clock: Clock
    _warned: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)

    async def run(self, part: Part) -> None:
        """For ever; one of the service's background jobs."""
        while True:
            try:
                sent = await self.turn(part)
            except (*DATABASE_GONE, BusUnavailable, OutcomeUnknown) as away:
                log.warning("schedule.waiting", reason=type(away).__name__)
                sent = 0
            await part.sleep(0.2 if sent else EVERY_SECONDS)

    async def turn(self, part: Part) -> int:
        """Ask for what is due by now, at most ``AT_ONCE`` of a job; how many pieces that were."""
        sent = 0
        for job in STATEMENTS:
            part.alive()
            sent += await self._book_due(job)
        for row in await self.pool.fetch(ZONES):
            part.alive()
            sent += await self._warn(row["time_zone"])
        return sent

    async def _book_due(self, job: Job) -> int:
        async with self.pool.acquire() as db, db.transaction():
            if not await db.fetchval(_MINE, job):
                return 0
            pieces = [piece_of(job, row) for row in await db.fetch(STATEMENTS[job], AT_ONCE)]
            sent = await self._send(db, job, pieces)
            if len(pieces) < AT_ONCE:
                await db.execute(_BOOK, job, "", self.clock.now().date())
            return sent

    async def _warn(self, zone: str) -> int:
        """Once a local day and zone, soon after its midnight, a page a turn; who takes over begins with the first page."""
        today = self.clock.now().astimezone(ZoneInfo(zone)).date()
        async with self.pool.acquire() as db, db.transaction():
            if not await db.fetchval(_MINE, f"warn {zone}"):
                return 0
            reached: date | None = await db.fetchval(_REACHED, "warn", zone)
            if reached is not None and reached >= today:
                return 0
            rows = await db.fetch(WARN, zone, today, *self._warned.get(zone, _FIRST), AT_ONCE)
            if len(rows) < AT_ONCE:
                self._warned.pop(zone, None)
                await db.execute(_BOOK, "warn", zone, today)
            else:
                self._warned[zone] = rows[-1]["merchant"], rows[-1]["card_id"]
            return await self._send(db, "warn", [warning_of(row, today) for row in rows])

    async def _send(self, db: Any, job: Job, pieces: Sequence[Piece]) -> int:
        """What was answered before and is due all the same is asked for again, once for each version of its card."""
        answered = await self._answered(db, [piece.id for piece in pieces])
        asked = [(piece, piece.again if piece.id in answered else piece.id) for piece in pieces]
        done = await self._answered(db, [command_id for _, command_id in asked])
        for piece, command_id in asked:
            if command_id not in done:
                await self.commands.send(
                    command_of(job, piece),
                    id=command_id,
                    merchant=piece.merchant,
                    actor=SCHEDULER,
                    correlation=command_id,
                    fingerprint=b"",
                    keys=(piece.card_id,),
                )
        return sum(command_id not in done for _, command_id in asked)

    async def _answered(self, db: Any, ids: Sequence[UUID]) -> set[UUID]:
        return {row["command_id"] for row in await db.fetch(ANSWERED, ids)} if ids else set()
