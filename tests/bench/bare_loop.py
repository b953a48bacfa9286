"""The bare limit: the same rows and bytes by one plain loop, without domain, envelope, inbox check, lease or cursor."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from stampbook_messaging.bus import Bus, Incoming
from stampbook_messaging.jetstream import create_reader, stream_state
from tests.bench.bare_rows import Bare, make_twins, write
from tests.bench.costs import spent
from tests.bench.ground import AT_ONCE, Card, Ground
from tests.bench.ledger_rate import NotMeasured, Run, Sizes

BATCH = 256
STREAM_IN, STREAM_OUT = "CMD_notifier", "EVT_notifier"
"""Streams of the same making that the ledger does not use."""

Batches = asyncio.Queue[list[Bare] | None]


def padded(content: dict[str, Any], size: int) -> bytes:
    """*content* as JSON of *size* bytes."""
    short = len(msgspec.json.encode({**content, "pad": ""}))
    return msgspec.json.encode({**content, "pad": "x" * max(0, size - short)})


@dataclass(slots=True)
class BareLoop:
    ground: Ground
    sizes: Sizes
    done: int = 0
    _arrived: asyncio.Queue[Incoming] = field(default_factory=asyncio.Queue)

    async def prepare(self) -> None:
        async with self.ground.database() as db:
            await make_twins(db)

    async def rate(self, buyers: Sequence[Card]) -> float:
        """Commands a second."""
        return (await self.run(buyers)).rate

    async def run(self, buyers: Sequence[Card]) -> Run:
        """From the first pull until the last event is on the stream."""
        await self._preload(buyers)
        async with self.ground.bus("notifier") as bus, self.ground.database() as db:
            before = (await stream_state(bus, STREAM_OUT)).last_seq
            inbox, name = bus.new_inbox(), f"bare-{uuid4().hex[:8]}"
            subscription = await bus.subscribe(inbox, self._arrived.put)
            await create_reader(bus, STREAM_IN, name, "cmd.notifier.>", self.done + 1)
            before_it, began = spent(self.ground.servers, os.getpid()), time.perf_counter()
            await self._loop(bus, db, f"$JS.API.CONSUMER.MSG.NEXT.{STREAM_IN}.{name}", inbox, len(buyers))
            seconds = time.perf_counter() - began
            costs = spent(self.ground.servers, os.getpid()).since(before_it)
            await subscription.unsubscribe()
            if (await stream_state(bus, STREAM_OUT)).last_seq != before + len(buyers):
                raise NotMeasured("the bare loop's events are not all on their stream")
        return Run(len(buyers), seconds, costs)

    async def _preload(self, buyers: Sequence[Card]) -> None:
        async with self.ground.bus("gateway") as bus:
            for start in range(0, len(buyers), AT_ONCE):
                await asyncio.gather(*(self._send(bus, card) for card in buyers[start : start + AT_ONCE]))

    async def _send(self, bus: Bus, card: Card) -> None:
        body = padded({"card": card.id, "points": 25}, self.sizes.command)
        await bus.publish_stored(f"cmd.notifier.{card.merchant}.buy", body, {"Nats-Msg-Id": str(uuid4())})

    async def _loop(self, bus: Bus, db: Any, next_one: str, inbox: str, count: int) -> None:
        taken, asked, started_at = 0, 0, self.done
        batches: Batches = asyncio.Queue(8)
        relay = asyncio.create_task(self._relay(bus, batches))
        request = msgspec.json.encode({"batch": BATCH, "expires": 5_000_000_000})
        while taken < count:
            while asked < count and asked - taken < 4 * BATCH:
                await bus.publish(next_one, request, reply=inbox)
                asked += BATCH
            messages = await self._take(min(BATCH, count - taken))
            rows = [self._row(started_at + taken + n, message) for n, message in enumerate(messages, start=1)]
            await write(db, rows)
            await batches.put(rows)
            taken += len(rows)
        await batches.put(None)
        await relay
        self.done += count

    async def _take(self, most: int) -> list[Incoming]:
        batch: list[Incoming] = []
        while len(batch) < most:
            message = await self._arrived.get()
            if message.reply.startswith("$JS.ACK"):
                batch.append(message)
        return batch

    def _row(self, number: int, message: Incoming) -> Bare:
        said = msgspec.json.decode(message.data)
        event_id, card = uuid4(), UUID(said["card"])
        return Bare(
            event_id,
            UUID(message.subject.split(".")[3]),
            card,
            number,
            padded({"points": said["points"]}, self.sizes.result),
            padded({"id": event_id, "card": card, "points": said["points"]}, self.sizes.event),
            os.urandom(32),
            datetime.now(UTC),
        )

    async def _relay(self, bus: Bus, batches: Batches) -> None:
        while (rows := await batches.get()) is not None:
            batch = uuid4().hex
            for n, row in enumerate(rows, start=1):
                subject = f"evt.notifier.pub.{row.merchant}.0.bought"
                headers = {"Nats-Msg-Id": str(row.id), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
                if n < len(rows):
                    await bus.publish(subject, row.event, headers)
                    continue
                answer = await bus.request(
                    subject, row.event, headers=headers | {"Nats-Batch-Commit": "1"}, timeout_seconds=10
                )
                if b'"error"' in answer.data:
                    raise NotMeasured(answer.data.decode())
