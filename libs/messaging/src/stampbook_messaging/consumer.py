"""The event consumer: reads the logs of others in order and writes, with its cursor, what each event demands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from stampbook_messaging import dead_letters, parking, restoring
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.deliveries.store import delivery_key, insert_demands
from stampbook_messaging.event_reading import EventRead, read
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.intake import Intake, Item
from stampbook_messaging.logging import get_logger
from stampbook_messaging.messages import Recorded
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Channel, Demand, Reacting
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

BATCH = 256

_LOCK = """
SELECT c.partition, c.pos, c.stream_seq, c.epoch FROM cursor c
JOIN unnest($3::smallint[], $4::bigint[]) AS held(id, epoch) ON c.partition = held.id
JOIN partition p ON p.id = held.id AND p.epoch = held.epoch
WHERE c.consumer = $1 AND c.stream = $2 ORDER BY c.partition FOR UPDATE OF c
"""
_ADVANCE = """
UPDATE cursor c SET pos = v.pos, stream_seq = v.seq, epoch = v.epoch
FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS v(partition, pos, seq, epoch)
WHERE c.consumer = $1 AND c.stream = $2 AND c.partition = v.partition
"""


class Gap(RuntimeError):
    """The stream went on past what we have: the missing range comes from the owner's log."""

    def __init__(self, item: Item, after: int, before: int) -> None:
        super().__init__(f"partition {item.partition}: {after} is followed by {before}")
        self.item, self.partition, self.after, self.before = item, item.partition, after, before


class NotOurs(RuntimeError):
    """Another process holds one of these partitions by now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Where we have put a cursor ourselves; nobody moves it under the same lease but by hand."""

    epoch: int
    pos: int
    stream_seq: int


class NotInTheLog(LookupError):
    """The owner's log does not have what its stream went past: it was restored, or lost something."""


