"""The projections built again from the log: from the first page to the last table that is dropped."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from multiprocessing import get_context
from typing import Any

import msgspec

from ledger.rebuilding import progress, shadow, switching
from ledger.rebuilding.connecting import connected
from ledger.rebuilding.lanes import fold_lane, fold_merged
from ledger.rebuilding.progress import Lane, Phase, Rebuild
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import get_logger
from stampbook_messaging.migrate import must_be_current

log = get_logger(__name__)
Db = Any
LANES = 2
ALONE = "SELECT pg_try_advisory_lock(hashtext('stampbook rebuild of ledger'))"


class AlreadyRebuilding(RuntimeError):
    """Another process is at it."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """*events*: folded in the first phase, by this run. *differing*: by table how many rows the live and the rebuilt
    tables did not have in common; None where that could not be seen, after a kill at the switch. *kept*: whether the
    tables of before still lie in ``ledger_before``.
    """

    events: int
    fold_seconds: float
    seconds: float
    workers_waited_seconds: float
    differing: Mapping[str, int] | None
    kept: bool


async def rebuild(dsn: str, *, keep: bool = False, lanes: int = LANES) -> Rebuilt:
    """Begin, or go on where a killed one stood. *dsn*: of the ledger's role.

    Raises ``AlreadyRebuilding``, ``SchemasMissing``, ``Hindered``, ``SchemaMismatch``.
    """
    began = time.monotonic()
    failpoints = Failpoints.from_environ(os.environ)
    async with AsyncExitStack() as closing:
        db, locking, comparing = [await closing.enter_async_context(connected(dsn)) for _ in range(3)]
        await must_be_current(db, "ledger")
        if not await db.fetchval(ALONE):
            raise AlreadyRebuilding
        one, phase = await _open(db, lanes)
        events, folding = await _fold(db, dsn, one, phase, failpoints)
        waited, differing = 0.0, None
        if phase != "switched":
            waited = await switching.switch(locking, db, comparing, one, failpoints)
            await failpoints.reach("rebuild.after_switch")
            differing = await shadow.differences(comparing)
            await comparing.execute("COMMIT")
        await failpoints.reach("rebuild.before_finish")
        async with db.transaction():
            if not keep:
                await shadow.drop(db, shadow.BEFORE)
            await progress.finish(db, one)
    return Rebuilt(
        events=events,
        fold_seconds=round(folding, 3),
        seconds=round(time.monotonic() - began, 3),
        workers_waited_seconds=round(waited, 3),
        differing=differing,
        kept=keep,
    )


async def _open(db: Db, lanes: int) -> tuple[Rebuild, Phase]:
    known = await progress.open_one(db)
    if known is not None:
        log.info("rebuild.goes_on", phase=known[1])
        return known
    await shadow.furnish(db)
    async with db.transaction():
        await shadow.create(db)
        return await progress.begin(db, lanes), "fold"


async def _fold(db: Db, dsn: str, one: Rebuild, phase: Phase, failpoints: Failpoints) -> tuple[int, float]:
    """All that comes before the switch and is not done yet: how many events it folded, in how many seconds."""
    began, events = time.monotonic(), 0
    if phase == "fold":
        lanes = [lane for lane in await progress.take_lanes(db, one) if not lane.done]
        events = await _side_by_side(dsn, one, lanes)
        async with db.transaction():
            await fold_merged(db, one)
            await progress.enter(db, one, "fold", "index")
        await failpoints.reach("rebuild.after_merged")
        phase = "index"
    folding = time.monotonic() - began
    if phase == "index":
        async with db.transaction():
            await shadow.index(db)
            await progress.enter(db, one, "index", "catch_up")
        await failpoints.reach("rebuild.after_index")
    return events, folding


async def _side_by_side(dsn: str, one: Rebuild, lanes: Sequence[Lane]) -> int:
    """Each lane in a process of its own; one alone in this one."""
    if len(lanes) <= 1:
        return sum([await fold_lane(dsn, one, lane) for lane in lanes])
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(len(lanes), mp_context=get_context("spawn")) as processes:
        folding = [loop.run_in_executor(processes, partial(_fold_in_process, dsn, one, lane)) for lane in lanes]
        return sum(await asyncio.gather(*folding))


def _fold_in_process(dsn: str, one: Rebuild, lane: Lane) -> int:
    return asyncio.run(fold_lane(dsn, one, lane))
