"""One real PostgreSQL with the ledger's tables, and one nats-server, for this folder's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("ledger"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="session")
async def ledger_dsn(servers: Servers) -> str:
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    return servers.dsn("ledger")


@pytest_asyncio.fixture(scope="session")
async def pool(ledger_dsn: str) -> AsyncIterator[object]:
    opened = await connect_pool(ledger_dsn, "ledger")
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session")
async def patient_pool(ledger_dsn: str) -> AsyncIterator[object]:
    """For transactions that are never meant to end well, however long they take."""
    opened = await connect_pool(ledger_dsn, "ledger", size=2, transaction_seconds=100)
    yield opened
    await opened.close()
