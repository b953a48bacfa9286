"""The schedule in real processes, weeks late: killed while it works, two at once, and the cards are as if it had run in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio

from ledger import testing as rules
from ledger.checks import check_ledger
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import ids
from stampbook_events.ledger import EarnPoints, HoldReward, PublishReward, RewardTerms, RollingExpiry, Rules
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool
from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.streams import reconcile_streams

from .books import STREAM, Books, new_number
from .comparing import not_the_fold
from .test_process import connect, environ_of, ready, started

LATE = datetime.now(UTC) - timedelta(days=20)
CARDS = 150
SCARF = UUID("73636172-0000-4000-8000-000000000001")
PLACES = ("relay.after_publish", "worker.before_commit", "worker.after_commit")
# What was written beside the stream is no part of it: the worker begins at the stream's first message.
_BEGIN_THE_STREAM = "UPDATE partition SET cmd_seq = 0, cmd_id = NULL"
_DUE = """
SELECT (SELECT count(*) FROM reservation WHERE state = 'open') + (SELECT count(*) FROM lot WHERE free > 0) AS left
"""
_TOLD = (
    "SELECT type, count(*) AS times, count(DISTINCT aggregate) AS cards FROM event WHERE type = ANY($1) GROUP BY type"
)
_WHEN = "SELECT DISTINCT convert_from(body, 'UTF8')::jsonb ->> 'occurred_at' AS at FROM event WHERE type = $1"
LAPSED, EXPIRED = "ledger.reservation_lapsed.v1", "ledger.points_expired.v1"


@pytest_asyncio.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[Servers]:
    servers = start_servers(tmp_path, durable=False)
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    bus = await connect(servers, "streams")
    await reconcile_streams(bus)
    await bus.close()
    yield servers
    servers.stop()


def twenty_days_ago() -> list[msgspec.Struct]:
    """Cards with fifty points that lasted a day, and thirty of them held for two hours."""
    terms = Rules(expiry=RollingExpiry(count=1, unit="days"), warn_days=0)
    scarf = RewardTerms(program_id=rules.FG, names={"en": "Scarf"}, cost=30)
    commands: list[msgspec.Struct] = [rules.publish(rules=terms), PublishReward(reward_id=SCARF, terms=scarf)]
    for _ in range(CARDS):
        customer = uuid4()
        card_id = ids.card_id(customer, rules.FG)
        commands += [
            rules.open_card(customer, number=new_number()),
            EarnPoints(card_id=card_id, store_id=rules.FASHIONHUB, amount_minor=500, currency="EUR"),
            HoldReward(card_id=card_id, reward_id=SCARF, channel="online"),
        ]
    return commands


@pytest_asyncio.fixture
async def pool(own_servers: Servers) -> AsyncIterator[Any]:
    opened = await connect_pool(own_servers.dsn("ledger"), "ledger")
    yield opened
    await opened.close()


async def none_left(pool: Any) -> None:
    async with asyncio.timeout(100):
        while await pool.fetchval(_DUE):
            await asyncio.sleep(0.2)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_weeks_late_and_killed_again_and_again_each_piece_is_booked_once(own_servers: Servers, pool: Any) -> None:
    books = Books(pool)
    await books.write(twenty_days_ago(), recorded=LATE)
    await pool.execute(_BEGIN_THE_STREAM)
    await dies_amid_asking(own_servers)
    for place in PLACES:
        await dies(own_servers, f"{place}=kill")
    await two_at_once(own_servers, pool)
    assert await told(pool) == {LAPSED: (CARDS, CARDS), EXPIRED: (CARDS, CARDS)}
    assert [row["at"] for row in await pool.fetch(_WHEN, LAPSED)] == [
        f"{LATE + timedelta(hours=2):%Y-%m-%dT%H:%M:%S.%fZ}"
    ]
    assert await wrong(pool, books.merchant) == []
    assert await pool.fetchval("SELECT count(*) FROM card WHERE balance <> 0") == 0


async def wrong(pool: Any, merchant: UUID) -> list[str]:
    async with pool.acquire() as db:
        found = [what for check in await check_ledger(db) for what in check.found]
    return found + await not_the_fold(pool, merchant)


async def dies(servers: Servers, place: str) -> None:
    """A process of its own begins, asks for what is due and dies there."""
    async with started(environ_of(servers) | {"STAMPBOOK_FAILPOINTS": place}) as process:
        await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode


async def dies_amid_asking(servers: Servers) -> None:
    """As soon as the first of its commands are on the stream; its worker never was."""
    operator = await connect(servers, "operator")
    async with started(environ_of(servers) | {"STAMPBOOK_FAILPOINTS": "worker.after_take=pause:60"}) as process:
        async with asyncio.timeout(60):
            while (asked := (await stream_state(operator, STREAM)).last_seq) < 10:
                await asyncio.sleep(0.002)
        process.kill()
    await operator.close()
    assert asked < 2 * CARDS


async def two_at_once(servers: Servers, pool: Any) -> None:
    async with AsyncExitStack() as processes:
        environs = [environ_of(servers) for _ in range(2)]
        for environ in environs:
            await processes.enter_async_context(started(environ))
        assert all(await asyncio.gather(*map(ready, environs)))
        await none_left(pool)
        await asyncio.sleep(6)  # Another turn of either schedule.


async def told(pool: Any) -> dict[str, tuple[int, int]]:
    return {row["type"]: (row["times"], row["cards"]) for row in await pool.fetch(_TOLD, [LAPSED, EXPIRED])}
