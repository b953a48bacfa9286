"""Reading another service's events on the real servers: each takes effect once, in order, and none is lost unseen."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from counter_house import House, merchant_in, until
from counter_items import apply, command_item
from counter_reader import POISON, EmptyLog, Reader, publish_rows, tell, tell_bytes
from counter_service import earn
from counter_works import Works

from stampbook_messaging.event_store import Row
from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.locking import Fenced
from stampbook_messaging.log_queries import log_answers
from stampbook_messaging.queries import answer_queries
from stampbook_messaging.streams import event_config

MERCHANT = merchant_in(11)


@pytest.fixture
async def reader(house: House) -> AsyncIterator[Reader]:
    made = Reader.of(house)
    yield made
    await made.rest()


@pytest.fixture
async def rows(works: Works) -> AsyncIterator[list[Row]]:
    """Five events in the ledger's log, which answers queries; none is on the stream yet."""
    answering = await answer_queries(works.house.ledger.raw, "ledger", log_answers(works.house.db), instance="one")
    await works.leases.beat()
    card = uuid4()
    items = [command_item(seq, earn(card), merchant=MERCHANT) for seq in range(1, 6)]
    yield (await apply(works, items)).rows
    await answering.stop()


async def test_every_event_takes_effect_once_and_owes_its_delivery(reader: Reader) -> None:
    cards = [uuid4() for _ in range(4)]
    for position in range(1, 21):
        await tell(reader.house, MERCHANT, position, cards[position % 4])
    reader.start()
    await reader.reaches(MERCHANT, 20)
    assert [await reader.learnt(card) for card in cards] == [(500, 5)] * 4
    assert await reader.owed() == 20
    assert reader.woken


async def test_an_event_that_comes_again_is_skipped(reader: Reader) -> None:
    card = uuid4()
    for position in (1, 2, 1, 2, 3, 2):
        await tell(reader.house, MERCHANT, position, card)
    reader.start()
    await reader.reaches(MERCHANT, 3)
    assert await reader.learnt(card) == (300, 3)


@pytest.mark.parametrize("place", ["consumer.before_commit", "consumer.after_commit"])
async def test_a_consumer_that_died_at_its_commit_is_succeeded_without_loss_or_double(
    reader: Reader, place: str
) -> None:
    card = uuid4()
    for position in range(1, 11):
        await tell(reader.house, MERCHANT, position, card)
    reader.failpoints.plans[place] = ("pause:60", 1)
    reader.start()
    await until(lambda: passed(reader, place))
    for task in reader.tasks:
        task.cancel()
    heir = Reader.of(reader.house, "reader")
    heir.start()
    await heir.reaches(MERCHANT, 10)
    await heir.rest()
    assert (await heir.learnt(card), await heir.owed()) == ((1000, 10), 10)


async def passed(reader: Reader, place: str) -> bool:
    return place in reader.failpoints.passes


async def test_a_gap_is_filled_from_the_owners_log_and_counted(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, [rows[0], rows[3], rows[4]])
    reader.start()
    await reader.reaches(MERCHANT, 5)
    assert await reader.learnt(rows[0].aggregate) == (500, 5)
    assert reader.consumer.healed == 2
    assert await reader.house.alarms("wallet") == ["events_fetched_from_log"]


@pytest.mark.parametrize("moved", ["pos = pos + 7", "pos = pos + 1, stream_seq = stream_seq + 1", "pos = pos - 1"])
async def test_a_cursor_moved_by_hand_is_put_back_with_an_alarm(reader: Reader, rows: list[Row], moved: str) -> None:
    await publish_rows(reader.house, rows[:3])
    reader.start()
    await reader.reaches(MERCHANT, 3)
    await reader.db.execute(f"UPDATE cursor SET {moved} WHERE partition = 11")
    await publish_rows(reader.house, rows[3:])
    await until(lambda: learnt_all(reader, rows))
    assert await reader.at(MERCHANT) == 5
    assert await reader.house.alarms("wallet") == ["cursor_moved"]


async def test_a_cursor_that_an_earlier_holder_moved_stays_where_it_is(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, rows[:3])
    reader.start()
    await reader.reaches(MERCHANT, 3)
    await reader.db.execute("UPDATE cursor SET pos = 4, epoch = epoch - 1 WHERE partition = 11")
    await publish_rows(reader.house, rows[3:])
    await reader.reaches(MERCHANT, 5)
    assert await reader.learnt(rows[0].aggregate) == (400, 4)
    assert await reader.house.alarms("wallet") == []


async def learnt_all(reader: Reader, rows: list[Row]) -> bool:
    return await reader.learnt(rows[0].aggregate) == (500, 5)


async def test_a_gap_that_the_owner_cannot_fill_holds_the_partition_and_no_other(house: House) -> None:
    log = EmptyLog()
    reader, other = Reader.of(house, owners_log=log), merchant_in(12)
    await tell(house, MERCHANT, 5, uuid4())
    await tell(house, other, 1, uuid4())
    reader.start()
    await reader.reaches(other, 1)
    await until(lambda: asked_twice(log))
    assert (await reader.at(MERCHANT), log.asked[0]) == (0, (11, 0, 5))
    await reader.rest()


async def asked_twice(log: EmptyLog) -> bool:
    return len(log.asked) >= 2


