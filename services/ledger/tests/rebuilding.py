"""Stories told to real tables, all of whose rows can be read."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterable
from typing import Any

from ledger.rebuilding.projections import TABLES
from ledger.store.tables import metadata

from .books import Books
from .stories import MERCHANT, Story

_BEGIN_ANEW = "UPDATE partition SET cmd_seq = 0, pos = 0, cmd_id = NULL, head = decode(repeat('00', 32), 'hex')"


async def empty(db: Any) -> None:
    """No event, no card, no rebuild."""
    kept = {"partition", "relay", "relayed"}
    names = [table.name for table in metadata.sorted_tables if table.name not in kept]
    await db.execute(f"TRUNCATE {', '.join(names)}")
    await db.execute(_BEGIN_ANEW)


async def tell(pool: Any, story: Story, steps: slice = slice(None), batch: int = 1) -> None:
    """The story's commands in batches, as the worker does."""
    books = Books(pool, MERCHANT)
    sent = [received for received, _ in story.steps[steps]]
    async with pool.acquire() as db:
        await books.open(db, list(story.tenant.stores.values()))
        for start in range(0, len(sent), batch):
            await books.apply(db, [books.sent(received) for received in sent[start : start + batch]])


async def rows(db: Any, tables: Iterable[str] = TABLES) -> dict[str, list[str]]:
    """Every row of the projections as text, by table."""
    return {table: [row[0] for row in await db.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")] for table in tables}


async def killed(dsn: str, failpoint: str) -> None:
    """A rebuild as a process of its own, which dies at that place."""
    environ = {
        "PATH": os.environ["PATH"],
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_DATABASE_URL": dsn,
        "STAMPBOOK_FAILPOINTS": f"{failpoint}=kill",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "ledger.rebuilding", env=environ, stderr=PIPE)
    _, said = await process.communicate()
    assert process.returncode, said
