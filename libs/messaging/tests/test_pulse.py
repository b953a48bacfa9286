"""Signs of life: who is silent is named, alarmed about by somebody else, and heard again."""

import asyncio
from typing import Any
from uuid import uuid4

from counter_house import House, until
from standing_clock import StandingClock

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.pulse import LIMIT_SECONDS, Pulse
from stampbook_messaging.watching import Watch


def test_who_is_heard_in_time_is_not_silent() -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    pulse.expect("worker")
    clock.seconds += LIMIT_SECONDS
    assert pulse.silent() == {}
    pulse.note("worker")
    clock.seconds += LIMIT_SECONDS
    assert pulse.silent() == {}


async def test_who_is_not_heard_is_named_with_the_time() -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    pulse.expect("worker")
    pulse.expect("janitor", 180.0)
    clock.seconds += 41
    assert await pulse.complaint() == "worker has been silent for 41 s"
    pulse.note("worker")
    assert await pulse.complaint() is None


async def test_a_job_that_sleeps_for_long_is_alive_meanwhile() -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    await pulse.part("sealing keys").sleep(1800.0)
    assert clock.seconds == 2800.0
    assert max(clock.slept) < LIMIT_SECONDS
    assert pulse.silent() == {}


def watch(house: House, pulse: Pulse, instance: str = "process") -> Watch:
    return Watch(pulse=pulse, alarms=Alarms(house.db), instance=instance, pool=house.db)


async def details(house: House) -> list[dict[str, Any]]:
    rows = await house.db.fetch("SELECT detail FROM alarm WHERE cleared_at IS NULL ORDER BY detail ->> 'instance'")
    return [row["detail"] for row in rows]


async def alive(house: House, instance: str) -> None:
    beat = "INSERT INTO worker (id, started_at, seen_at, retired) VALUES ($1, now(), now(), false)"
    await house.db.execute(beat.replace("now()", "stampbook_now()"), instance)


async def test_the_silent_is_alarmed_about_and_forgiven_when_heard_again(house: House) -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    watching = watch(house, pulse)
    pulse.expect("consumer of enrollment")
    clock.seconds += 31
    await watching.look()
    assert await details(house) == [{"part": "consumer of enrollment", "instance": "process", "seconds": 31}]
    pulse.note("consumer of enrollment")
    await watching.look()
    assert await house.alarms() == []


async def test_one_processs_silence_is_not_ended_by_another(house: House) -> None:
    clock = StandingClock()
    mute, sound = Pulse(clock), Pulse(clock)
    mute.expect("relay")
    await alive(house, "one")
    clock.seconds += 31
    await watch(house, mute, "one").look()
    await watch(house, sound, "two").look()
    assert [detail["instance"] for detail in await details(house)] == ["one"]


async def test_the_silence_of_a_process_that_is_gone_is_over(house: House) -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    pulse.expect("relay")
    clock.seconds += 31
    await watch(house, pulse, "gone").look()
    await watch(house, Pulse(clock), "successor").look()
    assert await house.alarms() == []


async def test_without_a_schema_the_log_alone_says_it() -> None:
    clock = StandingClock()
    pulse = Pulse(clock)
    pulse.expect("map")
    clock.seconds += 31
    watching = Watch(pulse=pulse, alarms=Alarms(None), instance=str(uuid4()), pool=None)
    await watching.look()
    assert list(watching._told_at) == ["map"]
    pulse.note("map")
    await watching.look()
    assert list(watching._told_at) == []


async def test_the_watch_is_itself_a_part_that_is_heard(house: House) -> None:
    pulse = Pulse(SystemClock())
    part = pulse.part("watch")
    pulse._heard["watch"] = -1e6
    running = asyncio.create_task(watch(house, pulse).run(part))

    async def heard() -> bool:
        return pulse.silent() == {}

    await until(heard)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
