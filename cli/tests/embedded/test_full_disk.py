"""A full disk freezes a stream until its server is started again; the watch does that, and nothing is lost."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error

from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.postgres import PostgresServer
from stampbook_cli.embedded.servers import COMPLAINTS_UNTIL_RESTART, ServerWatch

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.geteuid() != 0, reason="a small disk has to be mounted")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture
def server(small_disk: Path) -> Iterator[NatsServer]:
    ports = choose_ports(("nats", "monitoring"), {})
    one = NatsServer(small_disk / "nats", port=ports["nats"], monitoring_port=ports["monitoring"])
    one.start()
    yield one
    one.stop()


async def connected(server: NatsServer, identity: str) -> Client:
    async def note(reason: Exception) -> None:
        print(reason)

    inbox = f"_INBOX_{identity}".encode()
    return await nats.connect(server.url, nkeys_seed_str=server.seed(identity), inbox_prefix=inbox, error_cb=note)


async def fill(client: Client) -> int:
    """Publish until the server acknowledges no more; return the last acknowledged sequence."""
    last = 0
    while True:
        try:
            last = (await client.jetstream().publish("evt.ledger.pub.m.0.x", os.urandom(200_000), timeout=2)).seq
        except Error:
            return last


async def test_a_stream_frozen_by_a_full_disk_comes_back_whole(server: NatsServer, tmp_path: Path) -> None:
    ballast = tmp_path / "ballast"
    ballast.write_bytes(bytes(10 * 1024 * 1024))
    manager, ledger = await connected(server, "streams"), await connected(server, "ledger")
    await manager.jetstream().add_stream(name="EVT_ledger", subjects=["evt.ledger.>"])
    last = await fill(ledger)
    ballast.unlink()
    assert server.complaint() is not None
    told: list[str] = []
    watch = ServerWatch(PostgresServer(tmp_path / "postgres", port=1), server, told.append)
    for _ in range(COMPLAINTS_UNTIL_RESTART):
        await watch.ask()
    assert (server.complaint(), len(told)) == (None, 1)
    assert (await manager.jetstream().stream_info("EVT_ledger")).state.last_seq >= last > 0
    await asyncio.gather(manager.close(), ledger.close())
