"""Every named place where a process may die: it dies there, several services at once, and nothing is lost or doubled."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
import pytest_asyncio

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.data_directory import PROJECT
from stampbook_cli.journeys.doors import until
from tests.faults.parts.own_stack import own_stack, rows
from tests.faults.parts_of_clusters.custom import custom
from tests.platform import Platform

DECIDING = ("enrollment", "ledger")
READING = ("ledger", "notifier", "wallet")
OUTWARD = ("notifier", "wallet")
ROUNDS: dict[str, list[tuple[tuple[str, ...], str, tuple[str, ...], int]]] = {
    "c05_before_the_events": [(DECIDING, "worker", ("after_take", "after_lock", "after_load", "after_inbox"), 2)],
    "c06_around_the_commit": [
        (DECIDING, "worker", ("after_events", "after_projections", "before_commit", "after_commit"), 2)
    ],
    "c11_and_c12_in_the_relay": [
        (DECIDING, "relay", ("before_publish", "mid_batch", "after_publish"), 1),
        (OUTWARD, "relay", ("before_publish", "after_publish"), 2),
    ],
    "c16_in_the_consumer": [(READING, "consumer", ("after_take", "before_commit", "after_commit"), 2)],
    "c17_in_a_delivery": [(READING, "delivery", ("after_claim", "after_mark", "before_settle"), 3)],
    "c01_in_the_gateway": [(("gateway",), "gateway", ("before_publish", "after_publish") * 2, 4)],
}
"""Who dies, where one after the other, and how often it passes the place before it dies there."""
DEATH_SECONDS = 90
_LEFT_BY_THE_DEAD = """
SELECT id FROM delivery WHERE in_doubt AND ended_at IS NULL OR state IN ('claimed', 'sending')
AND claimed_by NOT IN (SELECT id FROM worker WHERE seen_at > stampbook_now() - interval '10 seconds')
"""
PURCHASES = 20

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory):
    async with own_stack(tmp_path_factory.mktemp("crash-points")) as platform:
        yield platform


@pytest.mark.parametrize("happening", ROUNDS)
async def test_nothing_is_lost_or_doubled_by_deaths(happening: str, own: Platform) -> None:
    deaths = [(service, part, places, nth) for services, part, places, nth in ROUNDS[happening] for service in services]
    async with custom(own) as served:
        await asyncio.gather(*(_die(own, *death) for death in deaths))
    print(f"{happening}: {served}")
    await served.check()


async def test_a_janitor_that_dies_between_booking_and_purge_is_caught_up_with(own: Platform) -> None:
    for place in ("after_booking", "after_purge"):
        async with custom(own) as served:
            await served.more(PURCHASES)
        await served.check()
        assert _sweep(own, f"janitor.{place}=kill@1").returncode == -signal.SIGKILL
    async with custom(own) as served:
        await served.more(PURCHASES)
    await served.check()
    last = _sweep(own, "")
    assert last.returncode == 0, last.stderr
    assert int(last.stdout) > 0
    await served.check()


def _sweep(platform: Platform, failpoints: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, so that what dies is the janitor."""
    environment = platform.running.supervisor.supervised["ledger"].service.environment
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.parts_of_clusters.one_sweep"],
        env={**environment, "STAMPBOOK_FAILPOINTS": failpoints},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


async def _die(platform: Platform, service: str, part: str, places: Sequence[str], nth: int) -> None:
    """One life after the other, each of which ends at the next place; then one without, for the others' sake."""
    for place in (f"{part}.{name}" for name in places):
        began = time.monotonic()
        with contextlib.suppress(ServerFailed):  # it may die there before it was seen to be ready
            await _arm(platform, service, f"{place}=kill@{nth}")
        await until(lambda: _killed(platform, service), within_seconds=DEATH_SECONDS, what=f"{service} dies at {place}")
        print(f"{service} died at {place} after {time.monotonic() - began:.1f} s")
        if part == "delivery":
            await _settle(platform, service)
    await _arm(platform, service, "")


async def _settle(platform: Platform, service: str) -> None:
    """A second death amid the same mail would leave it in doubt, as is promised; here each is to be sent once more."""
    await _arm(platform, service, "")

    async def nothing_left() -> bool | None:
        return None if await rows(platform, service, _LEFT_BY_THE_DEAD) else True

    await until(nothing_left, within_seconds=DEATH_SECONDS, what=f"what {service} left when it died")


async def _arm(platform: Platform, service: str, failpoints: str) -> None:
    await platform.running.restart(service, environment={"STAMPBOOK_FAILPOINTS": failpoints})


async def _killed(platform: Platform, service: str) -> bool | None:
    code = platform.running.supervisor.supervised[service].exit_code
    return True if code == -signal.SIGKILL else None
