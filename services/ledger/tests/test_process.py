"""``python -m ledger`` as a process of its own: a command in, the answer and the card out, and a drain when told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from ledger import testing as rules
from ledger.queries.questions import AskCard
from ledger.queries.views import CardView
from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import Actor, ids
from stampbook_messaging import migrate
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.commands import Answers, Commands
from stampbook_messaging.database import connect_pool
from stampbook_messaging.messages import Answer
from stampbook_messaging.queries import Queries
from stampbook_messaging.streams import reconcile_streams

from .books import Books

GATEWAY = "gateway-test"
CLERK = Actor(kind="staff", id="clerk-7", store=rules.FASHIONHUB)


@pytest.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[Servers]:
    """A log of its own: the other tests write into theirs what no command stream ever held."""
    servers = start_servers(tmp_path, durable=False)
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    bus = await connect(servers, "streams")
    await reconcile_streams(bus)
    await bus.close()
    yield servers
    servers.stop()


def environ_of(servers: Servers) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_NATS_URL": servers.nats_url,
        "STAMPBOOK_NATS_SEED_FILE": str(servers.seed_file("ledger")),
        "STAMPBOOK_NATS_SERVER_NAME": servers.nats_server_name,
        "STAMPBOOK_DATABASE_URL": servers.dsn("ledger"),
        "STAMPBOOK_HEALTH_ADDRESS": f"127.0.0.1:{choose_ports(('health',), {})['health']}",
        "STAMPBOOK_PUBLIC_URL": "http://localhost:8080",
    }


@asynccontextmanager
async def started(environ: dict[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "ledger", env=environ, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(environ: dict[str, str]) -> bool:
    """Whether it became ready within half a minute; before that its queries may not be answered yet."""
    address = f"http://{environ['STAMPBOOK_HEALTH_ADDRESS']}/health/ready"
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            await asyncio.sleep(0.1)
            try:
                if (await client.get(address)).is_success:
                    return True
            except httpx.TransportError:
                continue
    return False


async def connect(servers: Servers, identity: str) -> NatsBus:
    return await NatsBus.connect(
        servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


async def know_the_store(servers: Servers, merchant: UUID) -> None:
    """Enrollment told of it before anybody could join there."""
    pool = await connect_pool(servers.dsn("ledger"), "ledger")
    async with pool.acquire() as db:
        books = Books(pool)
        books.merchant = merchant
        await books.open(db)
    await pool.close()


async def carried_out(bus: NatsBus, merchant: UUID, *commands: msgspec.Struct) -> list[Answer | None]:
    """Send each command as the gateway does, and wait for its answer."""
    answers = Answers(bus, Queries(bus), GATEWAY)
    await answers.start()
    found = []
    for command in commands:
        command_id = uuid4()
        expected = answers.expect(command_id)
        await Commands(bus).send(
            command,
            id=command_id,
            merchant=merchant,
            actor=CLERK,
            correlation=uuid4(),
            fingerprint=b"f" * 16,
            answer_to=GATEWAY,
        )
        found.append(await answers.wait(expected, 20))
    return found


def statuses(answers: list[Answer | None]) -> list[Any]:
    return [(answer.status, answer.code) for answer in answers if answer is not None]


async def test_it_answers_commands_and_queries_and_drains_when_told(own_servers: Servers) -> None:
    merchant, card = uuid4(), ids.card_id(rules.ANNA, rules.FG)
    environ = environ_of(own_servers)
    await know_the_store(own_servers, merchant)
    async with started(environ) as process:
        assert await ready(environ)
        bus = await connect(own_servers, "gateway")
        commands = [rules.publish(), rules.open_card(), rules.open_card()]
        assert statuses(await carried_out(bus, merchant, *commands)) == [
            ("applied", None),
            ("applied", None),
            ("refused", "card_exists"),
        ]
        found = await Queries(bus).ask("ledger", "card", AskCard(merchant=merchant, card_id=card), CardView)
        await bus.close()
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 20)
    assert (found.balance, found.version, process.returncode) == (50, 3, 0)


async def test_it_names_everything_it_was_not_told_and_ends(servers: Servers) -> None:
    environ = environ_of(servers)
    del environ["STAMPBOOK_DATABASE_URL"], environ["STAMPBOOK_NATS_URL"]
    async with started(environ) as process:
        _, told = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode != 0
    assert b"STAMPBOOK_DATABASE_URL is missing" in told
    assert b"STAMPBOOK_NATS_URL is missing" in told
