"""Rows of an older schema are brought along."""

from pathlib import Path
from uuid import UUID

import asyncpg

from stampbook_cli.embedded.testing import start_servers
from stampbook_messaging import migrate

BEFORE = """
DROP TABLE birthday_consent, birthday_gift, birthday_work;
ALTER TABLE customer DROP COLUMN confirmed_at;
ALTER TABLE personal DROP COLUMN birthday_entered_at;
UPDATE alembic_version SET version_num = '0004';
INSERT INTO customer VALUES ('{0}', '{0}', 'fr', true, false, '2026-01-01Z');
INSERT INTO personal VALUES ('{0}', '{0}', 'key', 'sealed', '2026-01-01Z', NULL);
"""


async def test_who_joined_before_there_were_gifts_told_the_date_then_and_agreed_to_nothing(tmp_path: Path) -> None:
    servers = start_servers(tmp_path, durable=False)
    dsn = servers.dsn("enrollment")
    try:
        await migrate.upgrade("enrollment", dsn)
        db = await asyncpg.connect(dsn)
        await db.execute(BEFORE.format(UUID(int=7)))
        await migrate.upgrade("enrollment", dsn)
        row = await db.fetchrow("SELECT updated_at, birthday_entered_at, confirmed_at FROM personal, customer")
        assert (row["birthday_entered_at"], row["confirmed_at"]) == (row["updated_at"], None)
        assert await db.fetchval("SELECT count(*) FROM birthday_consent") == 0
        assert await migrate.drift("enrollment", dsn) == []
        await db.close()
    finally:
        servers.stop()
