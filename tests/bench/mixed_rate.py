"""The mixed load through the ledger's own process, from commands on the stream to events on the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from stampbook_cli.auditing.audit import reading
from stampbook_events.subjects import partition_of
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.commands import Commands
from stampbook_messaging.jetstream import stream_state
from tests.bench import ledger_rate
from tests.bench.applying import FINGERPRINT, Applier, by
from tests.bench.costs import spent
from tests.bench.filling import Extent, fill
from tests.bench.ground import AT_ONCE, Ground
from tests.bench.ledger_rate import EVENTS, Run
from tests.bench.mix import ACTOR, Mix, Said
from tests.bench.replaying import Recorder, Statement, carry_out
from tests.bench.rooms import room, take_over

BATCH = 256
"""Commands of a transaction: what a worker takes at most, and takes under load."""
_STANDING = "SELECT id, pos, cmd_seq FROM partition"


@dataclass(frozen=True, slots=True)
class Mixed:
    """A ledger with cards in it; *taken_down* and *bare* are connections to twins of it."""

    ground: Ground
    mix: Mix
    taken_down: Any
    bare: Any

    async def run(self, commands: Sequence[Said]) -> Run:
        """From the first partition that a ledger opens until the last event is on the stream."""
        last = await _send(self.ground, commands)
        instance = f"bench-{uuid4().hex[:8]}"
        async with self.ground.bus("streams") as bus, self.ground.database() as db, AsyncExitStack() as stack:
            process = await stack.enter_async_context(ledger_rate.ledger(self.ground, instance, {}))
            began = await ledger_rate.until(ledger_rate.reading_by(bus, instance), process, self.ground)
            before = spent(self.ground.servers, process.pid)
            ended = await ledger_rate.until(_published(bus, db, last), process, self.ground)
            costs = spent(self.ground.servers, process.pid).since(before)
        await ledger_rate.all_applied(self.ground)
        return Run(len(commands), ended - began, costs)

    async def written(self, commands: Sequence[Said]) -> list[list[Statement]]:
        """What the ledger writes for *commands*, taken down on a twin that stands where the others do."""
        recorder = Recorder(self.taken_down)
        applier = Applier(recorder, datetime.now(UTC))
        await applier.begin()
        for batch in by(BATCH, commands):
            await applier.apply(batch)
        return recorder.batches


@asynccontextmanager
async def mixed(ground: Ground, extent: Extent) -> AsyncIterator[Mixed]:
    async with reading("ledger", ground.servers.dsn("ledger")) as pool, pool.acquire() as db:
        filled = await fill(db, extent)
    await _publish(ground, filled.events)
    async with room(ground, "taken_down") as taken_down, room(ground, "bare") as bare:
        await take_over(taken_down, "taken_down")
        await take_over(bare, "bare")
        yield Mixed(ground, filled.mix, taken_down, bare)


async def bare_rate(one: Mixed, commands: Sequence[Said]) -> float:
    """Commands a second whose rows are written, and nothing else is done."""
    batches = await one.written(commands)
    return len(commands) / await carry_out(one.bare, batches)


async def _publish(ground: Ground, events: int) -> None:
    """What was filled goes to its stream before anything is measured."""
    async with ground.bus("streams") as bus, ledger_rate.ledger(ground, "bench-publishing", {}) as process:

        async def all_there() -> bool:
            return (await stream_state(bus, EVENTS)).last_seq >= events

        await ledger_rate.until(all_there, process, ground)


def _published(bus: NatsBus, db: Any, last: dict[int, int]) -> Any:
    async def so() -> bool:
        rows = await db.fetch(_STANDING)
        if any(row["cmd_seq"] < last.get(row["id"], 0) for row in rows):
            return False
        return (await stream_state(bus, EVENTS)).last_seq >= sum(row["pos"] for row in rows)

    return so


async def _send(ground: Ground, commands: Sequence[Said]) -> dict[int, int]:
    """Put them on the stream in their order within each merchant; returns the last place of each partition."""
    last: dict[int, int] = {}
    async with ground.bus("gateway") as bus:
        sending = Commands(bus)
        for batch in by(AT_ONCE, commands):
            stored = await asyncio.gather(*(_send_one(sending, said) for said in batch))
            for said, seq in zip(batch, stored, strict=True):
                last[partition_of(said.merchant)] = max(seq, last.get(partition_of(said.merchant), 0))
    return last


async def _send_one(sending: Commands, said: Said) -> int:
    stored = await sending.send(
        said.command,
        id=said.id,
        merchant=said.merchant,
        actor=ACTOR,
        correlation=said.id,
        fingerprint=FINGERPRINT,
        keys=(said.card,) if said.card else (),
    )
    return stored.seq
