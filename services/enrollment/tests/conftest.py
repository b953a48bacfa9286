"""The given-when-then words of this folder's tests, and one real PostgreSQL with enrollment's tables."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from stampbook_cli.embedded.testing import start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool


@pytest_asyncio.fixture(scope="session")
async def enrollment_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    servers = start_servers(tmp_path_factory.mktemp("enrollment"), durable=False)
    try:
        await migrate.upgrade("enrollment", servers.dsn("enrollment"))
        yield servers.dsn("enrollment")
    finally:
        servers.stop()


@pytest_asyncio.fixture(scope="session")
async def pool(enrollment_dsn: str) -> AsyncIterator[object]:
    opened = await connect_pool(enrollment_dsn, "enrollment")
    yield opened
    await opened.close()
