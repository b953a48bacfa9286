"""The projections built again from the log are, row by row, what the commands wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from ledger import testing as rules
from ledger.rebuilding import shadow
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.rebuild import ALONE, AlreadyRebuilding, rebuild
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import ledger as told
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool

from .rebuilding import empty, killed, rows, tell
from .stories import COFFEE, CUSTOMERS, Story, card_of, story_of
from .thorough import first_of


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


async def put_right(pool: Any, dsn: str) -> None:
    """The live tables are what a rebuild makes of the log."""
    before = await rows(pool)
    assert set((await rebuilt(dsn)).values()) == {0}
    assert await rows(pool) == before


async def rebuilt(dsn: str, lanes: int = 1) -> Mapping[str, int]:
    differing = (await rebuild(dsn, lanes=lanes)).differing
    assert differing is not None
    return differing


@pytest.mark.parametrize("seed", first_of(range(1, 4)))
async def test_what_is_rebuilt_is_what_was_written(pool: Any, dsn: str, seed: int) -> None:
    await tell(pool, story_of(seed, 120))
    await put_right(pool, dsn)


async def test_an_empty_log_makes_empty_tables(pool: Any, dsn: str) -> None:
    await put_right(pool, dsn)
    assert set(map(len, (await rows(pool)).values())) == {0}


@pytest.mark.parametrize("seed", first_of(range(1, 4)))
async def test_what_comes_after_the_fold_is_caught_up_with(pool: Any, dsn: str, seed: int) -> None:
    story = story_of(seed, 150)
    await tell(pool, story, slice(0, 75))
    await killed(dsn, "rebuild.after_index")
    await tell(pool, story, slice(75, None))
    await put_right(pool, dsn)


@pytest.mark.parametrize("first", [True, False])
async def test_cards_that_were_merged_are_folded_together(pool: Any, dsn: str, first: bool) -> None:
    story = merging_story()
    until = len(story.steps) if first else -4
    await tell(pool, story, slice(0, until))
    await killed(dsn, "rebuild.after_index")
    await tell(pool, story, slice(until, None))
    assert await pool.fetchval("SELECT count(*) FROM card WHERE merged_into IS NOT NULL") == 2
    await put_right(pool, dsn)


def merging_story() -> Story:
    """A card that took another over goes into a third one, and something is done with it then."""
    story = story_of(1, 0)
    one, other, third = map(card_of, CUSTOMERS[:3])
    story.tell(rules.open_card(CUSTOMERS[2], number="2" * 16))
    for card_id in (one, other, third):
        story.tell(told.EarnPoints(card_id=card_id, store_id=rules.FASHIONHUB, amount_minor=3000, currency="EUR"))
        story.tell(told.HoldReward(card_id=card_id, store_id=rules.FASHIONHUB, reward_id=COFFEE, quantity=1))
    story.tell(told.GiveStamps(card_id=one, store_id=rules.FASHIONHUB, stamps=4))
    story.tell(told.MergeCards(card_id=one, into=other))
    story.tell(told.GiveStamps(card_id=other, store_id=rules.FASHIONHUB, stamps=1, override="late"))
    story.tell(told.MergeCards(card_id=other, into=third))
    story.tell(told.GiveStamps(card_id=third, store_id=rules.FASHIONHUB, stamps=1, override="late"))
    return story


POINTS = ("before_switch", "after_switch", "after_page", "after_merged", "after_index", "before_finish")


@pytest.mark.parametrize("point", first_of(POINTS, few=2))
async def test_a_killed_rebuild_goes_on_where_it_stood(pool: Any, dsn: str, point: str) -> None:
    story = story_of(4, 100)
    await tell(pool, story, slice(0, 60))
    await killed(dsn, f"rebuild.{point}")
    await tell(pool, story, slice(60, None))
    before = await rows(pool)
    await rebuild(dsn)
    assert await rows(pool) == before
    assert await pool.fetchval("SELECT count(*) FROM rebuild WHERE finished_at IS NULL") == 0
    await put_right(pool, dsn)


TAMPERING = (
    "UPDATE card SET balance = balance + 1",
    "DELETE FROM posting WHERE unit = 'points'",
    "UPDATE lot SET free = free + 5, terms = ''",
    "INSERT INTO birthday SELECT merchant, card_id, 1999 FROM card",
    "UPDATE tally SET amount = 0",
    "UPDATE reward_stock SET taken = 99",
)


@pytest.mark.parametrize("tampering", first_of(TAMPERING, few=2))
async def test_what_was_tampered_with_is_put_right(pool: Any, dsn: str, tampering: str) -> None:
    await tell(pool, story_of(2, 60))
    before = await rows(pool)
    assert await pool.execute(tampering) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
    assert any((await rebuilt(dsn, lanes=2)).values())
    assert await rows(pool) == before


async def test_the_tables_are_as_migrations_made_them(pool: Any, dsn: str) -> None:
    before = await texts(pool, INDEXES)
    await rebuild(dsn, keep=True)
    assert await texts(pool, INDEXES) == before
    assert await migrate.drift("ledger", dsn) == []
    assert await pool.fetchval("SELECT count(*) FROM ledger_before.card") == 0


INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'ledger' ORDER BY 1"


async def texts(pool: Any, query: str) -> list[str]:
    return [row[0] for row in await pool.fetch(query)]


async def test_two_at_once_are_refused(pool: Any, dsn: str) -> None:
    async with connected(dsn) as other:
        assert await other.fetchval(ALONE)
        with pytest.raises(AlreadyRebuilding):
            await rebuild(dsn)
