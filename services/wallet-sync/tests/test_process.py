"""``python -m wallet_sync`` as a process: ready, drained, and unwilling when it is not told what it must know."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.testing import Servers
from stampbook_messaging.queries import Queries, QueryRefused
from stampbook_messaging.streams import reconcile_streams
from wallet_sync.links import AskSaveTarget, SaveTarget

from .emulator import ISSUER, Emulator
from .stage import connect


@pytest.fixture(scope="session")
async def streams(servers: Servers) -> None:
    bus = await connect(servers, "streams")
    await reconcile_streams(bus)
    await bus.close()


@pytest.fixture
def environ(servers: Servers, emulator: Emulator) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_NATS_URL": servers.nats_url,
        "STAMPBOOK_NATS_SEED_FILE": str(servers.seed_file("wallet")),
        "STAMPBOOK_NATS_SERVER_NAME": servers.nats_server_name,
        "STAMPBOOK_DATABASE_URL": servers.dsn("wallet"),
        "STAMPBOOK_HEALTH_ADDRESS": f"127.0.0.1:{choose_ports(('health',), {})['health']}",
        "STAMPBOOK_PUBLIC_URL": "http://localhost:8080",
        "STAMPBOOK_WALLET_ACCESS": "production",
        "STAMPBOOK_WALLET_CREDENTIALS_FILE": str(emulator.credentials_file),
        "STAMPBOOK_WALLET_ISSUER_ID": ISSUER,
        "STAMPBOOK_WALLET_API_URL": emulator.url,
        "STAMPBOOK_WALLET_SAVE_URL": f"{emulator.url}/gp/v/save/",
        "STAMPBOOK_WALLET_KEYS_URL": f"{emulator.url}/gp/m/issuer/keys",
    }


@asynccontextmanager
async def started(environ: dict[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "wallet_sync", env=environ, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(environ: dict[str, str]) -> dict[str, Any]:
    address = f"http://{environ['STAMPBOOK_HEALTH_ADDRESS']}/health/ready"
    report: dict[str, Any] = {}
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            await asyncio.sleep(0.1)
            try:
                report = (await client.get(address)).json()
            except httpx.TransportError:
                continue
            if report["ok"]:
                break
    return report


@pytest.mark.usefixtures("streams", "pool")
async def test_it_becomes_ready_answers_and_drains_when_told(environ: dict[str, str], servers: Servers) -> None:
    async with started(environ) as process:
        report = await ready(environ)
        gateway = await connect(servers, "gateway")
        with pytest.raises(QueryRefused, match="link_unknown"):
            await Queries(gateway).ask("wallet", "save_target", AskSaveTarget(token="none"), SaveTarget)
        await gateway.close()
        process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert {"name": "wallet_credentials", "ok": True, "detail": ""} in report["checks"]
    events = [msgspec.json.decode(line)["event"] for line in told.splitlines()]
    assert {"service.started", "service.ended"} <= set(events)


async def test_it_names_everything_it_was_not_told_and_ends(environ: dict[str, str]) -> None:
    del environ["STAMPBOOK_WALLET_ACCESS"], environ["STAMPBOOK_WALLET_ISSUER_ID"]
    async with started(environ) as process:
        _, told = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode != 0
    assert b"STAMPBOOK_WALLET_ACCESS is missing" in told
    assert b"STAMPBOOK_WALLET_ISSUER_ID is missing" in told
