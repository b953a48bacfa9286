"""Named places where a test build may be told to fail; nothing happens unless it was."""

import asyncio
import os
import subprocess
import sys
import time

import pytest

from stampbook_messaging.failpoints import NONE, Armed, Failpoints


async def test_nothing_happens_where_nothing_is_armed() -> None:
    points = Failpoints.parse("worker.after_lock=fail")
    await points.reach("worker.before_commit")
    await NONE.reach("worker.after_lock")
    assert points.passes == {}


async def test_an_armed_place_fails_once_and_by_its_name() -> None:
    points = Failpoints.parse("relay.mid_batch=fail")
    with pytest.raises(Armed, match=r"relay\.mid_batch"):
        await points.reach("relay.mid_batch")
    await points.reach("relay.mid_batch")


async def test_a_place_can_be_armed_for_its_third_pass() -> None:
    points = Failpoints.parse(" relay.mid_batch = fail @3; ")
    await points.reach("relay.mid_batch")
    await points.reach("relay.mid_batch")
    with pytest.raises(Armed):
        await points.reach("relay.mid_batch")


async def test_a_pause_takes_its_time_and_goes_on() -> None:
    points = Failpoints.parse("consumer.after_take=pause:0.05")
    started = time.monotonic()
    await points.reach("consumer.after_take")
    assert time.monotonic() - started >= 0.05


def test_kill_ends_the_process_as_a_power_cut_would() -> None:
    program = (
        "import asyncio, os\n"
        "from stampbook_messaging.failpoints import Failpoints\n"
        "asyncio.run(Failpoints.from_environ(os.environ).reach('worker.after_commit'))\n"
        "print('survived')"
    )
    environ = {**os.environ, "STAMPBOOK_FAILPOINTS": "worker.after_commit=kill"}
    ended = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (-9, "")


@pytest.mark.parametrize("text", ["here=explode", "here", "here=pause", "here=pause:soon", "here=fail@often"])
def test_a_plan_nobody_understands_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="failpoint|invalid"):
        Failpoints.parse(text)


def test_without_the_variable_nothing_is_armed() -> None:
    assert Failpoints.from_environ({}).plans == {}
    assert asyncio.run(Failpoints().reach("anywhere")) is None  # type: ignore[func-returns-value]
