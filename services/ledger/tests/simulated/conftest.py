"""Where the simulation is found, and a PostgreSQL with the ledger's tables for its stories alone."""

import asyncio
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
sys.path += [
    str(ROOT / "libs" / "messaging" / "tests" / "simulated"),
    str(ROOT / "libs" / "messaging" / "tests" / "parts"),
    str(ROOT / "services" / "ledger" / "tests"),
    str(Path(__file__).parent),
]

from backend import Backend  # noqa: E402  found only now

from stampbook_cli.embedded.testing import start_servers  # noqa: E402
from stampbook_messaging import migrate  # noqa: E402
from stampbook_messaging.logging import configure_logging  # noqa: E402


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    servers = start_servers(tmp_path_factory.mktemp("ledgers"), durable=False)
    configure_logging("simulation", "simulation", "error", stream=io.StringIO())  # the trail says more
    try:
        # An autovacuum would come when it likes, and move rows.
        servers.postgres.run_sql("ALTER SYSTEM SET autovacuum = off")
        servers.postgres.run_sql("SELECT pg_reload_conf()")
        asyncio.run(migrate.upgrade("ledger", servers.dsn("ledger")))
        made = Backend(servers.dsn("ledger"), "ledger")
        yield made
        made.close()
    finally:
        configure_logging("", "")
        servers.stop()
