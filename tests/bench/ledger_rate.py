"""Commands on the stream to events on the stream: the ledger as it is wired for service."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from ledger.commands import LedgerCommands
from ledger.consumer import EnrollmentEvents
from stampbook_events.ledger import EarnPoints, OpenCard
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.commands import Commands
from stampbook_messaging.database import connect_pool
from stampbook_messaging.failpoints import NONE
from stampbook_messaging.queries import Queries
from stampbook_messaging.rooms import Rooms
from stampbook_messaging.service import Runtime, Service
from stampbook_messaging.settings import MessagingSettings
from tests.bench.ground import Card, Ground, cards, programs, send

AT_ONCE = 500
STORE = uuid4()
_STORE_ROW = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, version)
VALUES ($1, $2, $3, 'Europe/Luxembourg', 'EUR', 'live', 1)
"""


async def prepare(ground: Ground) -> list[Card]:
    """Merchants, programs and cards, opened by the ledger itself."""
    made = cards()
    gateway = await ground.bus("gateway")
    async with _pool(ground) as pool:
        for merchant, program in sorted({(card.merchant, card.program) for card in made}):
            await pool.execute(_STORE_ROW, merchant, STORE, program)
    commands = Commands(gateway)
    for merchant, command in programs(made):
        await send(commands, command, merchant)
    await _send_all(commands, [(card.merchant, _opening(n, card)) for n, card in enumerate(made)])
    await gateway.close()
    await drained(ground)
    return made


async def rate(ground: Ground, made: list[Card], count: int) -> float:
    """Commands a second, from the start of the ledger's parts until the last event is on the stream."""
    gateway = await ground.bus("gateway")
    picked = random.Random(count).choices(made, k=count)
    await _send_all(Commands(gateway), [(card.merchant, _earning(card)) for card in picked])
    await gateway.close()
    return count / await drained(ground)


async def drained(ground: Ground) -> float:
    """Let the ledger work until the command stream is empty and everything is relayed; the seconds it took."""
    bus = await ground.bus("ledger")
    async with _pool(ground) as pool:
        rooms = Rooms.furnish(
            _runtime(ground, bus, pool),
            Service(package="ledger", deciding=LedgerCommands(), reacting=EnrollmentEvents()),
        )
        # Enrollment is not part of this: only the worker, the relay and the keeper run.
        rooms.consumers.clear()
        rooms.keeper.sources = []
        began = time.perf_counter()
        parts = rooms.start()
        await _until_done(rooms, pool, parts)
        seconds = time.perf_counter() - began
        await rooms.drain(parts)
    await bus.close()
    return seconds


async def _until_done(rooms: Rooms, pool: Any, parts: dict[str, asyncio.Task[None]]) -> None:
    assert rooms.worker is not None
    while True:
        for task in parts.values():
            if task.done():
                task.result()
        waiting = sum(rooms.worker.intake.lag().values())
        if rooms.keeper.opened_once and not waiting:
            logged = [row["pos"] for row in await pool.fetch("SELECT pos FROM partition ORDER BY id")]
            if logged == rooms.relay.positions and not sum(rooms.worker.intake.lag().values()):
                return
        await asyncio.sleep(0.01)


def _runtime(ground: Ground, bus: Any, pool: Any) -> Runtime:
    servers = ground.servers
    settings = MessagingSettings(
        token="ledger",
        nats_url=servers.nats_url,
        nats_seed_file=servers.seed_file("ledger"),
        nats_server_name=servers.nats_server_name,
        database_url=servers.dsn("ledger"),
        health_address=("127.0.0.1", 0),
        traces_file=None,
        log_level="error",
        instance=f"bench-{uuid4().hex[:8]}",
        public_url="http://localhost",
        embedded=True,
        failpoints=NONE,
    )
    return Runtime(
        settings=settings,
        clock=SystemClock(),
        failpoints=NONE,
        bus=bus,
        pool=pool,
        queries=Queries(bus),
        commands=Commands(bus),
        alarms=Alarms(pool),
    )


@asynccontextmanager
async def _pool(ground: Ground) -> AsyncIterator[Any]:
    pool = await connect_pool(ground.servers.dsn("ledger"), "ledger")
    try:
        yield pool
    finally:
        await pool.close()


async def _send_all(commands: Commands, wanted: list[tuple[UUID, object]]) -> None:
    for start in range(0, len(wanted), AT_ONCE):
        batch = wanted[start : start + AT_ONCE]
        await asyncio.gather(*(send(commands, command, merchant) for merchant, command in batch))


def _opening(number: int, card: Card) -> OpenCard:
    return OpenCard(
        customer_id=card.customer,
        program_id=card.program,
        store_id=STORE,
        card_number=f"{number:016d}",
        language="fr",
        test=True,
    )


def _earning(card: Card) -> EarnPoints:
    return EarnPoints(card_id=card.id, store_id=STORE, amount_minor=1250, currency="EUR")
