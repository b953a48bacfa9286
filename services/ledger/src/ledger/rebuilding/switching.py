"""The rebuilt tables take the place of the live ones: workers wait for a moment, and no read finds nothing or half.

While the partitions' rows are locked nothing is recorded. The rest is caught up with and committed by another
connection, so that whoever looks at the new tables sees all of it. Only a reader whose transaction is older than that
could not: if one is there, everything is left as it is and tried again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg

from ledger.rebuilding import progress, shadow
from ledger.rebuilding.catching_up import behind, catch_up
from ledger.rebuilding.progress import Rebuild
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import get_logger

log = get_logger(__name__)
Db = Any
FEW = 500
"""So many events may be left for the time in which workers wait."""
HELD_SECONDS = 2.0
TRIES = 120
LOOKS = 24
"""Who reads goes on meanwhile, so that those who began before become fewer; it must end within the time held."""
_PAUSE_SECONDS = 0.5
_LOCK_PARTITIONS = "SELECT id FROM partition ORDER BY id FOR UPDATE"
_OLD_READERS = """
SELECT format('process %s, %s, waits for %s, since %s: %s', pid, state, coalesce(wait_event, 'nothing'), xact_start,
              left(query, 80))
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND xact_start < $1 AND pid <> ALL($2::int[])
  AND wait_event IS DISTINCT FROM 'transactionid' AND wait_event IS DISTINCT FROM 'tuple'
"""
"""Who waits for a row is a writer that has read nothing of ours yet, and sees what there is when it goes on."""
_SWITCHED = "UPDATE rebuild SET phase = 'switched', switched_at = stampbook_now() WHERE id = $1 AND phase = 'catch_up'"


class Hindered(RuntimeError):
    """The tables could not be switched within the tries that there are: called again it goes on from here."""


class OldReaders(RuntimeError):
    """Somebody looks at a state of before."""


async def switch(locking: Db, writing: Db, comparing: Db, rebuild: Rebuild, failpoints: Failpoints) -> float:
    """Three connections of one role. Returns for how many seconds workers waited; *comparing* is left in a transaction
    that sees both sides as they were at the switch. Raises ``Hindered``.
    """
    for _ in range(TRIES):
        await _catch_up_to_few(writing, rebuild, failpoints)
        try:
            return await _try(locking, writing, comparing, rebuild, failpoints)
        except (OldReaders, TimeoutError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as hindered:
            log.info("rebuild.switch_put_off", reason=type(hindered).__name__, about=str(hindered))
            await asyncio.sleep(_PAUSE_SECONDS)
    raise Hindered(f"not within {TRIES} tries")


async def _catch_up_to_few(db: Db, rebuild: Rebuild, failpoints: Failpoints) -> None:
    for _ in range(TRIES):
        if await behind(db, rebuild) <= FEW:
            return
        await catch_up(db, rebuild)
        await failpoints.reach("rebuild.after_catch_up")
    raise Hindered("commands come faster than they are folded")


async def _try(locking: Db, writing: Db, comparing: Db, rebuild: Rebuild, failpoints: Failpoints) -> float:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(HELD_SECONDS), _undone_unless_whole(comparing), locking.transaction():
        await locking.execute("SET LOCAL lock_timeout TO '400ms'")
        await locking.execute(_LOCK_PARTITIONS)
        began = loop.time()
        await catch_up(writing, rebuild)
        caught_up: datetime = await writing.fetchval("SELECT stampbook_now()")
        await comparing.fetchval("SELECT 1")
        ours = [db.get_server_pid() for db in (locking, writing, comparing)]
        await _nobody_older(locking, caught_up, ours)
        await shadow.lock(locking)
        if old := await locking.fetchval(_OLD_READERS, caught_up, ours):
            raise OldReaders(old)
        await shadow.switch(locking)
        await failpoints.reach("rebuild.before_switch")
        if await locking.execute(_SWITCHED, rebuild.id) != "UPDATE 1":
            raise progress.Superseded("switch")
    return loop.time() - began


async def _nobody_older(db: Db, caught_up: datetime, ours: list[int]) -> None:
    """Short reads end by themselves while the live tables can still be read."""
    for _ in range(LOOKS):
        old = await db.fetchval(_OLD_READERS, caught_up, ours)
        if old is None:
            return
        await asyncio.sleep(0.05)
    raise OldReaders(old)


@asynccontextmanager
async def _undone_unless_whole(comparing: Db) -> AsyncIterator[None]:
    """A transaction that stays open for the comparison, if all of it succeeds."""
    looking = comparing.transaction(isolation="repeatable_read", readonly=True)
    await looking.start()
    try:
        yield
    except BaseException:
        await looking.rollback()
        raise
