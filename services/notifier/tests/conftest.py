"""One PostgreSQL and one nats-server for all tests of the notifier, and a stage for those of one attempt."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import database, migrate

sys.path.append(str(Path(__file__).parent / "parts"))

from channels import mail_channel
from happenings import Shop, consume
from other_services import Others, answering
from scripted_smtp import ScriptedSmtp
from stages import Stage, contact


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("servers"), durable=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
async def pool(servers: Servers) -> AsyncIterator[Any]:
    await migrate.upgrade("notifier", servers.dsn("notifier"))
    pool = await database.connect_pool(servers.dsn("notifier"), "notifier")
    yield pool
    await pool.close()


@pytest.fixture
async def others(servers: Servers) -> Others:
    return Others(contact())


@pytest.fixture
async def stage(pool: Any, servers: Servers, others: Others) -> AsyncIterator[Stage]:
    server, shop = ScriptedSmtp(), Shop()
    async with server.running(), answering(servers, others) as queries:
        channel = mail_channel(pool, queries, server)
        await consume(pool, channel, *shop.open_for_business(), shop.enrolled(), shop.opened())
        yield Stage(shop, channel, others, server)
        await channel.provider.connections.close()
