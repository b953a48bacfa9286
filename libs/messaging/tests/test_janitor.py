"""The janitor: books before it purges, purges what the inbox answers for, and misses nothing that went another way."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.failpoints import Armed, Failpoints
from stampbook_messaging.janitor import Janitor
from stampbook_messaging.jetstream import stream_state

MERCHANT, OTHER = merchant_in(1), merchant_in(2)


def janitor(house: House, keep: timedelta = timedelta(0), *armed: str) -> Janitor:
    return Janitor(
        token="ledger",
        pool=house.db,
        bus=house.ledger,
        clock=SystemClock(),
        alarms=Alarms(house.db),
        failpoints=Failpoints(dict.fromkeys(armed, ("fail", 1))),
        keep=keep,
    )


@pytest.fixture
async def applied(works: Works) -> Works:
    """Ten commands of one merchant and one of another, all applied."""
    works.start()
    for _ in range(10):
        await works.house.send(earn(), MERCHANT)
    await works.house.send(earn(), OTHER)
    await works.answered(11)
    return works


async def left(house: House) -> int:
    return (await stream_state(house.operator, "CMD_ledger")).messages


async def booked(house: House) -> list[Any]:
    return [tuple(row) for row in await house.db.fetch("SELECT messages, done_at IS NOT NULL FROM purge")]


async def test_what_was_applied_long_ago_goes_but_for_the_last_of_each_partition(applied: Works) -> None:
    assert await janitor(applied.house).sweep() == 9
    assert await left(applied.house) == 2
    assert await booked(applied.house) == [(9, True)]
    assert await applied.house.alarms() == []


async def test_what_is_younger_than_three_days_stays(applied: Works) -> None:
    assert await janitor(applied.house, timedelta(days=3)).sweep() == 0
    assert await left(applied.house) == 11


async def test_what_was_not_applied_stays(applied: Works) -> None:
    applied.worker.stop()
    await applied.tasks["worker"]
    for _ in range(5):
        await applied.house.send(earn(), MERCHANT)
    await janitor(applied.house).sweep()
    assert await left(applied.house) == 7


async def test_a_second_sweep_finds_nothing_to_do(applied: Works) -> None:
    await janitor(applied.house).sweep()
    assert await janitor(applied.house).sweep() == 0
    assert len(await booked(applied.house)) == 1


async def test_after_a_purge_the_worker_goes_on_where_it_was(applied: Works) -> None:
    await janitor(applied.house).sweep()
    applied.keeper.doubt_everything("test")
    card = uuid4()
    await applied.house.send(earn(card), MERCHANT)
    await applied.answered(12)
    assert await applied.counted(card) == (100, 1)
    assert await applied.house.alarms() == []


async def test_messages_that_went_another_way_are_missed(applied: Works) -> None:
    purge = {"filter": "cmd.ledger.1.>", "seq": 4}
    await applied.house.ledger.request("$JS.API.STREAM.PURGE.CMD_ledger", msgspec.json.encode(purge))
    assert not await janitor(applied.house).check()
    assert await applied.house.alarms() == ["commands_missing"]


async def test_a_janitor_that_died_after_booking_is_caught_up_with(applied: Works) -> None:
    with pytest.raises(Armed):
        await janitor(applied.house, timedelta(0), "janitor.after_booking").sweep()
    assert await booked(applied.house) == [(9, False)]
    assert await janitor(applied.house).sweep() == 9
    assert (await booked(applied.house), await left(applied.house)) == ([(9, True)], 2)
    assert await applied.house.alarms() == []


async def test_a_janitor_that_died_after_the_purge_does_not_blind_the_check(applied: Works) -> None:
    with pytest.raises(Armed):
        await janitor(applied.house, timedelta(0), "janitor.after_purge").sweep()
    assert (await booked(applied.house), await left(applied.house)) == ([(9, False)], 2)
    await applied.house.send(earn(), MERCHANT)
    await applied.answered(12)
    await janitor(applied.house).sweep()
    assert sorted(await booked(applied.house)) == [(1, True), (9, True)]
    assert await janitor(applied.house).check()
    assert await applied.house.alarms() == []


async def test_repeated_messages_are_counted_as_answered_for(applied: Works) -> None:
    await applied.house.db.execute("UPDATE partition SET cmd_seq = 0, cmd_id = NULL WHERE id = 1")
    applied.keeper.doubt_everything("test")
    await applied.house.send(earn(), MERCHANT)
    await applied.answered(12)
    assert await janitor(applied.house).sweep() == 10
    assert await applied.house.alarms() == []


async def test_what_has_no_inbox_row_is_not_purged_but_alarmed(applied: Works) -> None:
    await applied.house.db.execute("DELETE FROM inbox WHERE partition = 1 AND cmd_seq = 4")
    assert await janitor(applied.house).sweep() == 0
    assert (await left(applied.house), await booked(applied.house)) == (11, [])
    assert await applied.house.alarms() == ["purge_without_inbox"]
