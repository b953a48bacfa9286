"""Clocks of services jump by an hour, there and back, while customers join and buy: row 12, C23."""

import asyncio
import importlib.util
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from stampbook_cli.embedded.services import Parts, Service
from stampbook_cli.embedded.stack import Declaration
from stampbook_cli.journeys.doors import hidden_field, until
from tests.faults.parts.load import Load, insist
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, rows
from tests.faults.parts.processes import restarts_of
from tests.platform import Platform

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

EVERYBODY = ("enrollment", "ledger", "notifier", "wallet", "gateway")
HOUR = 3600
LOOKS_EVERY_SECONDS = 1
_OWNERS = "SELECT DISTINCT owner FROM partition"


def library() -> Path:
    """libfaketime, which stands between a process and its clock; nothing of it is imported."""
    found = importlib.util.find_spec("libfaketime")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"


class WithClocks(Declaration):
    """Every service reads its time of day through a file of its own, which may say that it is another one."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def services(self, parts: Parts) -> list[Service]:
        return [self._with_clock(service) for service in super().services(parts)]

    def _with_clock(self, service: Service) -> Service:
        clock = clock_of(self._folder, service.name)
        clock.write_text("+0\n")
        clock_variables = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": str(LOOKS_EVERY_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return replace(service, environment={**service.environment, **clock_variables})


def clock_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.clock"


@dataclass(frozen=True, slots=True)
class Own:
    platform: Platform
    folder: Path

    @asynccontextmanager
    async def off(self, seconds: int, *names: str) -> AsyncIterator[None]:
        """Inside, their clocks are so many seconds ahead, or behind."""
        await self._set(seconds, names)
        try:
            yield
        finally:
            await self._set(0, names)

    async def _set(self, seconds: int, names: tuple[str, ...]) -> None:
        for name in names:
            clock = clock_of(self.folder, name)
            clock.with_suffix(".new").write_text(f"{seconds:+d}\n")
            clock.with_suffix(".new").replace(clock)  # never empty, whenever it is read
        await asyncio.sleep(1.5 * LOOKS_EVERY_SECONDS)


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Own]:
    folder = tmp_path_factory.mktemp("clock")
    async with own_stack(folder, WithClocks(folder)) as platform:
        yield Own(platform, folder)


async def test_the_clocks_here_can_be_set(own: Own) -> None:
    """A form bears the time of the gateway that handed it out."""
    async with own.off(HOUR, "gateway"):
        await until(lambda: ahead_by(own, HOUR), within_seconds=RECOVERY_SECONDS, what="a clock that is ahead")
    await until(lambda: ahead_by(own, 0), within_seconds=RECOVERY_SECONDS, what="a clock that is right")


async def ahead_by(own: Own, seconds: int) -> bool | None:
    return True if abs(await issued_at(own.platform) - time.time() - seconds) < 60 else None


async def issued_at(platform: Platform) -> float:
    form = await insist(lambda: platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join")))
    return int(hidden_field(form.text, "form_token").partition(".")[0], 16) / 1000


@pytest.mark.parametrize("name", EVERYBODY)
async def test_row_12_c23_one_clock_jumps_by_an_hour_there_and_back(own: Own, name: str) -> None:
    lives, owners = restarts_of(own.platform, name), await owners_of(own, name)
    async with Load(own.platform).going() as load:
        for seconds in (HOUR, -HOUR):
            await load.flows()
            async with own.off(seconds, name):
                await load.flows()
        await load.flows()
    await load.settled()
    assert (restarts_of(own.platform, name), await owners_of(own, name)) == (lives, owners)


async def owners_of(own: Own, name: str) -> set[str]:
    """Who holds the partitions: nobody loses a lease because clocks disagree."""
    if name == "gateway":
        return set()
    return {row["owner"] for row in await rows(own.platform, name, _OWNERS)}


async def test_row_12_c23_all_clocks_jump_in_different_directions(own: Own) -> None:
    async with Load(own.platform).going() as load:
        await load.flows()
        async with own.off(HOUR, "ledger", "notifier"), own.off(-HOUR, "enrollment", "gateway"):
            await load.flows(20)
        await load.flows()
    await load.settled()


async def test_row_12_a_form_handed_out_before_the_clock_was_set_back_is_answered(own: Own) -> None:
    platform, email = own.platform, own.platform.new_address()
    async with own.off(HOUR, "gateway"):
        form = await insist(lambda: platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join")))
    answer = await platform.send_form(form.text, email)
    assert answer.status_code == 303
