"""Who waits for a partition's row sees what was written meanwhile, though lock and look are one statement."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from counter_house import TILL, merchant_in, until
from counter_items import apply, command_item
from counter_service import earn, earned
from counter_works import Works

from stampbook_messaging import log_checks
from stampbook_messaging.batch import OutOfPlace
from stampbook_messaging.event_store import SMALL, OutcomeFact, append_outcomes

MERCHANT = merchant_in(5)


@pytest.fixture
async def holding(works: Works) -> Works:
    await works.leases.beat()
    return works


def outcome(card: UUID) -> OutcomeFact:
    about = {"correlation": uuid4(), "causation": uuid4(), "actor": TILL}
    return OutcomeFact(event_id=uuid4(), merchant=MERCHANT, aggregate=card, event=earned(card, 1, 1), **about)  # type: ignore[arg-type]


async def appended(works: Works, card: UUID) -> None:
    async with works.house.db.acquire() as db, db.transaction():
        await append_outcomes(db, [outcome(card)])


async def held_up(works: Works, doing: Any, card: UUID) -> Any:
    """Begin *doing* while an outcome on *card* is written and not committed; let go when it waits."""
    async with works.house.db.acquire() as db, db.transaction():
        await append_outcomes(db, [outcome(card)])
        task = asyncio.create_task(doing)
        await until(lambda: waits(works))
    return await task


async def waits(works: Works) -> bool:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
    return bool(await works.house.db.fetchval(statement))


async def versions(works: Works, card: UUID) -> list[int]:
    rows = await works.house.db.fetch("SELECT version FROM event WHERE aggregate = $1 ORDER BY pos", card)
    return [row["version"] for row in rows]


@pytest.mark.parametrize("count", [1, SMALL + 1])
async def test_a_batch_follows_on_the_outcome_it_waited_for(holding: Works, count: int) -> None:
    card = uuid4()
    items = [command_item(seq, earn(card), merchant=MERCHANT) for seq in range(1, count + 1)]
    await held_up(holding, apply(holding, items), card)
    assert await versions(holding, card) == list(range(1, count + 2))
    assert all(not check.found for check in await log_checks.check_log(holding.house.db, "ledger"))


async def test_an_outcome_follows_on_the_outcome_it_waited_for(holding: Works) -> None:
    card = uuid4()
    await held_up(holding, appended(holding, card), card)
    assert await versions(holding, card) == [1, 2]


async def test_a_batch_that_waited_for_its_own_twin_is_not_applied_again(holding: Works) -> None:
    card = uuid4()
    holding.arm("worker.before_commit", "pause:0.5")
    item = command_item(1, earn(card), merchant=MERCHANT)
    first, second = await asyncio.gather(apply(holding, [item]), apply(holding, [item]), return_exceptions=True)
    assert {type(first), type(second)} >= {OutOfPlace}
    assert await holding.counted(card) == (100, 1)
