"""The embedded database, for work on it alone: of a running Stampbook, or started for as long as the work takes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.conditions import NotRunning
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.postgres import PostgresServer


@contextlib.contextmanager
def database(directory: DataDirectory) -> Iterator[Callable[[str], str]]:
    """From a role to its address. Raises ``NotRunning`` where nothing was ever kept, or something is just starting."""
    if directory.owner() is not None:
        yield attach(directory).dsn
        return
    if not directory.is_ours() or not directory.postgres.exists():
        raise NotRunning(f"there is no Stampbook in {directory.path}")
    with directory.locked():
        server = PostgresServer(directory.postgres, port=choose_ports(("postgres",), {})["postgres"])
        server.start()
        try:
            yield server.dsn
        finally:
            server.stop()
