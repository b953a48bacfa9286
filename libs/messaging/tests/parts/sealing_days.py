"""Processes that seal days, each with a clock of the database of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from counter_house import House

from stampbook_messaging import database
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.daily_seals.sealer import Sealer
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.partitions import Leases

MIDNIGHT = timedelta(seconds=3)
"""So long after the day has ended it is sealed, in these tests."""


@dataclass
class Process:
    """*pool* is one connection, so that its clock can be set."""

    house: House
    pool: Any
    sealer: Sealer
    told: list[Row] = field(default_factory=list)

    async def at(self, when: datetime) -> "Process":
        """From now on its database says that it is *when*."""
        await self.pool.execute("SELECT set_config('stampbook.now', $1, false)", when.isoformat())
        return self

    def arm(self, name: str) -> None:
        self.sealer.failpoints.plans[name] = ("fail", 1)


@asynccontextmanager
async def process(house: House, name: str = "one", directory: Path | None = None) -> AsyncIterator[Process]:
    pool = await database.connect_pool(house.servers.dsn("ledger"), "ledger", size=1)
    clock, told = SystemClock(), list[Row]()
    sealer = Sealer(
        token="ledger",
        pool=pool,
        clock=clock,
        leases=Leases(pool, name, clock, retired=True),  # it seals, and takes no partition
        alarms=Alarms(pool),
        failpoints=Failpoints(),
        recorded=told.extend,
        directory=directory,
    )
    await sealer.leases.beat()
    try:
        yield Process(house, pool, sealer, told)
    finally:
        await pool.close()


async def midnight(house: House, days: int = 1) -> datetime:
    """The moment in which so many days from now a day is sealed: the first is today."""
    now: datetime = await house.db.fetchval("SELECT stampbook_now()")
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days) + MIDNIGHT


async def seals(house: House) -> list[dict[str, Any]]:
    """What the table says, in its order, each with its hash."""
    rows = await house.db.fetch("SELECT body, hash FROM seal ORDER BY number")
    return [{**msgspec.json.decode(row["body"]), "hash": row["hash"].hex()} for row in rows]


async def seal_events(house: House) -> list[dict[str, Any]]:
    rows = await house.db.fetch("SELECT body FROM event WHERE type = 'ledger.log_sealed.v1' ORDER BY version")
    return [msgspec.json.decode(row["body"])["data"] for row in rows]
