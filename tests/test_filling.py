"""The bench's filled ledgers: what was copied is what the ledger would have written, and can be gone on with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from ledger.checks import check_ledger
from stampbook_cli.auditing.audit import reading
from stampbook_messaging.log_checks import Check, check_effects, check_log
from tests.bench.applying import Applier
from tests.bench.crowds import PATTERN, Crowd, gather
from tests.bench.filling import Extent, Filled, fill
from tests.bench.ground import Ground, ground

EXTENT = Extent(events=4_000, cards=120, merchants=8)


class Ledger(NamedTuple):
    ground: Ground
    pool: Any
    filled: Filled


@pytest_asyncio.fixture(scope="module")
async def ledger(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ledger]:
    async with (
        ground(tmp_path_factory.mktemp("filled")) as under,
        reading("ledger", under.servers.dsn("ledger")) as pool,
    ):
        async with pool.acquire() as db:
            filled = await fill(db, EXTENT)
        yield Ledger(under, pool, filled)


async def found(pool: Any, least: float) -> list[Check]:
    """What the audit would find wrong, in a log of at *least* so many events."""
    checks = [*await check_log(pool, "ledger"), await check_effects(pool, "ledger")]
    async with pool.acquire() as db:
        checks += await check_ledger(db)
    assert checks[0].counted >= least
    return [check for check in checks if not check.ok]


async def test_every_check_of_the_audit_agrees_with_what_was_copied(ledger: Ledger) -> None:
    assert await found(ledger.pool, EXTENT.events * 0.95) == []


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
    assert await found(ledger.pool, ledger.filled.events + 500) == []


async def test_a_crowd_of_one_merchant_is_what_its_ledger_would_have_written(ledger: Ledger) -> None:
    async with ledger.pool.acquire() as db:
        mix = await gather(db, 4 * PATTERN, lambda _: None)
        await Crowd("ledger", db, mix).microseconds(256)
    assert len(mix.holders) == 4 * PATTERN
    assert await found(ledger.pool, ledger.filled.events + 8 * PATTERN) == []
