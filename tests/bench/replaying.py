"""The bare limit of the mixed load: the statements that the ledger writes with, taken down once and carried out alone.

The same rows by the same COPY or arrays, as many to a transaction, on tables of the same size; nothing is read, decided,
encoded or hashed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Db = Any


@dataclass(frozen=True, slots=True)
class Statement:
    """*rows*: of a COPY into the table *text*; else *text* is SQL with *values*."""

    text: str
    values: tuple[Any, ...] = ()
    rows: Sequence[Any] | None = None
    columns: Sequence[str] = ()

    async def carry_out(self, db: Db) -> None:
        if self.rows is None:
            await db.execute(self.text, *self.values)
        else:
            await db.copy_records_to_table(self.text, records=self.rows, columns=self.columns)


@dataclass(slots=True)
class Recorder:
    """A connection that takes down what is written through it, transaction by transaction."""

    db: Db
    batches: list[list[Statement]] = field(default_factory=list)

    def transaction(self) -> Any:
        self.batches.append([])
        return self.db.transaction()

    async def execute(self, text: str, *values: Any) -> Any:
        self.batches[-1].append(Statement(text, values))
        return await self.db.execute(text, *values)

    async def copy_records_to_table(self, table: str, *, records: Any, columns: Sequence[str]) -> Any:
        rows = list(records)
        self.batches[-1].append(Statement(table, rows=rows, columns=columns))
        return await self.db.copy_records_to_table(table, records=rows, columns=columns)

    async def fetch(self, text: str, *values: Any) -> Any:
        return await self.db.fetch(text, *values)

    async def fetchrow(self, text: str, *values: Any) -> Any:
        return await self.db.fetchrow(text, *values)

    async def fetchval(self, text: str, *values: Any) -> Any:
        return await self.db.fetchval(text, *values)


async def carry_out(db: Db, batches: Sequence[Sequence[Statement]]) -> float:
    """Seconds until all of it is committed."""
    began = time.perf_counter()
    for batch in batches:
        async with db.transaction():
            for statement in batch:
                await statement.carry_out(db)
    return time.perf_counter() - began
