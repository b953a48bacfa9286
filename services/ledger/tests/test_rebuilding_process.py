"""A running ``python -m ledger`` goes on over a rebuild without a restart: the same statements, the new tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger import testing as rules
from ledger.queries.questions import AskCard
from ledger.queries.views import CardView
from ledger.rebuilding import shadow
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.rebuild import rebuild
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import ids
from stampbook_messaging import migrate
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.queries import Queries
from stampbook_messaging.streams import reconcile_streams

from .books import Books
from .test_process import carried_out, connect, environ_of, ready, started, statuses


@pytest.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[Servers]:
    servers = start_servers(tmp_path, durable=False)
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    async with connected(servers.dsn()) as owner:
        await shadow.furnish(owner)
    bus = await connect(servers, "streams")
    await reconcile_streams(bus)
    await bus.close()
    yield servers
    servers.stop()


async def know_the_store(servers: Servers, merchant: UUID) -> None:
    async with connected(servers.dsn("ledger")) as db:
        await Books(db, merchant).open(db)


async def looking(bus: NatsBus, merchant: UUID, versions: list[int]) -> None:
    """Until it is cancelled; a card that cannot be found would end it with a refusal."""
    asked = AskCard(merchant=merchant, card_id=ids.card_id(rules.ANNA, rules.FG))
    while True:
        found = await Queries(bus).ask("ledger", "card", asked, CardView)
        versions.append(found.version)
        await asyncio.sleep(0.01)


async def test_a_running_service_goes_on_without_a_restart(own_servers: Servers) -> None:
    merchant, environ, versions = uuid4(), environ_of(own_servers), list[int]()
    await know_the_store(own_servers, merchant)
    async with started(environ) as process:
        assert await ready(environ)
        bus = await connect(own_servers, "gateway")
        answers: list[Any] = [*await carried_out(bus, merchant, rules.publish(), rules.open_card(), rules.earn(500))]
        looker = asyncio.create_task(looking(bus, merchant, versions))
        for n in range(3):
            done = await rebuild(own_servers.dsn("ledger"), lanes=1)
            assert set((done.differing or {"lost": 1}).values()) == {0}
            answers += await carried_out(bus, merchant, rules.earn(500, f"R-{n}"))
        assert not looker.done()
        looker.cancel()
        assert process.returncode is None
        await bus.close()
    assert statuses(answers) == [("applied", None)] * 6
    assert versions == sorted(versions)
    assert len(versions) > 10
