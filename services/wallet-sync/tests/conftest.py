"""One PostgreSQL, one nats-server and one wallet emulator for all tests of the wallet sync."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import database, migrate

from .emulator import Emulator, start_emulator, stop_emulator
from .stage import Enrollment, Stage, asking, set_up


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("servers"), durable=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
async def pool(servers: Servers) -> AsyncIterator[Any]:
    await migrate.upgrade("wallet_sync", servers.dsn("wallet"))
    pool = await database.connect_pool(servers.dsn("wallet"), "wallet")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
async def running_emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulator]:
    emulator = start_emulator(tmp_path_factory.mktemp("emulator"))
    yield emulator
    assert await stop_emulator(emulator) == 0


@pytest.fixture
async def emulator(running_emulator: Emulator) -> Emulator:
    """The running emulator, without faults."""
    await running_emulator.fault()
    return running_emulator


@pytest.fixture
async def stage(pool: Any, servers: Servers, emulator: Emulator) -> AsyncIterator[Stage]:
    enrollment = Enrollment()
    await pool.execute("DELETE FROM delivery")
    async with asking(servers, enrollment) as queries:
        stage = await set_up(pool, queries, enrollment, emulator)
        yield stage
        await stage.channel.wallet.client.aclose()