class OwnersLog(Protocol):
    async def events(self, owner: str, partition: int, after: int, before: int) -> list[Item]:
        """The events of *owner* in the open range, as items without a place on the stream (sequence 0)."""
        ...


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
    _seen: dict[int, Witness] = field(default_factory=dict)
    _going: dict[int, Witness] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._handled = frozenset(self.reacting.handles)

    async def run(self) -> None:
        while not self.stopping:
            try:
                async with self.pool.acquire() as db:
                    await self._work(db)
            except DATABASE_GONE as gone:
                self.leases.unsure = True
                self._seen.clear()  # what came of the last transaction is unknown
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
            async with db.transaction():
                await self._inside(db, items)
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
            self._seen |= self._going
            await self.failpoints.reach("consumer.after_commit")
            self.recorded(self._outcomes)
            self.demanded()

    async def _inside(self, db: Any, items: Sequence[Item], bug: Exception | None = None) -> None:
        touched = sorted({item.partition for item in items})
        epochs = {partition: self.leases.held.get(partition, -1) for partition in touched}
        rows = await db.fetch(_LOCK, self.reacting.consumer, self.owner, touched, list(epochs.values()))
        if len(rows) != len(touched):
            raise NotOurs(f"partitions {sorted(set(touched) - {row['partition'] for row in rows})} of {self.owner}")
        at, seqs = {}, {}
        for row in rows:
            at[row["partition"]], seqs[row["partition"]] = await self._place(row, epochs[row["partition"]])
        reads: list[EventRead] = []
        for one in map(read, items):
            partition = one.item.partition
            seqs[partition] = max(seqs[partition], one.item.seq)
            if one.envelope is not None:
                if one.envelope.position <= at[partition]:
                    continue
                if one.envelope.position != at[partition] + 1:
                    raise Gap(one.item, at[partition], one.envelope.position)
                at[partition] += 1
            reads.append(one)
        await self._react(db, reads, bug)
        await db.execute(
            _ADVANCE,
            self.reacting.consumer,
            self.owner,
            touched,
            [at[p] for p in touched],
            [seqs[p] for p in touched],
            [epochs[p] for p in touched],
        )
        self._going = {p: Witness(epochs[p], at[p], seqs[p]) for p in touched}

    async def _place(self, row: Any, epoch: int) -> tuple[int, int]:
        """Where the cursor stands; where we left it, with an alarm, if somebody has moved it by hand."""
        seen = self._seen.get(row["partition"])
        # A holder before us that was stopped in its transaction may have moved it, too: then the row bears its epoch.
        if seen is None or not seen.epoch == epoch == row["epoch"] or seen.pos == row["pos"]:
            return row["pos"], row["stream_seq"]
        stream = self.intake.stream
        await self.alarms.raise_("cursor_moved", stream=stream, partition=row["partition"], to=row["pos"], was=seen.pos)
        return seen.pos, seen.stream_seq

    async def _react(self, db: Any, reads: Sequence[EventRead], bug: Exception | None) -> None:
        keys = [(one.envelope.merchant, one.envelope.aggregate) for one in reads if one.envelope is not None]
        parked = await parking.parked_among(db, keys)
        good: list[Recorded] = []
        for one in reads:
            letter = self._letter(one, parked, bug)
            if letter is not None:
                await self._put_aside(db, one, letter, parked)
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

    def _letter(
        self, one: EventRead, parked: dict[parking.Key, UUID], bug: Exception | None
    ) -> dead_letters.DeadLetter | None:
        cause, error = "", ""
        if one.trouble:
            cause, error = ("unknown_type" if one.trouble == "unknown type" else "undecodable"), one.trouble
        elif bug is not None:
            cause, error = f"bug:{type(bug).__name__}", parking.where(bug)
        elif one.envelope is not None and (one.envelope.merchant, one.envelope.aggregate) in parked:
            cause = "behind_parked"
            error = str(parked[one.envelope.merchant, one.envelope.aggregate])
        if not cause:
            return None
        envelope = one.envelope
        return parking.parked_event(
            self.intake.stream,
            one.item,
            type_=envelope.type if envelope else "",
            merchant=envelope.merchant if envelope else None,
            key=envelope.aggregate if envelope else None,
            cause=cause,
            error=error,
        )

    async def _put_aside(
        self, db: Any, one: EventRead, letter: dead_letters.DeadLetter, parked: dict[parking.Key, UUID]
    ) -> None:
        """*parked* learns of it too: what follows on the same aggregate may be in the same batch."""
        await dead_letters.insert(db, [letter])
        if one.envelope is not None and letter.cause != "behind_parked":
            await parking.park(db, one.envelope.merchant, [one.envelope.aggregate], letter.id)
            parked.setdefault((one.envelope.merchant, one.envelope.aggregate), letter.id)
        await self.alarms.raise_("event_parked", stream=self.intake.stream, type=letter.type, cause=letter.cause)

    async def _isolate(self, db: Any, items: Sequence[Item], bug: Exception) -> None:
        if len(items) > 1:
            middle = len(items) // 2
            await self._apply(db, items[:middle])
            await self._apply(db, items[middle:])
            return
        async with db.transaction():
            await self._inside(db, items, bug)
        self._seen |= self._going

    async def _fill(self, db: Any, gap: Gap, items: Sequence[Item]) -> None:
        """Fetch what the stream did not bring from the owner's log, and count that we had to."""
        at = next(n for n, item in enumerate(items) if item is gap.item)
        try:
            missing = await self._missing(gap)
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

    async def _missing(self, gap: Gap) -> list[Item]:
        missing = await self.owners_log.events(self.owner, gap.partition, gap.after, gap.before)
        if len(missing) != gap.before - gap.after - 1:
            raise NotInTheLog(f"{len(missing)} of {gap.before - gap.after - 1} events are in the owner's log")
        return missing

    async def _apply_all(self, db: Any, *parts: Sequence[Item]) -> None:
        for part in parts:
            for start in range(0, len(part), BATCH):
                await self._apply(db, part[start : start + BATCH])
