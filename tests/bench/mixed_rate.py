"""The mixed load through the ledger's own process, from commands on the stream to events on the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from stampbook_cli.auditing.audit import reading
from stampbook_events.subjects import partition_of
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.commands import Commands
from stampbook_messaging.jetstream import stream_state
from tests.bench import ledger_rate, peer
from tests.bench.applying import FINGERPRINT, Applier, by
from tests.bench.costs import spent
from tests.bench.filling import Extent, fill
from tests.bench.ground import AT_ONCE, Ground
from tests.bench.ledger_rate import EVENTS, Run
from tests.bench.mix import ACTOR, Mix, Said
from tests.bench.mixed_bare import MixedBareLoop, Written
from tests.bench.pairs import Pairs
from tests.bench.replaying import Recorder, carry_out
from tests.bench.rooms import room, take_over

BATCH = 256
"""Commands of a transaction: what a worker takes at most, and takes under load."""
MIXED = "ledger: mixed load beside a plain loop, 1/s"
ROWS = "ledger: mixed load beside its rows alone, 1/s"
PEER = "ledger: events beside eventsourcing, 1/s"
_TWINS = ("taken_down", "bare", "looped")
_PEER_SHARE = 8
"""The peer gets an eighth of the events: it would take most of the time."""
_STANDING = "SELECT id, pos, cmd_seq FROM partition"


@dataclass(frozen=True, slots=True)
class Mixed:
    """A ledger with cards in it; *taken_down*, *bare* and *looped* are connections to twins of it."""

    ground: Ground
    mix: Mix
    taken_down: Any
    bare: Any
    looped: Any

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

    async def round(self, count: int) -> Round:
        commands = list(self.mix.commands(count))
        return Round(commands, await self.written(commands))

    async def written(self, commands: Sequence[Said]) -> list[Written]:
        """What the ledger writes for *commands*, taken down on a twin that stands where the others do."""
        recorder = Recorder(self.taken_down)
        applier = Applier(recorder, datetime.now(UTC))
        await applier.begin()
        batches = [[applier.item(said) for said in batch] for batch in by(BATCH, commands)]
        for items in batches:
            await applier.apply_items(items)
        return [Written(items, statements) for items, statements in zip(batches, recorder.batches, strict=True)]


@asynccontextmanager
async def mixed(ground: Ground, extent: Extent) -> AsyncIterator[Mixed]:
    async with reading("ledger", ground.servers.dsn("ledger")) as pool, pool.acquire() as db:
        filled = await fill(db, extent)
    await _publish(ground, filled.events)
    async with AsyncExitStack() as stack:
        twins = [await stack.enter_async_context(room(ground, name)) for name in _TWINS]
        for twin, name in zip(twins, _TWINS, strict=True):
            await take_over(twin, name)
        yield Mixed(ground, filled.mix, *twins)


class Round(NamedTuple):
    """Commands of one pair, and what is written for them."""

    commands: list[Said]
    written: list[Written]


async def measure(one: Mixed, count: int, pairs: int) -> list[Pairs]:
    """By turns, each pair the same commands: the ledger, its rows alone, a plain loop around them, the peer.

    A first, shorter round warms all and is not counted.
    """
    loop = MixedBareLoop(one.ground, one.looped)
    taken: dict[str, list[float]] = {"ours": [], "events": [], "rows": [], "loop": [], "peer": []}

    async def ours(of: Round) -> None:
        run = await one.run(of.commands)
        taken["ours"].append(run.rate)
        taken["events"].append(run.rate * sum(len(each.events) for each in of.written) / run.commands)

    async def rows(of: Round) -> None:
        seconds = await carry_out(one.bare, [each.statements for each in of.written])
        taken["rows"].append(len(of.commands) / seconds)

    async def looped(of: Round) -> None:
        taken["loop"].append(await loop.rate(of.written))

    async def beside(of: Round) -> None:
        told = [row for each in of.written for row in each.events]
        taken["peer"].append(await peer.rate(one.ground, peer.saves(told[: count // _PEER_SHARE])))

    sides = [ours, rows, looped, beside]
    for number in range(pairs + 1):
        of = await one.round(count if number else count // 4)
        for side in sides if number % 2 else reversed(sides):
            await side(of)
    measured = {name: tuple(each[1:]) for name, each in taken.items()}
    return [
        Pairs(MIXED, measured["ours"], measured["loop"]),
        Pairs(ROWS, measured["ours"], measured["rows"]),
        Pairs(PEER, measured["events"], measured["peer"]),
    ]


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
