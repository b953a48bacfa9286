"""The log's migration and its description are one; a service refuses any other version of its schema."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from counter_house import House
from counter_process import make_package

from stampbook_messaging import migrate
from stampbook_messaging.migrate import MigrationsBroken, SchemaMismatch, drift, head_of, must_be_current, upgrade

LOG = "counter_log"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    make_package(folder, "notifier", LOG)
    return folder / LOG


@pytest.fixture
def second(package: Path) -> Iterator[Path]:
    """A second migration, forgotten after the test."""
    file = package / "migrations" / "versions" / "0002_more.py"
    yield file
    file.unlink(missing_ok=True)


async def test_the_migrated_log_is_the_described_one(house: House, package: Path) -> None:
    assert await upgrade(LOG, house.servers.dsn("notifier")) == "0001"
    assert await upgrade(LOG, house.servers.dsn("notifier")) == "0001"
    assert await drift(LOG, house.servers.dsn("notifier")) == []


async def test_a_table_that_nobody_described_is_drift(house: House, package: Path) -> None:
    await upgrade(LOG, house.servers.dsn("notifier"))
    house.servers.postgres.run_sql("CREATE TABLE notifier.stray (id int)")
    try:
        assert "stray" in str(await drift(LOG, house.servers.dsn("notifier")))
    finally:
        house.servers.postgres.run_sql("DROP TABLE notifier.stray")


async def test_only_the_very_version_is_current(house: House, package: Path, second: Path) -> None:
    url = house.servers.dsn("notifier")
    await upgrade(LOG, url)
    db = await asyncpg.connect(url)
    await must_be_current(db, LOG)
    write(second, "revision = '0002'\ndown_revision = '0001'\n")
    with pytest.raises(SchemaMismatch, match="needs schema version 0002, the database is at 0001"):
        await must_be_current(db, LOG)
    await db.close()


async def test_an_empty_database_is_no_version_at_all(house: House, package: Path) -> None:
    with pytest.raises(SchemaMismatch, match="the database is at none"):
        await must_be_current(house.pools["wallet"], LOG)


def write(file: Path, text: str) -> None:
    file.write_text(text)


def test_migrations_that_fork_are_refused(package: Path, second: Path) -> None:
    second.write_text("revision = '0002'\ndown_revision = None\n")
    with pytest.raises(MigrationsBroken, match=r"\['0001', '0002'\]"):
        head_of(LOG)


def test_a_package_that_does_not_exist_is_named() -> None:
    with pytest.raises(MigrationsBroken, match="there is no package nowhere_at_all"):
        migrate.versions_folder("nowhere_at_all")


async def test_the_clock_of_sql_can_be_set_for_a_simulation(house: House) -> None:
    async with house.db.acquire() as db, db.transaction():
        await db.execute("SET LOCAL stampbook.now = '2030-01-01T00:00:00Z'")
        assert (await db.fetchval("SELECT stampbook_now()")).year == 2030
    assert (await house.db.fetchval("SELECT stampbook_now()")).year != 2030
