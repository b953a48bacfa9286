"""The data directory: whose it is, who holds it, and what a reset leaves in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stampbook_cli.embedded.conditions import AlreadyRunning, NotOurDirectory, NotRunning
from stampbook_cli.embedded.data_directory import PROJECT, DataDirectory
from stampbook_cli.embedded.settings import keep_credentials, remember_ports

HOLDER = """
import sys
from pathlib import Path
from stampbook_cli.embedded.data_directory import DataDirectory
with DataDirectory(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_environment_moves_it(tmp_path: Path) -> None:
    assert DataDirectory.locate({"STAMPBOOK_DATA": str(tmp_path)}).path == tmp_path
    assert DataDirectory.locate({}).path == PROJECT / ".stampbook"


def test_a_second_launcher_is_refused_and_told_who_holds_it(directory: DataDirectory) -> None:
    command = [sys.executable, "-c", HOLDER, str(directory.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=f"process {holder.pid}.*stampbook down"), directory.locked():
            raise AssertionError("two held it at once")
        assert directory.owner() == holder.pid
        holder.kill()
    with directory.locked():
        assert directory.owner() == os.getpid()


def test_nobody_holds_what_was_let_go(directory: DataDirectory) -> None:
    with directory.locked():
        pass
    assert directory.owner() is None
    with pytest.raises(NotRunning, match="not running"):
        directory.running_owner()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(NotOurDirectory, match="not empty"), DataDirectory(tmp_path).locked():
        raise AssertionError("it was taken")
    with pytest.raises(NotOurDirectory, match="nothing is deleted"):
        DataDirectory(tmp_path).empty(with_settings=True)
    assert (tmp_path / "thesis.txt").read_text() == "important"


def test_a_reset_is_refused_while_it_runs(directory: DataDirectory) -> None:
    with directory.locked(), pytest.raises(AlreadyRunning, match="stampbook down"):
        directory.empty(with_settings=False)


def test_a_reset_keeps_keys_and_settings(directory: DataDirectory) -> None:
    directory.make()
    ports, credentials = remember_ports(directory), keep_credentials(directory)
    (directory.inbox / "message").write_text("hello")
    assert "inbox" in directory.empty(with_settings=False)
    assert not (directory.inbox / "message").exists()
    assert (remember_ports(directory), keep_credentials(directory)) == (ports, credentials)


def test_a_reset_deletes_settings_when_told(directory: DataDirectory) -> None:
    directory.make()
    before = keep_credentials(directory)
    directory.empty(with_settings=True)
    directory.make()
    assert keep_credentials(directory).setup_token != before.setup_token


def test_secrets_are_for_our_eyes_only(directory: DataDirectory) -> None:
    directory.make()
    keep_credentials(directory)
    files = list(directory.credentials.iterdir())
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
