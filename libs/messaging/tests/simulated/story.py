"""One seed, from the founding of the town to the verdict: trouble first, then peace, then every promise is counted."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from backend import Backend
from broker_bus import BrokerBus
from counter_house import Statements, _create_tables
from lives import Life, Luck, belonging
from statements import Pool
from town import TOKENS, Town
from verdict import unfinished, verdict
from virtual_time import virtual_loop

from stampbook_messaging.migrate import first_rows

TILLS, PURCHASES = 3, 5
LONGEST_TROUBLE_SECONDS = 8.0
LONGEST_PEACE_SECONDS = 300.0

_USED = """
SELECT oid::regclass::text AS name FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Story:
    """*found* is what is wrong, in words; *digest* is the same for the same seed."""

    seed: int
    found: list[str]
    digest: str
    steps: int
    deaths: int
    mishaps: int
    seconds: float
    trail: list[str]

    def __str__(self) -> str:
        said = "; ".join(self.found) or "every promise held"
        befell = f"{self.deaths} deaths, {self.mishaps} mishaps, {self.steps} steps, {self.seconds:.0f} s"
        return f"seed {self.seed}: {befell}, {self.digest[:8]}: {said}"


def tell(seed: int, backends: dict[str, Backend], *, deadly: bool = False) -> Story:
    """*deadly*: processes die at every turn, and nothing else goes wrong."""
    for schema, backend in backends.items():
        backend.written()
        backend.now(_empty(backend, schema))
    with _uncollected(), _drawn_from(seed), virtual_loop() as loop:
        loop.set_task_factory(belonging)
        luck = _deadly(seed) if deadly else _luck_of(seed)
        town = Town.found(loop, luck, backends)
        found = loop.run_until_complete(_live_through(town))
        _end_all(loop)
        trail = "\n".join(luck.trail)
        return Story(
            seed=seed,
            found=found,
            digest=hashlib.sha256(trail.encode()).hexdigest(),
            steps=len(luck.trail),
            deaths=sum(line.endswith("dies") for line in luck.trail),
            mishaps=luck.mishaps,
            seconds=loop.time(),
            trail=luck.trail,
        )


def _luck_of(seed: int) -> Luck:
    """Some seeds are about one kind of mishap, most about several."""
    random = Random(seed)

    def chance(most: float) -> float:
        return random.choice([0.0, most / 4, most])

    return Luck(
        random,
        death=chance(0.004),
        cut=chance(0.004),
        lost=chance(0.03),
        twice=chance(0.05),
        stale=chance(0.4),
        pause=chance(0.0015),
        slow=random.choice([0.0, 0.02, 0.1]),
    )


def _deadly(seed: int) -> Luck:
    random = Random(seed)
    return Luck(random, death=random.choice([0.006, 0.012, 0.024]), slow=random.choice([0.0, 0.05]))


async def _live_through(town: Town) -> list[str]:
    inspector = Life("inspector", town.loop, Luck(Random(0), slow=0.0), mortal=False)  # nothing befalls it
    pools = {token: Pool(town.backends[token], inspector) for token in TOKENS}
    town.settle_in()
    tills = await _trouble(town, pools)
    town.calm()
    await asyncio.gather(*tills)
    left = await _at_rest(town, pools, town.loop.time() + LONGEST_PEACE_SECONDS)
    if left:
        return [f"after {LONGEST_PEACE_SECONDS:.0f} s of peace: {left}", *map(repr, town.failures)]
    bus = BrokerBus(town.broker, town.exchange, inspector)
    return [*map(repr, town.failures), *await verdict(town, pools, bus)]


async def _trouble(town: Town, pools: dict[str, Any]) -> list[asyncio.Task[None]]:
    """Until all is done or its time is over. Most towns have opened before it begins: else it would hit openings most."""
    random = town.luck.random
    town.luck.asleep = random.random() < 0.75
    await asyncio.sleep(random.uniform(0.0, 1.0))
    town.luck.asleep = False
    tills = [asyncio.create_task(town.shop(n, PURCHASES)) for n in range(TILLS)]
    over = town.loop.time() + LONGEST_TROUBLE_SECONDS
    await asyncio.wait(tills, timeout=LONGEST_TROUBLE_SECONDS)
    await _at_rest(town, pools, over)
    return tills


async def _at_rest(town: Town, pools: dict[str, Any], until: float) -> str:
    """Wait until nothing is on its way any more, or until then; returns what is."""
    while (left := await unfinished(town, pools)) and town.loop.time() < until:
        await asyncio.sleep(0.5)
    return left


@contextmanager
def _drawn_from(seed: int) -> Iterator[None]:
    """What is drawn at random (ids of leases, batches, readers) is drawn from the seed as well."""
    random, real = Random(f"drawn/{seed}"), os.urandom
    os.urandom = random.randbytes
    try:
        yield
    finally:
        os.urandom = real


@contextmanager
def _uncollected() -> Iterator[None]:
    """Garbage is collected between two stories, not at every turn of one."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.enable()


def _end_all(loop: asyncio.AbstractEventLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()

    async def ended() -> None:
        await asyncio.gather(*left, return_exceptions=True)

    loop.run_until_complete(ended())


async def _empty(backend: Backend, schema: str) -> None:
    """Emptied to the last page: rows come in the order of their pages where no other is asked for."""
    first = Statements()
    first_rows(first, schema)
    used = [row["name"] for row in await backend.watch.fetch(_USED)]
    await backend.watch.execute("; ".join([f"TRUNCATE {', '.join(used)}", *first.texts] if used else first.texts))


def furnish(dsns: dict[str, str]) -> dict[str, Backend]:
    """The schemas, made once for as many stories as one likes."""
    for schema, dsn in dsns.items():
        asyncio.run(_create_tables(dsn, schema))
    gc.freeze()  # what was imported stays; only what a story leaves is looked through after it
    return {schema: Backend(dsn, schema) for schema, dsn in dsns.items()}
