"""The mixed load by one plain loop: messages taken, their rows written by the ledger's own statements, events published.

Nothing is decoded, looked up, decided, encoded or hashed; there is no inbox check, no lease, no cursor.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec

from stampbook_messaging.bus import Bus, Incoming
from stampbook_messaging.event_store import Row
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import create_reader, stream_state
from tests.bench.applying import by
from tests.bench.bare_loop import STREAM_IN, STREAM_OUT
from tests.bench.ground import AT_ONCE, Ground
from tests.bench.ledger_rate import NotMeasured
from tests.bench.replaying import Statement

_ID, _MERCHANT, _BODY = (Row._fields.index(name) for name in ("id", "merchant", "body"))


@dataclass(frozen=True, slots=True)
class Written:
    """One transaction: the messages that led to it, and what it writes."""

    items: Sequence[Item]
    statements: Sequence[Statement]

    @property
    def events(self) -> Sequence[Any]:
        """The rows of the log among it."""
        return [row for statement in self.statements if statement.text == "event" for row in statement.rows or ()]


@dataclass(slots=True)
class MixedBareLoop:
    ground: Ground
    db: Any
    done: int = 0
    _arrived: asyncio.Queue[Incoming] = field(default_factory=asyncio.Queue)

    async def rate(self, wanted: Sequence[Written]) -> float:
        """Commands a second, from the first pull until the last event is on its stream."""
        count = sum(len(one.items) for one in wanted)
        await self._preload(wanted)
        async with self.ground.bus("notifier") as bus:
            before = (await stream_state(bus, STREAM_OUT)).last_seq
            inbox, name = bus.new_inbox(), f"bare-{uuid4().hex[:8]}"
            subscription = await bus.subscribe(inbox, self._arrived.put)
            await create_reader(bus, STREAM_IN, name, "cmd.notifier.>", self.done + 1)
            began = time.perf_counter()
            await self._loop(bus, f"$JS.API.CONSUMER.MSG.NEXT.{STREAM_IN}.{name}", inbox, wanted)
            seconds = time.perf_counter() - began
            await subscription.unsubscribe()
            if (await stream_state(bus, STREAM_OUT)).last_seq != before + sum(len(one.events) for one in wanted):
                raise NotMeasured("the bare loop's events are not all on their stream")
        self.done += count
        return count / seconds

    async def _preload(self, wanted: Sequence[Written]) -> None:
        async with self.ground.bus("gateway") as bus:
            for batch in by(AT_ONCE, (item for one in wanted for item in one.items)):
                await asyncio.gather(*(_send(bus, item) for item in batch))

    async def _loop(self, bus: Bus, next_one: str, inbox: str, wanted: Sequence[Written]) -> None:
        batches: asyncio.Queue[Written | None] = asyncio.Queue(8)
        relay = asyncio.create_task(_relay(bus, batches))
        ahead = 0
        for one in wanted:
            while ahead < 4 * len(one.items):
                request = msgspec.json.encode({"batch": len(one.items), "expires": 5_000_000_000})
                await bus.publish(next_one, request, reply=inbox)
                ahead += len(one.items)
            await self._take(len(one.items))
            ahead -= len(one.items)
            async with self.db.transaction():
                for statement in one.statements:
                    await statement.carry_out(self.db)
            await batches.put(one)
        await batches.put(None)
        await relay

    async def _take(self, count: int) -> None:
        while count:
            message = await self._arrived.get()
            count -= message.reply.startswith("$JS.ACK")


async def _send(bus: Bus, item: Item) -> None:
    merchant, name = item.subject.split(".")[3:]
    await bus.publish_stored(f"cmd.notifier.{merchant}.{name}", item.data, {"Nats-Msg-Id": str(uuid4())})


async def _relay(bus: Bus, batches: asyncio.Queue[Written | None]) -> None:
    while (one := await batches.get()) is not None:
        batch, events = uuid4().hex, one.events
        for n, row in enumerate(events, start=1):
            subject = f"evt.notifier.pub.{row[_MERCHANT]}.0.bought"
            headers = {"Nats-Msg-Id": str(row[_ID]), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            if n < len(events):
                await bus.publish(subject, row[_BODY], headers)
                continue
            headers["Nats-Batch-Commit"] = "1"
            answer = await bus.request(subject, row[_BODY], headers=headers, timeout_seconds=10)
            if b'"error"' in answer.data:
                raise NotMeasured(answer.data.decode())
