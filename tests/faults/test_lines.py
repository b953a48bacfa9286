"""The lines between services and servers are cut, frozen, slowed down and made deaf: row 19, C6, C7, C22."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from tests.faults.parts.line import Lines, ThroughLines, listening_lines
from tests.faults.parts.load import Load
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack
from tests.faults.parts.processes import restarts_of, running_again
from tests.platform import Platform

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

DOMAIN = ("enrollment", "ledger", "notifier", "wallet")
EVERYBODY = (*DOMAIN, "gateway")
CUT_COMMITS, CUT_SOCKETS = 6, 50
DEAF_SECONDS, SLOW_SECONDS = 3.0, 15.0
HALF_OF_FIVE_SECONDS = 2.5
DETECTED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Own:
    platform: Platform
    lines: Lines

    def lives(self) -> dict[str, int]:
        return {name: restarts_of(self.platform, name) for name in EVERYBODY}


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Own]:
    async with (
        listening_lines() as lines,
        own_stack(tmp_path_factory.mktemp("lines"), ThroughLines(lines)) as platform,
    ):
        yield Own(platform, lines)


@pytest.mark.parametrize("name", DOMAIN)
async def test_c07_the_connection_is_cut_during_commit(own: Own, name: str) -> None:
    line, lives = own.lines.postgres[name], own.lives()
    async with Load(own.platform).going() as load:
        await load.flows()
        line.commits_to_cut = CUT_COMMITS

        async def all_cut() -> bool | None:
            return True if line.commits_to_cut == 0 else None

        await until(all_cut, within_seconds=RECOVERY_SECONDS, what=f"{CUT_COMMITS} commits cut")
        await load.flows()
    await load.settled()
    assert own.lives() == lives


async def test_row_19_fifty_sockets_are_cut_under_load(own: Own) -> None:
    cuts, lives = 0, own.lives()
    async with Load(own.platform).going() as load:
        for line in itertools.cycle(own.lines.all):
            cuts += line.cut()
            await asyncio.sleep(0.05)
            if cuts >= CUT_SOCKETS:
                break
        await load.flows()
    await load.settled()
    assert own.lives() == lives


@pytest.mark.parametrize("name", EVERYBODY)
async def test_c06_acknowledgements_and_answers_of_the_bus_are_lost(own: Own, name: str) -> None:
    lives = own.lives()
    async with Load(own.platform).going() as load:
        await load.flows()
        with own.lines.nats[name].deaf():
            await asyncio.sleep(DEAF_SECONDS)
        await load.flows()
    await load.settled()
    assert own.lives() == lives


@pytest.mark.parametrize("server", ["nats", "postgres"])
async def test_row_19_c22_half_open_connections_are_noticed_and_replaced(own: Own, server: str) -> None:
    lines = own.lines.nats if server == "nats" else own.lines.postgres
    async with Load(own.platform).going() as load:
        await load.flows()
        assert sum(line.freeze() for line in lines.values()) >= len(lines)
        sold = load.sold

        async def goes_on() -> bool | None:
            return True if load.sold >= sold + 10 else None

        await until(goes_on, within_seconds=2 * DETECTED_SECONDS, what="sales over new connections")
        await running_again(own.platform, *EVERYBODY)
    await load.settled()


@pytest.mark.parametrize("server", ["nats", "postgres"])
async def test_row_19_c22_five_seconds_of_latency_lose_and_double_nothing(own: Own, server: str) -> None:
    lines = own.lines.nats if server == "nats" else own.lines.postgres
    async with Load(own.platform).going() as load:
        await load.flows()
        for line in lines.values():
            line.one_way_seconds = HALF_OF_FIVE_SECONDS
        await asyncio.sleep(SLOW_SECONDS)
        for line in lines.values():
            line.one_way_seconds = 0.0
        await load.flows()
    await load.settled()
