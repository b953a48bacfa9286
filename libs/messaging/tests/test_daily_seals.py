"""A day that has ended is sealed once, by whoever comes first, and the seal leaves for where nobody can rewrite it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works
from sealing_days import Process, midnight, process, seal_events, seals

from stampbook_events import ids
from stampbook_events.seals import NO_SEAL, hash_of_text, log_id, seal_text
from stampbook_events.subjects import partition_of
from stampbook_messaging.daily_seals.sealer import keep_sealed
from stampbook_messaging.failpoints import Armed

PLATFORMS = partition_of(ids.PLATFORM)
MERCHANT = merchant_in(PLATFORMS)


@pytest.fixture
async def busy(works: Works) -> House:
    """Five purchases were recorded today; nothing runs any more."""
    works.start()
    for _ in range(5):
        await works.house.send(earn(uuid4()), MERCHANT)
    await works.answered(5)
    await works.relayed()
    await works.rest()
    return works.house


@pytest.fixture
async def one(busy: House) -> AsyncIterator[Process]:
    async with process(busy) as made:
        yield made


async def test_the_day_that_ended_is_sealed_over_all_heads(one: Process) -> None:
    heads = [tuple(row) for row in await one.house.db.fetch("SELECT id, pos, encode(head, 'hex') FROM partition")]
    at = await midnight(one.house)
    assert await (await one.at(at)).sealer.look()
    (seal,) = await seals(one.house)
    assert [(each["id"], each["position"], each["head"]) for each in seal["partitions"]] == sorted(heads)
    said = (seal["service"], seal["number"], seal["day"], seal["previous"])
    assert said == ("ledger", 1, (at - timedelta(days=1)).date().isoformat(), NO_SEAL)
    assert seal["hash"] == hash_of_text(seal_text(seal))


async def test_the_seal_is_an_event_of_its_own(one: Process) -> None:
    await (await one.at(await midnight(one.house))).sealer.look()
    assert await seal_events(one.house) == await seals(one.house)
    (told,) = one.told
    assert (told.merchant, told.aggregate, told.partition, told.pos) == (ids.PLATFORM, log_id("ledger"), PLATFORMS, 6)


async def test_a_day_is_sealed_once(one: Process) -> None:
    await one.at(await midnight(one.house))
    assert [await one.sealer.look() for _ in range(3)] == [True, False, False]
    await one.at(await midnight(one.house) + timedelta(hours=23, minutes=59))
    assert not await one.sealer.look()
    assert len(await seal_events(one.house)) == 1


async def test_a_day_without_events_chains_on(one: Process) -> None:
    for days in (1, 2, 3):
        assert await (await one.at(await midnight(one.house, days))).sealer.look()
    first, second, third = await seals(one.house)
    assert [seal["number"] for seal in (first, second, third)] == [1, 2, 3]
    assert (second["previous"], third["previous"]) == (first["hash"], second["hash"])


async def test_days_that_nobody_sealed_are_sealed_late_by_the_next_one(one: Process) -> None:
    await (await one.at(await midnight(one.house))).sealer.look()
    at = await midnight(one.house, 5) + timedelta(hours=9)
    assert await (await one.at(at)).sealer.look()
    assert [seal["number"] for seal in await seals(one.house)] == [1, 2]
    assert (await seals(one.house))[1]["day"] == (at - timedelta(days=1)).date().isoformat()


async def test_the_day_that_goes_on_is_not_sealed(one: Process) -> None:
    """Nor is the day before the first event."""
    await one.at(await midnight(one.house) - timedelta(seconds=4))
    assert not await one.sealer.look()


async def test_an_empty_log_is_not_sealed(house: House) -> None:
    async with process(house) as one:
        assert not await (await one.at(await midnight(house, 3))).sealer.look()
    assert await house.alarms() == []


async def test_a_seal_made_by_many_at_once_is_one(busy: House) -> None:
    async with AsyncExitStack() as closing:
        made = [await closing.enter_async_context(process(busy, f"process-{n}")) for n in range(6)]
        for days in (1, 2, 3):
            for each in made:
                await each.at(await midnight(busy, days))
            sealed = await asyncio.gather(*(each.sealer.look() for each in made))
            assert (sum(sealed), len(await seals(busy))) == (1, days)
    assert [event["hash"] for event in await seal_events(busy)] == [seal["hash"] for seal in await seals(busy)]
    assert await Works.of(busy, "looker").complaints() != []  # the stream is behind: nobody relays here
    assert await busy.db.fetchval("SELECT count(*) FROM event") == 8


@pytest.mark.parametrize("place", ["sealer.before_commit", "sealer.after_commit"])
async def test_whoever_dies_on_the_way_is_made_up_for_by_the_next(busy: House, tmp_path: Path, place: str) -> None:
    async with process(busy, "dies", tmp_path) as dies, process(busy, "comes", tmp_path) as comes:
        dies.arm(place)
        with pytest.raises(Armed):
            await (await dies.at(await midnight(busy))).sealer.look()
        await (await comes.at(await midnight(busy))).sealer.look()
    assert len(await seals(busy)) == len(await seal_events(busy)) == 1
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 1


async def test_a_clock_that_jumps_ahead_and_back_seals_no_day_twice_and_leaves_none_out(one: Process) -> None:
    """A year ahead for a moment: the days that come are sealed all the same, each by its own name."""
    for days in (1, 366, 1, 2, 3):
        await (await one.at(await midnight(one.house, days))).sealer.look()
    found = await seals(one.house)
    assert [seal["number"] for seal in found] == [1, 2, 3, 4]
    days = [(await midnight(one.house, days - 1)).date().isoformat() for days in (1, 366, 2, 3)]
    assert [seal["day"] for seal in found] == days
    assert await one.house.alarms() == []


async def test_a_clock_that_falls_back_behind_midnight_seals_nothing_again(one: Process) -> None:
    at = await midnight(one.house)
    await (await one.at(at)).sealer.look()
    for back in (timedelta(seconds=5), timedelta(hours=2), timedelta(days=1)):
        assert not await (await one.at(at - back)).sealer.look()
    assert len(await seals(one.house)) == 1


async def test_nothing_is_sealed_by_a_process_whose_database_went_back(one: Process) -> None:
    """It was restored under us: our heartbeats are counted there."""
    await one.at(await midnight(one.house))
    await one.pool.execute("UPDATE worker SET beats = beats - 1")
    assert not await one.sealer.look()
    one.sealer.leases.unsure = True
    await one.pool.execute("UPDATE worker SET beats = beats + 1")
    assert not await one.sealer.look()


async def refused(one: Process) -> None:
    """Sealing fails, as it would on a table that somebody locked up."""
    await one.pool.execute("ALTER TABLE seal ADD CONSTRAINT shut CHECK (number < 0) NOT VALID")
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await one.sealer.look()
    finally:
        await one.pool.execute("ALTER TABLE seal DROP CONSTRAINT shut")


async def test_no_seal_for_more_than_26_hours_is_alarmed_until_there_is_one(one: Process) -> None:
    await (await one.at(await midnight(one.house))).sealer.look()
    at = await midnight(one.house, 2)
    for hours, alarmed in ((0, []), (1, []), (3, ["seal_overdue"])):
        await refused(await one.at(at + timedelta(hours=hours)))
        await one.sealer._complain()
        assert await one.house.alarms() == alarmed
    assert await one.sealer.look()
    assert await one.house.alarms() == []


async def test_a_log_that_was_never_sealed_is_alarmed_about_as_well(one: Process) -> None:
    await one.at(await midnight(one.house) + timedelta(hours=27))
    await one.sealer._complain()
    assert await one.house.alarms() == ["seal_overdue"]


async def test_a_log_that_is_still_brought_up_is_not_sealed(one: Process) -> None:
    """Nor is anything else done meanwhile, but showing signs of life."""
    await one.at(await midnight(one.house))
    answers, seen, heard = [True, False, False], [], []

    def may_seal() -> bool:
        answer = answers.pop()
        seen.append((answer, len(one.told)))
        return answer

    one.sealer.every_seconds, one.sealer.alive = 0.0, heard.append
    with pytest.raises(IndexError):
        await keep_sealed(one.sealer, may_seal)
    assert (seen, len(one.told), heard) == ([(False, 0), (False, 0), (True, 0)], 1, ["sealer"] * 4)


async def test_trouble_of_the_database_does_not_end_the_sealer(one: Process) -> None:
    await one.at(await midnight(one.house))
    answers = [True, True]
    await one.pool.execute("ALTER TABLE seal RENAME TO gone")

    def may_seal() -> bool:
        return answers.pop()

    one.sealer.every_seconds = 0.0
    try:
        with pytest.raises(IndexError):
            await keep_sealed(one.sealer, may_seal)
    finally:
        await one.pool.execute("ALTER TABLE gone RENAME TO seal")
    assert await one.sealer.look()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


async def test_each_seal_is_a_line_in_the_folder_that_was_named(busy: House, tmp_path: Path) -> None:
    async with process(busy, "one", tmp_path) as one, process(busy, "other", tmp_path) as other:
        for days in (1, 2):
            for each in (one, other):
                await (await each.at(await midnight(busy, days))).sealer.look()
    found: list[Any] = [hash_of_text(seal_text(seal)) for seal in await seals(busy)]
    assert [line.split('"hash":"')[1][:64] for line in lines(tmp_path / "ledger.jsonl")] == found


async def test_a_file_that_cannot_be_written_is_alarmed_and_caught_up_with(busy: House, tmp_path: Path) -> None:
    async with process(busy, "one", tmp_path / "gone") as one:
        await (await one.at(await midnight(busy))).sealer.look()
        assert await busy.alarms() == ["seal_not_kept"]
        (tmp_path / "gone").mkdir()
        await (await one.at(await midnight(busy, 2))).sealer.look()
        assert (await busy.alarms(), len(lines(tmp_path / "gone" / "ledger.jsonl"))) == ([], 2)
