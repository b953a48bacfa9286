"""A log that was there before reports were: the migration sums it up as the commands would have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool

from .rebuilding import empty, rows, tell
from .stories import story_of

OF_BEFORE = (
    "DROP TABLE account_day, cohort, reward_change",
    "ALTER TABLE lot DROP COLUMN cohort",
    "DROP INDEX posting_when, card_test",
    """
    UPDATE posting p SET counts_at = p.recorded_at FROM event e
    WHERE e.merchant = p.merchant AND e.id = p.event_id AND e.type NOT LIKE 'ledger.points\\_expired.%'
    """,
    "UPDATE alembic_version SET version_num = '0007'",
)


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("before"), durable=False)
    yield running
    running.stop()


@pytest.mark.parametrize("seed", [77, 3, 5])
async def test_the_migration_sums_up_what_was_recorded_before_it(own_servers: Servers, seed: int) -> None:
    dsn = own_servers.dsn("ledger")
    await migrate.upgrade("ledger", dsn)
    pool: Any = await connect_pool(dsn, "ledger")
    await empty(pool)
    await tell(pool, story_of(seed, 150))
    kept = await rows(pool)
    for statement in OF_BEFORE:
        await pool.execute(statement)
    await pool.close()
    await migrate.upgrade("ledger", dsn)
    assert await migrate.drift("ledger", dsn) == []
    pool = await connect_pool(dsn, "ledger")
    assert await rows(pool) == kept
    await pool.close()
