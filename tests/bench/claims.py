"""Claiming and settling deliveries out of a table in which many others wait; bare is the same with few."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from stampbook_messaging.deliveries import store
from stampbook_messaging.deliveries.machine import Next
from stampbook_messaging.messages import Fact
from stampbook_messaging.protocols import Delivery, Mark, Outcome
from tests.bench.ground import Ground
from tests.bench.ledger_rate import NotMeasured

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_ROUNDS, _COUNT = 7, 400

AT_ONCE = 8
"""What a channel with eight runners claims at most."""

_FILL = """
INSERT INTO delivery (id, merchant, consumer, event_id, event_stream, event_partition, event_pos, channel, kind, recipient,
                      payload, state, attempt, next_at, deadline, reason, in_doubt, correlation, created_at, ended_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'bench', gen_random_uuid(), 'ledger', n % 16, n, 'bench', 'mail',
       gen_random_uuid(), '{"card_id": "of some length"}', $2, 0,
       stampbook_now() + random() * interval '2 hours' - CASE WHEN n % 2 = 0 THEN interval '2 hours' ELSE '0' END,
       stampbook_now() + interval '4 days', '', false, gen_random_uuid(), stampbook_now(),
       CASE $2 WHEN 'sent' THEN stampbook_now() END
FROM generate_series(1, $1::int) AS n
"""
"""Half of them are due."""


class _Quiet:
    """A channel that says nothing of its outcomes: only the table is measured."""

    name, concurrency, idempotent, in_order = "bench", AT_ONCE, True, False

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        return Outcome(verdict="sent")

    async def settle(self, db: Any, delivery: Delivery, outcome: Outcome) -> Outcome:
        return outcome

    def resends_unknown(self, kind: str) -> bool:
        return True

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        return None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery table in a schema of its own, in which *rows* wait, half of them due, and as many have ended."""

    db: Any
    rows: int

    async def rate(self, count: int) -> float:
        """Deliveries a second: claimed by eights, and each marked and settled in a transaction, as a runner does."""
        await self.db.execute(_FILL, 2 * count, "pending")  # as many due ones as will be taken
        began = time.perf_counter()
        done = 0
        while done < count:
            claimed = await store.claim(self.db, "bench", _Quiet.name, AT_ONCE)
            if not claimed:
                raise NotMeasured(f"nothing was due among {self.rows} rows")
            for delivery in claimed:
                await self._run(delivery)
            done += len(claimed)
        return done / (time.perf_counter() - began)

    async def _run(self, delivery: Delivery) -> None:
        await store.mark(self.db, delivery)
        following = Next(state="sent", attempt=delivery.attempt, next_at=datetime.now(UTC), reason="", in_doubt=False)
        async with self.db.transaction():
            await store.must_hold(self.db, delivery)
            await store.settle(self.db, delivery, Outcome(verdict="sent"), following, channel=_Quiet(), worker="bench")

    async def plan(self) -> str:
        """How PostgreSQL finds what is due."""
        statement = store.STATEMENTS[0].replace("$1", "'bench'").replace("$2", "gen_random_uuid()")
        lines = await self.db.fetch("EXPLAIN " + statement.replace("$3", "'bench'").replace("$4", str(AT_ONCE)))
        return "\n".join(line[0] for line in lines)


@asynccontextmanager
async def waiting(ground: Ground, rows: int) -> AsyncIterator[Waiting]:
    schema = f"waiting_{rows}"
    db = await asyncpg.connect(
        ground.servers.dsn(), server_settings={"search_path": f"{schema},ledger", "jit": "off", "timezone": "UTC"}
    )
    try:
        await db.execute(f"CREATE SCHEMA {schema}")
        for table in ("delivery", "attempt"):
            await db.execute(f"CREATE TABLE {schema}.{table} (LIKE ledger.{table} INCLUDING ALL)")
        await db.execute(_FILL, rows, "sent")
        await db.execute(_FILL, rows, "pending")
        await db.execute("ANALYZE delivery")
        yield Waiting(db, rows)
        await db.execute(f"DROP SCHEMA {schema} CASCADE")
    finally:
        await db.close()


async def by_size(ground: Ground, say: Callable[[str], None]) -> list[tuple[float, float]]:
    """Milliseconds for each delivery, claimed, marked and settled, for tables in which more and more wait.

    All tables are there at once and are measured by turns, so that a busy moment of the machine meets all of them.
    """
    async with AsyncExitStack() as stack:
        tables = []
        for rows in SIZES:
            tables.append(await stack.enter_async_context(waiting(ground, rows)))
            say(f"claims: {rows:,} rows wait")
        for table in tables:
            await table.rate(_COUNT)
        taken: dict[int, list[float]] = {rows: [] for rows in SIZES}
        for _ in range(_ROUNDS):
            for table in tables:
                taken[table.rows].append(1000 / await table.rate(_COUNT))
    return [(float(rows), statistics.median(each)) for rows, each in taken.items()]
