"""One whole Stampbook for all tests below this folder that ask for it; it starts with the first of them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.platform import Platform


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    directory = DataDirectory(tmp_path_factory.mktemp("platform") / "data")
    async with stack(directory, with_traces=True) as running, client() as http:
        attached = attach(directory)
        keys = keep_keys(directory)
        await seed(http, attached, keys)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keys)
