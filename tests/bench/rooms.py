"""Twins of the ledger's tables in schemas of their own: the same columns, indexes and room on the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from stampbook_messaging.database import connect_pool
from tests.bench.ground import Ground

Db = Any
LIVE = "ledger"
_PATIENCE_SECONDS = 900
_TABLES = "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind = 'r'"


@asynccontextmanager
async def room(ground: Ground, schema: str) -> AsyncIterator[Db]:
    """A connection, as a worker's are, to tables that are empty but for the partitions' places."""
    pool = await connect_pool(ground.servers.dsn(), f"{schema}, {LIVE}", size=1, transaction_seconds=_PATIENCE_SECONDS)
    try:
        async with pool.acquire() as db:
            await db.execute(f"CREATE SCHEMA {schema}")
            for table, options in await db.fetch(_TABLES):
                await db.execute(f"CREATE TABLE {schema}.{table} (LIKE {LIVE}.{table} INCLUDING ALL)")
                if options:
                    await db.execute(f"ALTER TABLE {schema}.{table} SET ({', '.join(options)})")
            await db.execute(_AT_THE_BEGINNING.format(schema=schema))
            yield db
            await db.execute(f"DROP SCHEMA {schema} CASCADE")
    finally:
        await pool.close()


async def take_over(db: Db, schema: str, source: str = LIVE) -> None:
    """All rows of *source*, written once and settled."""
    for table, _ in await db.fetch(_TABLES):
        await db.execute(f"TRUNCATE {schema}.{table}")
        await db.execute(f"INSERT INTO {schema}.{table} SELECT * FROM {source}.{table}")
    await settle(db, schema)


async def settle(db: Db, schema: str) -> None:
    """As tables are that were written a while ago."""
    for table, _ in await db.fetch(_TABLES):
        await db.execute(f"VACUUM ANALYZE {schema}.{table}")


_AT_THE_BEGINNING = """
INSERT INTO {schema}.partition (id, epoch, cmd_seq, pos, head)
SELECT id, 0, 0, 0, decode(repeat('00', 32), 'hex') FROM ledger.partition
"""
