"""The bench's filled ledger: what was copied is what the ledger would have written, and can be gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from ledger.checks import check_ledger
from stampbook_cli.embedded.testing import start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool
from stampbook_messaging.log_checks import Check, check_effects, check_log
from tests.bench.applying import Applier
from tests.bench.filling import Extent, Filled, fill

EXTENT = Extent(events=4_000, cards=120, merchants=8)


class Ledger(NamedTuple):
    pool: Any
    filled: Filled


@pytest_asyncio.fixture(scope="module")
async def ledger(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ledger]:
    servers = start_servers(tmp_path_factory.mktemp("filled"), durable=False)
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    pool = await connect_pool(servers.dsn("ledger"), "ledger", transaction_seconds=100)
    async with pool.acquire() as db:
        filled = await fill(db, EXTENT)
    yield Ledger(pool, filled)
    await pool.close()
    servers.stop()


async def found(pool: Any) -> list[Check]:
    async with pool.acquire() as db:
        checks = [*await check_log(pool, "ledger"), await check_effects(pool, "ledger"), *await check_ledger(db)]
    assert checks[0].counted >= EXTENT.events * 0.95
    return [check for check in checks if not check.ok]


async def test_every_check_of_the_audit_agrees_with_what_was_copied(ledger: Ledger) -> None:
    assert await found(ledger.pool) == []


async def test_there_are_as_many_events_and_cards_as_were_asked_for(ledger: Ledger) -> None:
    events, cards = [await ledger.pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("event", "card")]
    assert (events, cards) == (ledger.filled.events, EXTENT.cards)
    assert events == pytest.approx(EXTENT.events, rel=0.05)


async def test_copied_cards_go_on_like_any_others(ledger: Ledger) -> None:
    mix = ledger.filled.mix
    mix.aged = 100
    async with ledger.pool.acquire() as db:
        applier = Applier(db, datetime.now(UTC))
        await applier.begin()
        await applier.apply(list(mix.commands(500)))
    assert applier.events >= 500
    assert await found(ledger.pool) == []
