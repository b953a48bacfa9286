"""`stampbook rebuild` by the command line while customers join and buy: killed in each phase, and not: row C20."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from tests.faults.parts.load import Load
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, rows, sound
from tests.faults.tills import all_counted, open_street
from tests.platform import Platform

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

PLACES = ("after_page", "after_merged", "after_index", "before_switch", "after_switch", "before_finish")
_UNFINISHED = "SELECT count(*) AS open FROM rebuild WHERE finished_at IS NULL"
_EVENTS = "SELECT count(*) AS logged FROM event"
_DEMANDED = "SELECT count(*) AS deliveries FROM delivery"
_LEFT = "SELECT count(*) AS tables FROM pg_tables WHERE schemaname IN ('ledger_rebuilt', 'ledger_before')"


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with own_stack(tmp_path_factory.mktemp("rebuild")) as platform:
        yield platform


async def rebuild(own: Platform, failpoints: str = "") -> tuple[int, dict[str, Any]]:
    """As an operator types it: the exit code and the document."""
    environment = {**os.environ, "STAMPBOOK_DATA": str(own.directory.path), "STAMPBOOK_FAILPOINTS": failpoints}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stampbook_cli", "rebuild", "--json", env=environment, stdout=PIPE, stderr=PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode is not None
    return process.returncode, json.loads(said) if said else {}


async def finished(own: Platform) -> bool:
    (left,) = await rows(own, "ledger", _UNFINISHED)
    (tables,) = await rows(own, "ledger", _LEFT)
    return (left["open"], tables["tables"]) == (0, 0)


async def goes_on(own: Platform, *, with_counts: bool) -> None:
    """What was killed is called again, and differs in nothing; after the switch it cannot be told any more."""
    code, document = await rebuild(own)
    assert (code, document["ok"]) == (0, True)
    assert with_counts == (document["differing"] is not None)
    assert set((document["differing"] or {}).values()) <= {0}
    assert await finished(own)


@pytest.mark.parametrize("place", PLACES)
async def test_c20_a_rebuild_killed_in_each_phase_under_load_goes_on_where_it_stood(own: Platform, place: str) -> None:
    async with Load(own).going() as load:
        await load.flows()
        code, _ = await rebuild(own, f"rebuild.{place}=kill")
        assert code != 0
        await load.flows()
        await goes_on(own, with_counts=place not in {"after_switch", "before_finish"})
        await load.flows()
    await load.settled()


async def test_c20_a_rebuild_tells_nobody_anything_again(own: Platform) -> None:
    """No event, and so no mail and no change of a pass."""
    await sound(own)
    before = await said(own)
    assert (await rebuild(own))[0] == 0
    await sound(own)
    assert await said(own) == before


async def said(own: Platform) -> list[int]:
    (logged,) = await rows(own, "ledger", _EVENTS)
    owed = [await rows(own, service, _DEMANDED) for service in ("notifier", "wallet")]
    return [logged["logged"], *(found[0]["deliveries"] for found in owed)]


async def test_no_read_and_no_command_is_lost_while_rebuilds_go_on(own: Platform) -> None:
    async with open_street(own, tills=4, visitors=1) as (street, tills):
        for _ in range(3):
            await asyncio.sleep(1)
            code, document = await rebuild(own)
            assert (code, document["ok"], set(document["differing"].values())) == (0, True, {0})
            assert document["workers_waited_seconds"] < 2
    assert street.failed == []
    assert sum(till.bought for till in tills) > 20
    await until(lambda: all_counted(own, tills), within_seconds=RECOVERY_SECONDS, what="every purchase in its balance")
    await sound(own)
