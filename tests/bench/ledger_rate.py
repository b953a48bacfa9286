"""Commands on the stream to events on the stream: the ledger's own process, as a launcher starts it."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from stampbook_cli.embedded.ports import LOOPBACK, choose_ports
from stampbook_cli.embedded.process import end, python_command, spawn, tail
from stampbook_cli.embedded.services import inherited
from stampbook_events.subjects import command_stream, event_stream
from stampbook_messaging.bus import Bus
from stampbook_messaging.jetstream import message_at, stream_state
from tests.bench.costs import Costs, spent
from tests.bench.ground import STORE, Card, Ground, earnings, make_cards, openings, programs, send_all

COMMANDS, EVENTS = command_stream("ledger"), event_stream("ledger")
_LOOK_SECONDS = 0.005
_PATIENCE_SECONDS = 300.0
_STORE_ROW = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, version)
VALUES ($1, $2, $3, 'Europe/Luxembourg', 'EUR', 'live', 1)
"""
_NOT_APPLIED = "SELECT status, coalesce(code, '') AS code, count(*) FROM inbox WHERE status <> 'applied' GROUP BY 1, 2"
_EARNED = """
SELECT round(avg(length(e.body)))::int AS event, round(avg(length(i.result)))::int AS result
FROM event e JOIN inbox i USING (command_id) WHERE e.type = 'ledger.points_earned.v1'
"""


class NotMeasured(RuntimeError):
    """What was to be measured did not happen: a number would mean nothing."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of what the ledger reads and writes for one purchase, so that the bare loop moves as many."""

    command: int
    event: int
    result: int


async def prepare(ground: Ground) -> list[Card]:
    """Merchants, programs and cards, opened by the ledger itself."""
    cards = make_cards()
    async with ground.database() as db:
        for merchant, program in sorted({(card.merchant, card.program) for card in cards}):
            await db.execute(_STORE_ROW, merchant, STORE, program)
        wanted = programs(cards) + openings(cards)
        await send_all(ground, wanted)

        async def all_open() -> bool:
            return bool(await db.fetchval("SELECT count(*) FROM inbox") == len(wanted))

        async with ledger(ground, "bench", {}) as process:
            await until(all_open, process, ground)
    return cards


@dataclass(frozen=True, slots=True)
class Run:
    """What *commands* commands took, by the clock and by everybody's processor time."""

    commands: int
    seconds: float
    costs: Costs

    @property
    def rate(self) -> float:
        return self.commands / self.seconds


async def rate(ground: Ground, buyers: Sequence[Card]) -> float:
    """Commands a second."""
    return (await run(ground, buyers)).rate


async def run(
    ground: Ground,
    buyers: Sequence[Card],
    *,
    settings: Mapping[str, str] | None = None,
    traced_every: int | None = None,
    processes: int = 1,
) -> Run:
    """From the first partition that a ledger opens until the last event is on the stream."""
    await send_all(ground, earnings(buyers), traced_every=traced_every)
    instance = f"bench-{uuid4().hex[:8]}"
    async with ground.bus("streams") as bus:
        before = (await stream_state(bus, EVENTS)).last_seq

        async def done() -> bool:
            return (await stream_state(bus, EVENTS)).last_seq >= before + len(buyers)

        async with AsyncExitStack() as stack:
            started = [
                await stack.enter_async_context(ledger(ground, f"{instance}-{number}", settings or {}))
                for number in range(processes)
            ]
            began = await until(reading_by(bus, instance), started[0], ground)
            before_it = spent(ground.servers, started[0].pid)
            seconds = await until(done, started[0], ground) - began
            costs = spent(ground.servers, started[0].pid).since(before_it)
    await all_applied(ground)
    return Run(len(buyers), seconds, costs)


async def sizes(ground: Ground) -> Sizes:
    async with ground.bus("operator") as bus, ground.database() as db:
        command = await message_at(bus, COMMANDS, (await stream_state(bus, COMMANDS)).last_seq)
        earned = await db.fetchrow(_EARNED)
    if command is None or earned["event"] is None:
        raise NotMeasured("the ledger has recorded no purchase whose size could be taken")
    return Sizes(len(command.data), earned["event"], earned["result"])


async def all_applied(ground: Ground) -> None:
    """A refusal is cheaper than a purchase; none may be among what was measured."""
    async with ground.database() as db:
        others = [tuple(row) for row in await db.fetch(_NOT_APPLIED)]
    if others:
        raise NotMeasured(f"not every command was applied: {others}")


@asynccontextmanager
async def ledger(ground: Ground, instance: str, settings: Mapping[str, str]) -> AsyncIterator[subprocess.Popen[bytes]]:
    servers = ground.servers
    health = choose_ports(("health",), {})["health"]
    environment = {
        **inherited(),
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_NATS_URL": servers.nats_url,
        "STAMPBOOK_NATS_SEED_FILE": str(servers.seed_file("ledger")),
        "STAMPBOOK_NATS_SERVER_NAME": servers.nats_server_name,
        "STAMPBOOK_DATABASE_URL": servers.dsn("ledger"),
        "STAMPBOOK_HEALTH_ADDRESS": f"{LOOPBACK}:{health}",
        "STAMPBOOK_PUBLIC_URL": "http://localhost",
        "STAMPBOOK_INSTANCE": instance,
        **settings,
    }
    process = spawn(python_command("ledger"), log=_log(ground), environment=environment)
    try:
        yield process
    finally:
        await asyncio.to_thread(end, process)


def _log(ground: Ground) -> Path:
    return ground.folder / "ledger.log"


async def until(so: Callable[[], Awaitable[bool]], process: subprocess.Popen[bytes], ground: Ground) -> float:
    """The moment at which it is *so*; seldom enough asked to cost nothing beside the work."""
    deadline = time.perf_counter() + _PATIENCE_SECONDS
    while not await so():
        if process.poll() is not None or time.perf_counter() > deadline:
            raise NotMeasured(f"the ledger did not do its work:\n{tail(_log(ground))}")
        await asyncio.sleep(_LOOK_SECONDS)
    return time.perf_counter()


def reading_by(bus: Bus, instance: str) -> Callable[[], Awaitable[bool]]:
    """Whether a process of that name has opened a partition."""

    async def begun() -> bool:
        return any(name.startswith(instance) for name in await _readers(bus))

    return begun


async def _readers(bus: Bus) -> list[str]:
    """Those of an earlier process may still be there for a while: the name tells whose they are."""
    reply = await bus.request(f"$JS.API.CONSUMER.NAMES.{COMMANDS}", b"{}")
    answer: dict[str, Any] = msgspec.json.decode(reply.data)
    return list(answer["consumers"] or [])
