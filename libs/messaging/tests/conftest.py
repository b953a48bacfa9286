"""One nats-server and one PostgreSQL for all tests of messaging; each test gets empty tables and new streams."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from stampbook_cli.embedded.testing import Servers, start_servers

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
sys.path.append(str(Path(__file__).parent / "parts"))

from counter_house import House  # noqa: E402  found only now
from counter_works import Works  # noqa: E402
from telling import Backend, town_on  # noqa: E402


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    running = start_servers(tmp_path_factory.mktemp("servers"), durable=False)
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="session")
async def built_house(servers: Servers) -> AsyncIterator[House]:
    house = await House.build(servers)
    yield house
    await house.close()


@pytest_asyncio.fixture
async def house(built_house: House) -> House:
    await built_house.empty()
    return built_house


@pytest_asyncio.fixture
async def works(house: House) -> AsyncIterator[Works]:
    """The counter service's worker and relay, not yet running."""
    made = Works.of(house)
    yield made
    await made.rest()


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Backend]]:
    """What the simulation's stories are told on: a PostgreSQL of their own."""
    with town_on(tmp_path_factory.mktemp("town")) as backends:
        yield backends
