"""import-time-clock: what happens a moment later bears a later time, in every table and payload."""

import asyncio
from datetime import timedelta

import asyncpg
from sqlalchemy import DateTime

import enrollment.store.tables
import ledger.store.tables
import notifier.store.tables
import wallet_sync.store.tables
from stampbook_cli.journeys.doors import until
from tests.platform import Platform

APART = timedelta(seconds=1.2)
TABLES = (enrollment.store.tables, ledger.store.tables, notifier.store.tables, wallet_sync.store.tables)
_TIMES = {
    "enrollment": "SELECT enrolled_at FROM enrollment.customer WHERE customer_id = $1",
    "ledger": "SELECT opened_at FROM ledger.card WHERE customer_id = $1",
    "notifier": "SELECT created_at FROM notifier.delivery WHERE recipient = $1 ORDER BY created_at LIMIT 1",
    "wallet": "SELECT wanted_at FROM wallet.pass WHERE customer_id = $1",
}


def test_no_column_has_a_time_as_its_default() -> None:
    columns = [column for tables in TABLES for table in tables.metadata.tables.values() for column in table.columns]
    times = [column for column in columns if isinstance(column.type, DateTime)]
    assert len(times) > 40
    assert [column for column in times if column.default is not None or column.server_default is not None] == []


async def test_two_customers_a_moment_apart_are_a_moment_apart_everywhere(platform: Platform) -> None:
    first = await _joined(platform)
    await asyncio.sleep(APART.total_seconds())
    second = await _joined(platform)
    for service, statement in _TIMES.items():
        db = await asyncpg.connect(platform.attached.dsn(service))
        earlier, later = await db.fetchval(statement, first), await db.fetchval(statement, second)
        await db.close()
        assert APART <= later - earlier < APART * 20, service


async def _joined(platform: Platform) -> str:
    email = platform.new_address()
    await platform.join(email)
    card = await until(lambda: platform.card_of(email), within_seconds=10, what="a card")

    async def mailed() -> bool | None:
        return True if len(await platform.doors.mails_to(email)) >= 2 else None

    await until(mailed, within_seconds=15, what="both mails")
    return card["customer_id"]
