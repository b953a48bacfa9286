"""One PostgreSQL and one nats-server for all tests of the embedded mode."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.testing import Servers, start_servers

sys.path.append(str(Path(__file__).parent / "parts"))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("servers"))
    yield running
    running.stop()


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")
