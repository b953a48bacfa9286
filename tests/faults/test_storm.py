"""A storm: services and servers die at random while commands pour in; afterwards the books say what was acknowledged."""

import asyncio
import os
import secrets
import time
from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import FASHION, WIZATECH, demo_id
from tests.faults.parts.own_stack import own_stack
from tests.faults.parts_of_clusters.custom import Custom, custom
from tests.faults.parts_of_clusters.flood import Bearer, Flood, flood
from tests.faults.parts_of_clusters.nemesis import Nemesis
from tests.platform import Platform

RATE = 500
SHOPS = (("fashionhub", "fashion-group", FASHION, 20), ("wizatech", "wizatech", WIZATECH, 10))
"""Store, merchant, and what a command of the flood gives there."""
CARDS_EACH = 12
SETS = {("ledger.points_earned.v1",), ("ledger.points_earned.v1", "ledger.reward_within_reach.v1")}
"""What a purchase leads to: the points, and word that they suffice for something."""
QUIET_SECONDS = 180
STORMS = [
    pytest.param(20, (1.0, 3.0), marks=pytest.mark.timeout(300), id="20 seconds"),
    pytest.param(300, (2.0, 6.0), marks=[pytest.mark.long, pytest.mark.timeout(900)], id="five minutes"),
]


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory):
    async with own_stack(tmp_path_factory.mktemp("storm")) as platform:
        yield platform


@pytest.mark.parametrize(("seconds", "pauses"), STORMS)
async def test_what_was_acknowledged_is_there_once(own: Platform, seconds: int, pauses: tuple[float, float]) -> None:
    seed = int(os.environ.get("STAMPBOOK_STORM_SEED") or secrets.randbelow(10**6))
    print(f"\nSTAMPBOOK_STORM_SEED={seed}")
    nemesis = Nemesis(own, Random(seed), pauses)
    bearers = await _bearers(own)
    async with custom(own, joiners=1, tills=1) as served, flood(own, bearers, RATE, Random(seed + 1)) as poured:
        began = time.monotonic()
        raging = asyncio.create_task(nemesis.rage())
        await asyncio.sleep(seconds)
        raging.cancel()
        reached = len(poured.acknowledged) / (time.monotonic() - began)
    _tell(seconds, reached, nemesis, poured, served)
    await _calm(own, poured)
    verdict = await _verdict(own, poured)
    await served.check()
    assert verdict == {"without one inbox row": 0, "without one set of events": 0, "cards with another balance": 0}
    assert sum(nemesis.deaths.values()) > seconds / (2 * pauses[1])


async def _bearers(platform: Platform) -> list[Bearer]:
    return [
        await _bearer(platform, store, slug, merchant, points)
        for store, slug, merchant, points in SHOPS
        for _ in range(CARDS_EACH)
    ]


async def _bearer(platform: Platform, store: str, slug: str, merchant: UUID, points: int) -> Bearer:
    email = platform.new_address()
    assert (await platform.join(email, store=store)).status_code == 303
    card = await until(lambda: platform.card_of(email, slug), within_seconds=30, what="a card")
    return Bearer(email, slug, merchant, demo_id(f"store/{store}"), UUID(card["card_id"]), points, card["balance"])


async def _calm(platform: Platform, poured: Flood) -> None:
    """Wait until the ledger has caught up with what was acknowledged."""
    books = await asyncpg.connect(platform.attached.dsn())

    async def answered() -> bool | None:
        count = await books.fetchval(
            "SELECT count(*) FROM ledger.inbox WHERE command_id = ANY($1::uuid[])", list(poured.acknowledged)
        )
        return True if count >= len(poured.acknowledged) else None

    try:
        await until(lambda: _patiently(answered), within_seconds=QUIET_SECONDS, what="an answer to every command")
    finally:
        await books.close()


async def _patiently(look: Any) -> bool | None:
    await asyncio.sleep(1)  # the look itself is no small work
    found: bool | None = await look()
    return found


async def _verdict(platform: Platform, poured: Flood) -> dict[str, int]:
    """How many break what was promised, in each way."""
    books = await asyncpg.connect(platform.attached.dsn())
    ids = list(poured.acknowledged)
    applied = await books.fetchval(
        "SELECT count(*) FROM ledger.inbox WHERE command_id = ANY($1::uuid[]) AND status = 'applied'", ids
    )
    events = await books.fetch(
        "SELECT array_agg(type ORDER BY pos) AS types FROM ledger.event"
        " WHERE command_id = ANY($1::uuid[]) GROUP BY command_id",
        ids,
    )
    await books.close()
    sets = Counter(tuple(row["types"]) for row in events)
    whole_sets = sum(times for types, times in sets.items() if types in SETS)
    owed = Counter(poured.acknowledged.values())
    wrong = [bearer for bearer in poured.bearers if not await _is_owed(platform, bearer, owed[bearer])]
    return {
        "without one inbox row": len(ids) - applied,
        "without one set of events": len(ids) - whole_sets,
        "cards with another balance": len(wrong),
    }


async def _is_owed(platform: Platform, bearer: Bearer, commands: int) -> bool:
    card = await until(lambda: platform.card_of(bearer.email, bearer.slug), within_seconds=60, what="a card")
    return bool(card["balance"] == bearer.balance + bearer.points * commands)


def _tell(seconds: int, reached: float, nemesis: Nemesis, poured: Flood, served: Custom) -> None:
    print(f"{seconds} s, {sum(nemesis.deaths.values())} deaths: {dict(nemesis.deaths)}")
    print(
        f"{len(poured.acknowledged)} commands acknowledged, {reached:.0f}/s of {RATE}/s; doubts: {dict(poured.doubts)}"
    )
    print(f"beside them {served} over HTTP")
