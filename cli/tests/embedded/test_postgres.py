"""The embedded PostgreSQL, on the real thing."""

import asyncpg
import pytest

from stampbook_cli.embedded.identities import SERVICES
from stampbook_cli.embedded.testing import Servers


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_what_must_hold_for_the_data_is_switched_on(servers: Servers, setting: str, value: str) -> None:
    assert servers.postgres.run_sql(f"SHOW {setting}") == value


def test_letters_beyond_ascii_have_a_lower_case(servers: Servers) -> None:
    assert servers.postgres.run_sql("SELECT lower('ÉLÖ')") == "élö"


@pytest.mark.parametrize("role", SERVICES)
async def test_a_service_works_in_a_schema_of_its_own(servers: Servers, role: str) -> None:
    connection = await asyncpg.connect(servers.dsn(role))
    try:
        await connection.execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('mine')")
        assert await connection.fetchval(f"SELECT text FROM {role}.notes") == "mine"
        await connection.execute("DROP TABLE notes")
    finally:
        await connection.close()


async def test_a_service_cannot_read_the_tables_of_another(servers: Servers) -> None:
    servers.postgres.run_sql("CREATE TABLE ledger.secret_notes (text text)")
    connection = await asyncpg.connect(servers.dsn("notifier"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="schema ledger"):
            await connection.fetch("SELECT * FROM ledger.secret_notes")
    finally:
        await connection.close()


async def test_nobody_gets_in_without_the_password(servers: Servers) -> None:
    stranger = servers.dsn("ledger").replace("ledger:", "ledger:not")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stranger)


def test_what_was_committed_survives_a_kill(servers: Servers) -> None:
    servers.postgres.run_sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)")
    servers.postgres.kill()
    servers.postgres.start()
    assert servers.postgres.run_sql("SELECT id FROM kept") == "42"


def test_a_clean_stop_needs_no_recovery(servers: Servers) -> None:
    servers.postgres.stop()
    before = servers.postgres.log.stat().st_size
    servers.postgres.start()
    assert "not properly shut down" not in servers.postgres.log.read_text()[before:]
