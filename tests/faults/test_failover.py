"""PostgreSQL's primary dies for good and its synchronous standby takes over: nothing that was answered is missing."""

import dataclasses

import pytest
import pytest_asyncio

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.services import Parts, Service
from stampbook_cli.embedded.stack import Declaration
from stampbook_cli.journeys.doors import until
from tests.faults.parts_of_clusters import standby
from tests.faults.parts_of_clusters.custom import Custom, custom
from tests.faults.parts_of_clusters.turnable_line import TurnableLine, line_to
from tests.faults.parts_of_clusters.whole import whole
from tests.platform import Platform

SOME = 40
PATIENCE_SECONDS = 60

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


class ByWayOf(Declaration):
    """Services that reach PostgreSQL over *line* alone."""

    def __init__(self, line: TurnableLine) -> None:
        super().__init__()
        self._line = line

    def services(self, parts: Parts) -> list[Service]:
        self._line.to_port = parts.postgres.port
        straight, over = f":{parts.postgres.port}/", f":{self._line.port}/"
        return [
            dataclasses.replace(
                one,
                environment={
                    name: value.replace(straight, over) if name == "STAMPBOOK_DATABASE_URL" else value
                    for name, value in one.environment.items()
                },
            )
            for one in super().services(parts)
        ]


@pytest_asyncio.fixture(scope="module")
async def line():
    async with line_to() as line:
        yield line


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory, line):
    async with whole(DataDirectory(tmp_path_factory.mktemp("failover") / "data"), ByWayOf(line)) as platform:
        yield platform


async def test_row_06_every_answered_purchase_is_there_once_after_a_failover(own: Platform, line: TurnableLine) -> None:
    primary = own.running.postgres
    follower = standby.follow(primary, own.directory.path / "standby")
    try:
        async with custom(own) as served:
            await _more(served)
            assert standby.is_synchronous(primary)
            primary.kill()
            standby.promote(follower)
            line.turn(follower.port)
            await _more(served)
        address = own.attached.urls["postgres"].replace(f":{primary.port}/", f":{follower.port}/")
        urls = {**own.attached.urls, "postgres": address}
        moved = dataclasses.replace(own, attached=dataclasses.replace(own.attached, urls=urls))
        print(f"{len(served.emails)} joins, {served.purchases} purchases")
        await dataclasses.replace(served, platform=moved).check()
    finally:
        follower.stop()


async def _more(served: Custom) -> None:
    wanted = served.purchases + SOME

    async def there() -> bool | None:
        return True if served.purchases >= wanted else None

    await until(there, within_seconds=PATIENCE_SECONDS, what=f"{SOME} more purchases")