async def test_an_unknown_type_goes_to_the_dead_letters_and_parks_what_follows_on_it(reader: Reader) -> None:
    strange, good = uuid4(), uuid4()
    await tell(reader.house, MERCHANT, 1, strange, type_="ledger.points_burnt.v1")
    await tell(reader.house, MERCHANT, 2, strange)
    await tell(reader.house, MERCHANT, 3, good)
    reader.start()
    await reader.reaches(MERCHANT, 3)
    assert (await reader.learnt(strange), await reader.learnt(good)) == (None, (100, 1))
    assert await reader.house.letters("wallet") == [("open", "unknown_type"), ("waiting", "behind_parked")]


async def test_a_bug_parks_its_card_and_the_others_go_on(reader: Reader) -> None:
    bad, good = uuid4(), uuid4()
    for position, (card, amount) in enumerate([(good, 1), (bad, POISON), (bad, 1), (good, 1)], start=1):
        await tell(reader.house, MERCHANT, position, card, amount)
    reader.start()
    await reader.reaches(MERCHANT, 4)
    assert (await reader.learnt(bad), await reader.learnt(good)) == (None, (2, 2))
    assert await reader.house.letters("wallet") == [("open", "bug:ZeroDivisionError"), ("waiting", "behind_parked")]
    assert "event_parked" in await reader.house.alarms("wallet")


async def test_what_follows_later_waits_behind_a_parked_card(reader: Reader) -> None:
    bad = uuid4()
    reader.start()
    for position, amount in enumerate([POISON, 1], start=1):
        await tell(reader.house, MERCHANT, position, bad, amount)
        await reader.reaches(MERCHANT, position)
    assert await reader.house.letters("wallet") == [("open", "bug:ZeroDivisionError"), ("waiting", "behind_parked")]


async def test_bytes_that_are_no_event_are_kept_and_their_place_is_filled(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, rows[:1])
    await tell_bytes(reader.house, MERCHANT, b"{]")
    await publish_rows(reader.house, rows[2:])
    reader.start()
    await reader.reaches(MERCHANT, 5)
    assert await reader.learnt(rows[0].aggregate) == (500, 5)
    assert await reader.house.letters("wallet") == [("open", "undecodable")]


async def test_a_recreated_stream_is_read_again_and_nothing_takes_effect_twice(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, rows[:3])
    reader.start()
    await reader.reaches(MERCHANT, 3)
    await reader.house.new_stream(event_config("ledger", 64))
    await publish_rows(reader.house, rows)
    reader.keeper.doubt_everything("test")
    await reader.reaches(MERCHANT, 5)
    assert await reader.learnt(rows[0].aggregate) == (500, 5)
    assert "event_stream_changed" in await reader.house.alarms("wallet")


async def test_a_stream_that_grew_since_it_was_asked_is_no_other_stream(reader: Reader, rows: list[Row]) -> None:
    asked_before = await stream_state(reader.house.wallet, "EVT_ledger")
    await publish_rows(reader.house, rows)
    reader.start()
    await reader.reaches(MERCHANT, 5)
    starts, source = reader.keeper.starts, reader.keeper.sources[0]
    start = await starts.of_events(source, 11, reader.keeper.leases.held[11], asked_before)
    assert start.after_seq == 5
    assert await reader.house.alarms("wallet") == []


async def test_c09_who_no_longer_holds_a_partition_leaves_its_cursor_alone(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, rows)
    reader.start()
    await reader.reaches(MERCHANT, 5)
    state = await stream_state(reader.house.wallet, "EVT_ledger")
    another = replace(state, created=state.created + timedelta(days=1))
    with pytest.raises(Fenced):
        await reader.keeper.starts.of_events(reader.keeper.sources[0], 11, reader.keeper.leases.held[11] - 1, another)
    assert await reader.db.fetchval("SELECT stream_seq FROM cursor WHERE partition = $1", 11) == 5
    assert await reader.house.alarms("wallet") == []


async def test_c14_another_event_where_the_last_one_was_is_noticed(reader: Reader, rows: list[Row]) -> None:
    await publish_rows(reader.house, rows[:3])
    reader.start()
    await reader.reaches(MERCHANT, 3)
    await reader.rest()
    await publish_rows(reader.house, rows[3:])
    await reader.db.execute("UPDATE cursor SET stream_seq = 5 WHERE partition = 11")  # as it was before a restore
    heir = Reader.of(reader.house, "heir")
    heir.start()
    await heir.reaches(MERCHANT, 5)
    await heir.rest()
    assert await heir.learnt(rows[0].aggregate) == (500, 5)
    assert await heir.house.alarms("wallet") == ["event_stream_changed"]


async def test_two_readers_that_both_think_they_hold_a_partition_do_no_double_work(reader: Reader) -> None:
    card, other = uuid4(), Reader.of(reader.house, "other")
    for position in range(1, 31):
        await tell(reader.house, MERCHANT, position, card)
    reader.start()
    await reader.reaches(MERCHANT, 1)
    other.keeper.leases.held = dict(reader.keeper.leases.held)
    other.start()
    await reader.reaches(MERCHANT, 30)
    await other.rest()
    assert (await reader.learnt(card), await reader.owed()) == ((3000, 30), 30)
