"""Questions put to the ledger as over the bus, at an instant of the test's choice; stories to ask about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ledger import testing as rules
from ledger.domain import deciding
from ledger.domain.tenant import Tenant
from ledger.queries import answers

from .books import Books
from .stories import MERCHANT, Story, story_of


@dataclass(frozen=True)
class StandingClock:
    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass(frozen=True)
class Lent:
    """One connection in place of a pool, so that what was told is gone when its transaction ends."""

    db: Any

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        yield self.db

    async def fetch(self, *asked: Any) -> Any:
        return await self.db.fetch(*asked)

    async def fetchrow(self, *asked: Any) -> Any:
        return await self.db.fetchrow(*asked)


async def ask(pool: Any, name: str, now: datetime = rules.NOON, /, **words: Any) -> Any:
    """What it answers to the question called *name*, once it was bytes."""
    kind, handler = answers(pool, StandingClock(now))[name]  # type: ignore[arg-type]
    reply = await handler(msgspec.json.decode(msgspec.json.encode(kind(**words)), type=kind))
    return msgspec.json.decode(msgspec.json.encode(reply), type=type(reply))


@asynccontextmanager
async def told(pool: Any, seed: int, length: int) -> AsyncIterator[tuple[Story, Lent]]:
    """A story, and the ledger that it was told to."""
    story = story_of(seed, length)
    async with pool.acquire() as db:
        await db.execute("SET transaction_timeout TO 0")  # A whole story is one transaction here, on any machine.
        undone = db.transaction(isolation="repeatable_read")
        await undone.start()
        try:
            books = Books(pool, MERCHANT)
            await books.open(db, list(story.tenant.stores.values()))
            items = [books.sent(received) for received, _ in story.steps]
            for start in range(0, len(items), 16):
                await books.apply(db, items[start : start + 16])
            yield story, Lent(db)
        finally:
            await undone.rollback()


def tenant_at(story: Story, at: datetime) -> Tenant:
    """What the ledger in memory knew when all was told that was recorded up to *at*."""
    tenant = Tenant(MERCHANT, stores=dict(story.tenant.stores))
    for received, _ in story.steps:
        if received.recorded_at <= at:
            deciding.decide(tenant, received)
    return tenant


def instants(story: Story) -> list[datetime]:
    """Around each step, and long after the last one."""
    recorded = sorted({received.recorded_at for received, _ in story.steps})
    later = [at + timedelta(hours=hours) for at in recorded[-1:] for hours in (1, 30, 24 * 400)]
    return [*recorded, *(at - timedelta(microseconds=1) for at in recorded[1:]), *later]


def cards_of(story: Story) -> list[UUID]:
    return sorted(story.tenant.cards)
