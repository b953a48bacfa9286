"""The command worker: takes what the streams bring, applies it in batches, and never loses its place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec

from stampbook_events.subjects import answer_subject
from stampbook_messaging import dead_letters, inbox, parking
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.batch import Applied, BatchWriter, OutOfPlace
from stampbook_messaging.bus import Bus, BusUnavailable
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.decoding import Undecodable, message_id
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.intake import Intake, Item
from stampbook_messaging.locking import Fenced
from stampbook_messaging.logging import get_logger
from stampbook_messaging.messages import Answer
from stampbook_messaging.partitions import Leases
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.replaying import ReplayDiffers, Replaying
from stampbook_messaging.sorting import inbox_row

log = get_logger(__name__)

BATCH = 256
PARKED_LIMIT = 20
"""Commands that may park within ten minutes; one more stops the worker: a bad deploy must not drain the stream."""
_PARKED_WINDOW_SECONDS = 600.0

_SKIP = "UPDATE partition SET cmd_seq = $3, cmd_id = $4 WHERE id = $1 AND epoch = $2 AND cmd_seq < $3"


class TooManyParked(RuntimeError):
    """So many commands failed with bugs that going on would do harm."""


@dataclass(slots=True, kw_only=True)
class CommandWorker:
    """One per process. *recorded* hands committed rows to the relay; *hindered*: what the database says, since when."""

    pool: Any
    bus: Bus
    clock: Clock
    intake: Intake
    leases: Leases
    writer: BatchWriter
    alarms: Alarms
    failpoints: Failpoints
    recorded: Callable[[Sequence[Row]], None]
    alive: Alive = unwatched
    stopping: bool = False
    hindered: tuple[str, float] | None = None
    _parked_at: deque[float] = field(default_factory=deque)

    async def run(self) -> None:
        """Work until ``stop``; ends with ``TooManyParked`` when bugs pile up."""
        while not self.stopping:
            try:
                async with self.pool.acquire() as db:
                    await self._work(db)
            except DATABASE_GONE as gone:
                self.alive("worker")
                self.leases.unsure = True
                self.hindered = self.hindered or (type(gone).__name__, self.clock.monotonic())
                log.warning("worker.database_gone", reason=type(gone).__name__)
                self.intake.doubt_all("database gone")
                await self.clock.sleep(0.2)

    def stop(self) -> None:
        self.stopping = True
        self.intake.wake()

    async def _work(self, db: Any) -> None:
        while not self.stopping:
            self.alive("worker")
            await self.intake.ready(1.0)
            items = await self.intake.take(BATCH, self.leases.held)
            if not items:
                await self.failpoints.reach("worker.idle")
                if self.intake.doubtful():
                    await self.clock.sleep(0.02)  # The keeper of partitions opens them anew.
                continue
            await self.failpoints.reach("worker.after_take")
            await self._apply(db, items)

    async def replay(self, db: Any, item: Item, replaying: Replaying) -> None:
        """Apply one command again to a restored log. Raises ``ReplayDiffers``."""
        await self._apply(db, [item], replaying=replaying)

    async def _apply(
        self, db: Any, items: Sequence[Item], *, reloaded: bool = False, replaying: Replaying | None = None
    ) -> None:
        try:
            applied = await self.writer.apply(db, items, self.leases.held, replaying)
        except Fenced as fenced:
            self._let_go(items, fenced)
        except OutOfPlace as moved:
            log.warning("worker.out_of_place", reason=str(moved))
            self.intake.doubt({item.partition for item in items}, "out of place")
        except DATABASE_GONE:
            self.intake.doubt({item.partition for item in items}, "outcome unknown")
            raise
        except ReplayDiffers:
            raise  # No bug of one command: whatever comes after it would differ as well.
        except Exception as bug:  # noqa: BLE001  whatever it is, it is isolated and shown, never skipped
            await self._isolate(db, items, bug, reloaded=reloaded, replaying=replaying)
        else:
            self.hindered = None
            await self.failpoints.reach("worker.after_commit")
            await self._tell(applied)

    def _let_go(self, items: Sequence[Item], fenced: Fenced) -> None:
        log.warning("worker.fenced", reason=str(fenced))
        touched = {item.partition for item in items}
        for partition in touched:
            self.leases.drop(partition)
        self.intake.doubt(touched, "fenced")

    async def _tell(self, applied: Applied) -> None:
        self.recorded(applied.rows)
        for instance, answer in applied.answers:
            try:
                await self.bus.publish(answer_subject(instance, answer.command_id), msgspec.json.encode(answer))
            except BusUnavailable:
                return  # Best effort by design: whoever waits asks the inbox.

    async def _isolate(
        self, db: Any, items: Sequence[Item], bug: Exception, *, reloaded: bool, replaying: Replaying | None
    ) -> None:
        """Bisect down to the command that fails; it parks, the others are applied. A unique violation reloads once."""
        if len(items) > 1:
            middle = len(items) // 2
            await self._apply(db, items[:middle])
            await self._apply(db, items[middle:])
            return
        if isinstance(bug, asyncpg.UniqueViolationError) and not reloaded:
            await self._apply(db, items, reloaded=True, replaying=replaying)
            return
        try:
            await self._park(db, items[0], bug)
        except Fenced as fenced:
            self._let_go(items, fenced)

    async def _park(self, db: Any, item: Item, bug: Exception) -> None:
        self._count_parked()
        one = self.writer.decoder.decode(item, now=self.clock.now(), created=None)
        if isinstance(one, Undecodable):
            raise bug  # The batch buries these by itself; a failure here is no command's fault.
        letter = parking.parked_command(self.writer.stream, one, item, bug)
        async with db.transaction():
            epoch = self.leases.held.get(item.partition, -1)
            moved = await db.execute(_SKIP, item.partition, epoch, item.seq, message_id(item))
            if moved != "UPDATE 1":
                raise Fenced(f"partition {item.partition} of {self.writer.stream}") from bug
            await inbox.insert(db, [inbox_row(one, "parked", None, b"{}")], self.clock.now())
            await dead_letters.insert(db, [letter])
            await parking.park(db, one.envelope.merchant, one.envelope.keys, letter.id)
        await self.alarms.raise_(
            "command_parked", stream=self.writer.stream, type=one.envelope.type, error=letter.error
        )
        if one.envelope.answer_to:
            await self._tell(
                Applied([], [(one.envelope.answer_to, Answer(command_id=one.envelope.id, status="parked"))])
            )

    def _count_parked(self) -> None:
        now = self.clock.monotonic()
        self._parked_at.append(now)
        while now - self._parked_at[0] > _PARKED_WINDOW_SECONDS:
            self._parked_at.popleft()
        if len(self._parked_at) > PARKED_LIMIT:
            raise TooManyParked(f"{len(self._parked_at)} commands of {self.writer.stream} failed within ten minutes")
