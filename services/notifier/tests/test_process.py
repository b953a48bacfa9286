"""``python -m notifier`` as a process: ready, drained, and unwilling when it is not told what it must know."""

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from other_services import connect

from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.testing import Servers
from stampbook_messaging.streams import COMMAND_MEBIBYTES, EVENT_MEBIBYTES, declared, reconcile_streams


@pytest.fixture(scope="session")
async def streams(servers: Servers) -> None:
    bus = await connect(servers, "streams")
    await reconcile_streams(bus, declared(COMMAND_MEBIBYTES, EVENT_MEBIBYTES))
    await bus.close()


@pytest.fixture
def environ(servers: Servers, tmp_path: Path) -> dict[str, str]:
    keyring = tmp_path / "keyring.json"
    key = base64.b64encode(b"k" * 32).decode()
    keyring.write_bytes(msgspec.json.encode({"kek": {"k1": key}, "current": "k1", "index": key}))
    keyring.chmod(0o600)
    return {
        "PATH": os.environ["PATH"],
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_NATS_URL": servers.nats_url,
        "STAMPBOOK_NATS_SEED_FILE": str(servers.seed_file("notifier")),
        "STAMPBOOK_NATS_SERVER_NAME": servers.nats_server_name,
        "STAMPBOOK_DATABASE_URL": servers.dsn("notifier"),
        "STAMPBOOK_HEALTH_ADDRESS": f"127.0.0.1:{choose_ports(('health',), {})['health']}",
        "STAMPBOOK_PUBLIC_URL": "http://localhost:8080",
        "STAMPBOOK_KEYRING_FILE": str(keyring),
        "STAMPBOOK_SMTP_HOST": "127.0.0.1",
        "STAMPBOOK_SMTP_PORT": "2525",
        "STAMPBOOK_SMTP_MODE": "none",
        "STAMPBOOK_SMTP_FROM_ADDRESS": "cards@stampbook.lu",
    }


@asynccontextmanager
async def started(environ: dict[str, str]) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "notifier", env=environ, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(environ: dict[str, str]) -> dict[str, Any]:
    address = f"http://{environ['STAMPBOOK_HEALTH_ADDRESS']}/health/ready"
    report: dict[str, Any] = {}
    async with httpx.AsyncClient() as client:
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
async def test_it_becomes_ready_without_a_mail_server_and_drains_when_told(environ: dict[str, str]) -> None:
    async with started(environ) as process:
        assert (await ready(environ))["ok"]
        process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    events = [msgspec.json.decode(line)["event"] for line in told.splitlines()]
    assert {"mail_server.in_force", "service.started", "service.ended"} <= set(events)
    assert b"host:environment" in told
    assert b"reply_to:default" in told


async def test_it_names_everything_it_was_not_told_and_ends(environ: dict[str, str]) -> None:
    del environ["STAMPBOOK_SMTP_HOST"], environ["STAMPBOOK_SMTP_FROM_ADDRESS"]
    async with started(environ) as process:
        _, told = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode != 0
    assert b"STAMPBOOK_SMTP_FROM_ADDRESS is missing" in told
    assert b"STAMPBOOK_SMTP_HOST is missing" in told
