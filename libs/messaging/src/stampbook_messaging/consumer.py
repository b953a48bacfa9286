"""The event consumer: reads the logs of others in order and writes, with its cursor, what each event demands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from stampbook_messaging import parking, restoring
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.asides import letter_of, put_aside
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.cursors import Cursors, Mark, NotOurs
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.deliveries.store import delivery_key, insert_demands
from stampbook_messaging.event_reading import EventRead, read
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.gaps import Gap, NotInTheLog, OwnersLog, follow, missing_in
from stampbook_messaging.intake import Intake, Item
from stampbook_messaging.logging import get_logger
from stampbook_messaging.messages import Recorded
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Channel, Demand, Reacting
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

BATCH = 256


@dataclass(slots=True, kw_only=True)
class EventConsumer:
    """Reads the log of *owner* for *reacting*; *demanded* wakes the deliveries after each commit."""

    owner: str
    pool: Any
    clock: Clock
    intake: Intake
    leases: Leases
    reacting: Reacting
    owners_log: OwnersLog
    alarms: Alarms
    failpoints: Failpoints
    demanded: Callable[[], None]
    recorded: Callable[[Sequence[Row]], None]
    channels: Mapping[str, Channel]
    alive: Alive = unwatched
    restored_at: datetime | None = None
    stopping: bool = False
    healed: int = 0
    caught_up_at: datetime | None = None
    _handled: frozenset[type] = field(default=frozenset())
    _outcomes: list[Row] = field(default_factory=list)
    _cursors: Cursors = field(init=False)

    def __post_init__(self) -> None:
        self._cursors = Cursors(self.reacting.consumer, self.owner)
        self._handled = frozenset(self.reacting.handles)

    async def run(self) -> None:
        while not self.stopping:
            try:
                async with self.pool.acquire() as db:
                    await self._work(db)
            except DATABASE_GONE as gone:
                self.leases.unsure = True
                self._cursors.forget()
                self.alive(f"consumer of {self.owner}")
                log.warning("consumer.database_gone", owner=self.owner, reason=type(gone).__name__)
                self.intake.doubt_all("database gone")
                await self.clock.sleep(0.2)

    def stop(self) -> None:
        self.stopping = True
        self.intake.wake()

    async def _work(self, db: Any) -> None:
        while not self.stopping:
            self.alive(f"consumer of {self.owner}")
            await self.intake.ready(1.0)
            items = await self.intake.take(BATCH, self.leases.held)
            if items:
                await self.failpoints.reach("consumer.after_take")
                await self._apply(db, items)
            elif self.intake.doubtful():
                await self.clock.sleep(0.02)
            else:
                await self.failpoints.reach("consumer.idle")
                self.caught_up_at = self.clock.now()

    async def _apply(self, db: Any, items: Sequence[Item]) -> None:
        self._outcomes = []
        try:
            reads = list(map(read, items))
            asked = any(map(self._asks, reads))
            if asked or not await self._pass_over(db, reads):
                async with db.transaction():
                    await self._inside(db, reads)
                    await self.failpoints.reach("consumer.before_commit")
        except Gap as gap:
            await self._fill(db, gap, items)
        except NotOurs as lost:
            log.warning("consumer.not_ours", owner=self.owner, reason=str(lost))
            self.intake.doubt({item.partition for item in items}, "not ours any more")
        except DATABASE_GONE:
            self.intake.doubt({item.partition for item in items}, "outcome unknown")
            raise
        except Exception as bug:  # noqa: BLE001  isolated and shown, never skipped
            await self._isolate(db, items, bug)
        else:
            self._cursors.committed()
            await self.failpoints.reach("consumer.after_commit")
            self.recorded(self._outcomes)
            if asked:
                self.demanded()

    def _asks(self, one: EventRead) -> bool:
        """Whether more than the cursor may have to be written for it."""
        return one.recorded is None or type(one.recorded.event) in self._handled

    async def _pass_over(self, db: Any, reads: Sequence[EventRead]) -> bool:
        """Most events are none of our business: then one statement is the whole transaction."""
        step = self._next_step(reads)
        if step is None:
            return False
        await self.failpoints.reach("consumer.before_commit")
        return await self._cursors.step(db, *step[:2])

    def _next_step(self, reads: Sequence[EventRead]) -> tuple[int, Mark, list[EventRead]] | None:
        """From where we left off to behind *reads*, if they are of one partition under the lease we left it with.

        Several rows are only ever locked in their order.
        """
        partition = reads[0].item.partition
        left = self._cursors.left_at.get(partition)
        epoch = self.leases.held.get(partition)
        if left is None or left.epoch != epoch or any(one.item.partition != partition for one in reads):
            return None
        marks = {partition: left}
        new = follow(reads, marks)
        return partition, marks[partition], new

    async def _inside(self, db: Any, reads: Sequence[EventRead], bug: Exception | None = None) -> None:
        step = self._next_step(reads) if bug is None else None
        if step is not None and await self._cursors.step(db, *step[:2]):
            await self._react(db, step[2], {}, None)
            return
        epochs = {p: self.leases.held.get(p, -1) for p in sorted({one.item.partition for one in reads})}
        rows = await self._cursors.lock(db, epochs)
        marks = {partition: await self._place(partition, rows[partition], epochs[partition]) for partition in epochs}
        new = follow(reads, marks)
        keys = [(one.envelope.merchant, one.envelope.aggregate) for one in new if one.envelope is not None]
        await self._react(db, new, await parking.parked_among(db, keys), bug)
        await self._cursors.advance(db, marks)

    async def _place(self, partition: int, row: Mark, epoch: int) -> Mark:
        """Where the cursor stands; where we left it, with an alarm, if somebody has moved it by hand."""
        left = self._cursors.left_at.get(partition)
        # A holder before us that was stopped in its transaction may have moved it, too: then the row bears its epoch.
        if left is None or not left.epoch == epoch == row.epoch or left.pos == row.pos:
            return Mark(epoch, row.pos, row.stream_seq)
        await self.alarms.raise_(
            "cursor_moved", stream=self.intake.stream, partition=partition, to=row.pos, was=left.pos
        )
        return left

    async def _react(
        self, db: Any, reads: Sequence[EventRead], parked: dict[parking.Key, UUID], bug: Exception | None
    ) -> None:
        good: list[Recorded] = []
        for one in reads:
            letter = letter_of(self.intake.stream, one, parked, bug)
            if letter is not None:
                await put_aside(db, self.alarms, one, letter, parked)
            elif one.recorded is not None and type(one.recorded.event) in self._handled:
                good.append(one.recorded)
        if good:
            demands = await self.reacting.react(db, good)
            past = self._of_an_earlier_life(demands)
            self._outcomes = await insert_demands(db, self.reacting.consumer, self.owner, demands, self.channels)
            if past:
                await restoring.hold(db, self.alarms, past, self._once)

    def _of_an_earlier_life(self, demands: Sequence[Demand]) -> list[UUID]:
        """Deliveries for events from before the database was restored."""
        if self.restored_at is None:
            return []
        return [
            delivery_key(self.reacting.consumer, demand)
            for demand in demands
            if demand.because_of.envelope.recorded_at < self.restored_at
        ]

    @property
    def _once(self) -> list[str]:
        """The channels that must not send twice."""
        return [name for name, channel in self.channels.items() if not channel.idempotent]

    async def _isolate(self, db: Any, items: Sequence[Item], bug: Exception) -> None:
        if len(items) > 1:
            middle = len(items) // 2
            await self._apply(db, items[:middle])
            await self._apply(db, items[middle:])
            return
        async with db.transaction():
            await self._inside(db, list(map(read, items)), bug)
        self._cursors.committed()

    async def _fill(self, db: Any, gap: Gap, items: Sequence[Item]) -> None:
        """Fetch what the stream did not bring from the owner's log, and count that we had to."""
        at = next(n for n, item in enumerate(items) if item is gap.item)
        try:
            missing = await missing_in(self.owners_log, self.owner, gap)
        except (QueryUnavailable, QueryRefused, BusUnavailable, OutcomeUnknown, NotInTheLog) as silent:
            log.warning("consumer.gap_not_filled", owner=self.owner, gap=str(gap), reason=str(silent))
            self.intake.doubt({gap.partition}, "gap not filled")
            others = [item for item in items[at:] if item.partition != gap.partition]
            await self._apply_all(db, items[:at], others)
            await self.clock.sleep(0.5)
            return
        self.healed += len(missing)
        await self.alarms.raise_("events_fetched_from_log", stream=self.intake.stream, gap=str(gap), count=len(missing))
        await self._apply_all(db, items[:at], missing, items[at:])

    async def _apply_all(self, db: Any, *parts: Sequence[Item]) -> None:
        for part in parts:
            for start in range(0, len(part), BATCH):
                await self._apply(db, part[start : start + BATCH])
