"""The days of one seed: trouble, then peace, then the ledger is held against the clean run and against the model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from backend import Backend
from broker_bus import BrokerBus
from days import Told, days_at_tills, days_in_order
from judging import judged, unfinished
from ledgers import Ledgers
from lives import Life, Luck, belonging
from statements import Pool
from story import Story, _deadly, _drawn_from, _empty, _end_all, _luck_of, _uncollected
from virtual_time import virtual_loop

from ledger.commands import LedgerCommands

LONGEST_TROUBLE_SECONDS = 20.0
LONGEST_PEACE_SECONDS = 300.0
KINDS: dict[str, Callable[[int, int], Told]] = {"one_till": days_in_order, "many_tills": days_at_tills}
MERCHANTS = 2


def tell(seed: int, kind: str, backend: Backend, deciding: LedgerCommands | None = None) -> Story:
    """By odd seeds processes die, and nothing else goes wrong."""
    merchants = [KINDS[kind](seed, number) for number in range(MERCHANTS)]
    backend.written()
    backend.now(_empty(backend, "ledger"))
    with _uncollected(), _drawn_from(seed), virtual_loop() as loop:
        loop.set_task_factory(belonging)
        luck = (_deadly if seed % 2 else _luck_of)(seed)
        town = Ledgers.found(loop, luck, {"ledger": backend})
        town.merchants, town.deciding = merchants, deciding or LedgerCommands()
        try:
            found = loop.run_until_complete(_live_through(town))
        finally:
            _end_all(loop)
        deaths = sum(line.endswith("dies") for line in luck.trail)
        return Story(seed, found, kind, len(luck.trail), deaths, luck.mishaps, loop.time(), luck.trail)


async def _live_through(town: Any) -> list[str]:
    inspector = Life("inspector", town.loop, Luck(Random(0), slow=0.0), mortal=False)  # nothing befalls it
    pool = Pool(town.backends["ledger"], inspector)
    town.settle_in()
    tills = town.open_tills(pool)
    await asyncio.wait(tills, timeout=LONGEST_TROUBLE_SECONDS)
    await _at_rest(town, pool, LONGEST_TROUBLE_SECONDS)
    town.calm()
    await asyncio.gather(*tills)
    if left := await _at_rest(town, pool, town.loop.time() + LONGEST_PEACE_SECONDS):
        return [f"after {LONGEST_PEACE_SECONDS:.0f} s of peace: {left}", *map(repr, town.failures)]
    bus = BrokerBus(town.broker, town.exchange, inspector)
    return [*map(repr, town.failures), *await judged(town, pool, bus)]


async def _at_rest(town: Any, pool: Any, until: float) -> str:
    while (left := await unfinished(town, pool)) and town.loop.time() < until:
        await asyncio.sleep(0.5)
    return left
