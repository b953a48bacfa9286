"""The gateway's door: held before anything else, and another one when somebody was quicker."""

import socket
from pathlib import Path

import pytest

from stampbook_cli.embedded import stack
from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.ports import LOOPBACK, free_port


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")


def test_a_port_taken_since_it_was_looked_at_is_given_up(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        seen = iter([{"gateway": other.getsockname()[1]}, {"gateway": free_port()}])
        monkeypatch.setattr(stack, "remember_ports", lambda *_: next(seen))
        door, ports = stack._open_door(directory, ())
        with door:
            assert door.getsockname()[1] == ports["gateway"] != other.getsockname()[1]


def test_when_every_port_is_taken_the_start_says_so(directory: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        monkeypatch.setattr(stack, "remember_ports", lambda *_: {"gateway": other.getsockname()[1]})
        with pytest.raises(ServerFailed, match="no port for the gateway"):
            stack._open_door(directory, ())
