"""What the readers of one stream bring, merged: in order within each partition, fair among them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stampbook_messaging.bus import Bus, Incoming
from stampbook_messaging.clock import Clock
from stampbook_messaging.jetstream import Position
from stampbook_messaging.pull import Reader

ROOM = 4096
"""Messages held in memory at most, give or take one window: more is left on the stream."""


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a partition. *after* is the place of the one before it, as this reader saw it."""

    partition: int
    seq: int
    recorded_at: datetime
    subject: str
    data: bytes
    headers: dict[str, str]
    after: int = 0


@dataclass(frozen=True, slots=True)
class Start:
    """Where to go on: after this message of the stream. *must_meet* as in ``Reader``."""

    after_seq: int
    after_id: str | None
    must_meet: bool


@dataclass(slots=True)
class Intake:
    """*filter_of* names the subjects of a partition; *prefix* makes consumer names unique for this process."""

    bus: Bus
    clock: Clock
    stream: str
    filter_of: Callable[[int], str]
    prefix: str
    _readers: dict[int, Reader] = field(default_factory=dict)
    _items: deque[Item] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _made: int = 0

    async def open(self, partition: int, start: Start, epoch: int = 0) -> None:
        """Read *partition* from *start* under the lease of *epoch*, forgetting whatever was read of it before."""
        await self.close(partition)
        self._made += 1
        reader = Reader(
            bus=self.bus,
            clock=self.clock,
            stream=self.stream,
            subject_filter=self.filter_of(partition),
            name=f"{self.prefix}-{partition}-{self._made}",
            after_seq=start.after_seq,
            after_id=start.after_id,
            must_meet=start.must_meet,
            epoch=epoch,
            sink=lambda message, position: self._add(reader, partition, message, position),
            has_room=lambda: len(self._items) < ROOM,
            on_broken=self._wake.set,
        )
        self._readers[partition] = reader
        try:
            await reader.start()
        except Exception:
            reader.broken = reader.broken or "not started"  # Whoever keeps the partitions opens it anew.
            raise

    async def close(self, partition: int) -> None:
        """Stop reading *partition* and drop what is buffered of it."""
        reader = self._readers.pop(partition, None)
        self._items = deque(item for item in self._items if item.partition != partition)
        if reader is not None:
            await reader.stop()

    async def close_all(self) -> None:
        """All at once: on a bus that does not answer each would wait its time."""
        await asyncio.gather(*(self.close(partition) for partition in list(self._readers)))

    def open_partitions(self) -> set[int]:
        return set(self._readers)

    def doubtful(self) -> set[int]:
        """Partitions whose reader broke: to be closed and opened anew from the database's position."""
        return {partition for partition, reader in self._readers.items() if reader.broken}

    def reason(self, partition: int) -> str:
        """Why the reader of *partition* is in doubt."""
        reader = self._readers.get(partition)
        return reader.broken if reader is not None else ""

    def doubt_all(self, reason: str) -> None:
        for reader in self._readers.values():
            reader.broken = reader.broken or reason
        self._wake.set()

    def doubt(self, partitions: set[int], reason: str) -> None:
        for partition in partitions & set(self._readers):
            self._readers[partition].broken = self._readers[partition].broken or reason
        self._wake.set()

    def check_alive(self) -> None:
        for reader in self._readers.values():
            reader.check_alive()

    def lag(self) -> dict[int, int]:
        """Messages waiting on the stream and in memory, per partition."""
        held = {partition: reader.pending for partition, reader in self._readers.items()}
        for item in self._items:
            held[item.partition] = held.get(item.partition, 0) + 1
        return held

    async def ready(self, timeout_seconds: float) -> None:
        """Return when there is something to take or to repair, or when the time is over."""
        if self._items or self.doubtful():
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), timeout_seconds)
        except TimeoutError:
            return

    def wake(self) -> None:
        self._wake.set()

    async def take(self, limit: int, held: Mapping[int, int]) -> list[Item]:
        """Whatever is there, up to *limit*; nothing of a partition in doubt.

        *held*: partition → epoch of the leases. A reader of another epoch is in doubt from here on: what is dropped
        of it must be read again.
        """
        taken: list[Item] = []
        while self._items and len(taken) < limit:
            item = self._items.popleft()
            reader = self._readers.get(item.partition)
            if reader is None or reader.broken:
                continue
            if held.get(item.partition) == reader.epoch:
                taken.append(item)
            else:
                reader.broken = "its lease is another one"
        if len(self._items) < ROOM // 2:
            for reader in list(self._readers.values()):  # others are opened and closed while one asks
                await reader.refill()
        return taken

    def _add(self, reader: Reader, partition: int, message: Incoming, position: Position) -> None:
        if self._readers.get(partition) is not reader:
            return
        headers = message.headers or {}
        self._items.append(
            Item(
                partition,
                position.stream_seq,
                position.stored_at,
                message.subject,
                message.data,
                headers,
                reader.after_seq,
            )
        )
        reader.after_seq = position.stream_seq
        self._wake.set()
