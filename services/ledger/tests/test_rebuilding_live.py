"""While a rebuild takes place commands flow and readers read: none of them misses anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from ledger import testing as rules
from ledger.queries.cards import CardQueries
from ledger.queries.questions import AskCard
from ledger.rebuilding import shadow
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.rebuild import rebuild
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events.ledger import EarnPoints
from stampbook_messaging import migrate
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.database import connect_pool

from .books import Books
from .rebuilding import rows


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("live"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture
async def dsn(own_servers: Servers) -> str:
    await migrate.upgrade("ledger", own_servers.dsn("ledger"))
    async with connected(own_servers.dsn()) as owner:
        await shadow.furnish(owner)
    return own_servers.dsn("ledger")


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Any]:
    opened = await connect_pool(dsn, "ledger")
    yield opened
    await opened.close()


class Buying:
    """Buys for ten points again and again, and reads in between: what was bought is always there."""

    def __init__(self, pool: Any) -> None:
        self.pool, self.books, self.queries = pool, Books(pool), CardQueries(pool, SystemClock())
        self.bought, self.read, self.slowest, self.stopping = 0, 0, 0.0, False

    async def open(self) -> None:
        await self.books.write(self.books.opening())

    async def buy(self) -> None:
        bought = EarnPoints(card_id=self.books.card, store_id=rules.FASHIONHUB, amount_minor=500, currency="EUR")
        while not self.stopping:
            async with self.pool.acquire() as db:
                await self.books.apply(db, [self.books.item(bought)])
            self.bought += 1

    async def look(self) -> None:
        asked = AskCard(merchant=self.books.merchant, card_id=self.books.card)
        loop = asyncio.get_running_loop()
        while not self.stopping:
            at_least, began = 50 + 10 * self.bought, loop.time()
            assert (await self.queries.card(asked)).balance >= at_least
            self.read, self.slowest = self.read + 1, max(self.slowest, loop.time() - began)
            await asyncio.sleep(0.01)  # The rebuild turns in the same loop; no shop asks as fast as that can.


async def test_no_command_and_no_read_is_lost(pool: Any, dsn: str) -> None:
    buying = Buying(pool)
    await buying.open()
    async with asyncio.TaskGroup() as tasks:
        for work in (buying.buy, buying.look, buying.look):
            tasks.create_task(work())
        await asyncio.sleep(0.5)
        done = [await rebuild(dsn, lanes=lanes) for lanes in (1, 2)]
        buying.stopping = True
    assert [set(one.differing.values()) for one in done if one.differing is not None] == [{0}, {0}]
    assert max(one.workers_waited_seconds for one in done) < 2
    assert buying.slowest < 2
    assert min(buying.bought, buying.read) > 20


async def test_a_reader_of_an_older_state_is_waited_for(pool: Any, dsn: str) -> None:
    """The whole time it sees one state, which the new tables do not have."""
    buying = Buying(pool)
    await buying.open()
    async with connected(dsn) as reader:
        looking = reader.transaction(isolation="repeatable_read", readonly=True)
        await looking.start()
        counted = await reader.fetchval("SELECT count(*) FROM event WHERE merchant = $1", buying.books.merchant)
        rebuilding = asyncio.create_task(rebuild(dsn, lanes=1))
        await asyncio.sleep(2)
        assert not rebuilding.done()
        version = await reader.fetchval("SELECT version FROM card WHERE merchant = $1", buying.books.merchant)
        assert version + 1 == counted  # its program's one besides
        await looking.rollback()
    before = await rows(pool)
    await rebuilding
    assert await rows(pool) == before
