"""The projections built again from the log are, row by row, what the commands wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from ledger.rebuilding import shadow
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.rebuild import rebuild
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool

from .rebuilding import Teller, empty, rows
from .stories import story_of


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A log of its own: a rebuild is of a whole ledger."""
    running = start_servers(tmp_path_factory.mktemp("rebuilding"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="module")
async def dsn(own_servers: Servers) -> str:
    await migrate.upgrade("ledger", own_servers.dsn("ledger"))
    async with connected(own_servers.dsn()) as owner:
        await shadow.furnish(owner)
    return own_servers.dsn("ledger")


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Any]:
    opened = await connect_pool(dsn, "ledger")
    await empty(opened)
    yield opened
    await opened.close()


@pytest.mark.parametrize("seed", range(12))
async def test_what_is_rebuilt_is_what_was_written(pool: Any, dsn: str, seed: int) -> None:
    await Teller(story_of(seed, 300)).tell(pool)
    before = await rows(pool)
    rebuilt = await rebuild(dsn, lanes=1)
    assert await rows(pool) == before
    assert rebuilt.differing is not None
    assert set(rebuilt.differing.values()) == {0}
