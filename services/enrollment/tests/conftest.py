"""The given-when-then words of this folder's tests, and one real PostgreSQL with enrollment's tables."""

import base64
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from world import World

from enrollment.personal import Vault
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool
from stampbook_messaging.keyring import Keyring


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("enrollment"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="session")
async def enrollment_dsn(servers: Servers) -> str:
    await migrate.upgrade("enrollment", servers.dsn("enrollment"))
    return servers.dsn("enrollment")


@pytest_asyncio.fixture(scope="session")
async def pool(enrollment_dsn: str) -> AsyncIterator[object]:
    opened = await connect_pool(enrollment_dsn, "enrollment")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    key, index = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    path: Path = tmp_path_factory.mktemp("keyring") / "keyring.json"
    path.write_bytes(msgspec.json.encode({"kek": {"k1": key}, "current": "k1", "index": index}))
    return Vault(Keyring.from_file(path))


@pytest.fixture
async def world(pool: Any, vault: Vault) -> World:
    made = World(pool, vault)
    await made.set_up()
    return made
