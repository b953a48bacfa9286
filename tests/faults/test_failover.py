"""PostgreSQL's primary dies for good and its synchronous standby takes over: nothing that was answered is missing."""

import asyncio
import dataclasses

import pytest
import pytest_asyncio

from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.services import Parts, Service
from stampbook_cli.embedded.stack import Declaration
from tests.faults.parts.line import Line
from tests.faults.parts.own_stack import own_stack
from tests.faults.parts_of_clusters import standby
from tests.faults.parts_of_clusters.custom import custom
from tests.platform import Platform

SOME = 40

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


class ByWayOf(Declaration):
    """Services that reach PostgreSQL over *line* alone."""

    def __init__(self, line: Line) -> None:
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
    line = Line()
    server = await asyncio.start_server(line.connect, LOOPBACK, 0)
    line.port = server.sockets[0].getsockname()[1]
    yield line
    server.close()
    line.cut()


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory, line):
    async with own_stack(tmp_path_factory.mktemp("failover"), ByWayOf(line)) as platform:
        yield platform


async def test_row_06_every_answered_purchase_is_there_once_after_a_failover(own: Platform, line: Line) -> None:
    primary = own.running.postgres
    follower = standby.follow(primary, own.directory.path / "standby")
    try:
        async with custom(own) as served:
            await served.more(SOME)
            assert standby.is_synchronous(primary)
            primary.kill()
            standby.promote(follower)
            line.to_port = follower.port
            line.cut()
            await served.more(SOME)
        address = own.attached.urls["postgres"].replace(f":{primary.port}/", f":{follower.port}/")
        urls = {**own.attached.urls, "postgres": address}
        moved = dataclasses.replace(own, attached=dataclasses.replace(own.attached, urls=urls))
        print(served)
        await dataclasses.replace(served, platform=moved).check()
    finally:
        follower.stop()
