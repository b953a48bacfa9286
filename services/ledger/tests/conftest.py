"""One real PostgreSQL with the ledger's tables for this folder's tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from stampbook_cli.embedded.testing import start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool


@pytest_asyncio.fixture(scope="session")
async def ledger_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    servers = start_servers(tmp_path_factory.mktemp("ledger"), durable=False)
    try:
        await migrate.upgrade("ledger", servers.dsn("ledger"))
        yield servers.dsn("ledger")
    finally:
        servers.stop()


@pytest_asyncio.fixture(scope="session")
async def pool(ledger_dsn: str) -> AsyncIterator[object]:
    opened = await connect_pool(ledger_dsn, "ledger")
    yield opened
    await opened.close()
