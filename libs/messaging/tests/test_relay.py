"""The relay on the real servers: every event on the stream once and in order, whoever publishes, whatever is lost."""

from typing import Any
from uuid import uuid4

import pytest
from counter_house import House, merchant_in, until
from counter_items import apply, command_item
from counter_service import earn
from counter_works import Works

from stampbook_events.registry import UnknownType
from stampbook_messaging import relay
from stampbook_messaging.bus import ApiRefused, OutcomeUnknown, Reply
from stampbook_messaging.event_store import Row
from stampbook_messaging.jetstream import message_at, stream_state
from stampbook_messaging.publishing import POSITIONS, positions_from, told_by_the_tail
from stampbook_messaging.relay import Relay, StreamAhead
from stampbook_messaging.streams import event_config

MERCHANT, CARD = merchant_in(4), uuid4()


async def record(works: Works, count: int, *, first_seq: int = 1) -> list[Row]:
    """Commit *count* events past the relay, as another process might have."""
    if not works.leases.held:
        await works.leases.beat()
    items = [command_item(first_seq + n, earn(CARD), merchant=MERCHANT) for n in range(count)]
    return (await apply(works, items)).rows


async def lead(works: Works) -> Relay:
    await works.relay.lead([works.relay.worker])
    return works.relay


async def stored(house: House) -> int:
    return (await stream_state(house.operator, "EVT_ledger")).messages


async def positions_at_the_tail(house: House) -> list[int]:
    state = await stream_state(house.operator, "EVT_ledger")
    tail = await message_at(house.operator, "EVT_ledger", state.last_seq)
    assert tail is not None
    return positions_from(tail.headers[POSITIONS])


@pytest.mark.parametrize("count", [1, 5, 6, 256, 300])
async def test_single_messages_and_batches_bring_the_same_stream(works: Works, count: int) -> None:
    await record(works, count)
    await lead(works)
    works.start("relay")
    await works.relayed()
    assert await works.complaints() == []
    assert await stored(works.house) == count
    assert (await positions_at_the_tail(works.house))[4] == count


async def test_after_a_start_the_relay_goes_on_where_the_stream_ends(works: Works) -> None:
    await record(works, 3)
    await (await lead(works))._turn()
    await record(works, 3, first_seq=4)
    heir = Works.of(works.house, "heir")
    await heir.relay.lead(["heir"])
    heir.start("relay")
    await heir.relayed()
    await heir.rest()
    assert await stored(works.house) == 6
    assert await works.complaints() == []


async def test_what_follows_on_a_refused_message_is_refused_though_its_number_fits(works: Works) -> None:
    rows = await record(works, 3)
    await works.relay.publisher.publish(rows[:1], [0] * 16, 0)
    stranger = Works.of(works.house, "stranger").relay.publisher
    with pytest.raises(ApiRefused):
        await stranger.publish(rows[1:], [0] * 16, 0)
    assert await stored(works.house) == 1


async def test_what_follows_on_what_another_published_is_refused_with_what_is_before_it(works: Works) -> None:
    """The last message is the one before ours in number and id, and yet the first of ours is nowhere."""
    rows = await record(works, 3)
    await put_by_another(works.house)
    await Works.of(works.house, "heir").relay.publisher.publish(rows[1:2], [0] * 16, 1)
    with pytest.raises(ApiRefused):
        await works.relay.publisher.publish(rows, [0] * 16, 0)
    assert await stored(works.house) == 2


async def test_a_second_leader_stores_nothing(works: Works) -> None:
    rows = await record(works, 3)
    first = await lead(works)
    await first._turn()
    stranger = Works.of(works.house, "stranger").relay.publisher
    with pytest.raises(ApiRefused):
        await stranger.publish(rows[2:], [0] * 16, 2)
    with pytest.raises(ApiRefused):
        await stranger.publish(rows * 5, [0] * 16, 0)
    assert await stored(works.house) == 3


async def test_who_was_replaced_notices_at_the_next_heartbeat(works: Works) -> None:
    relay = await lead(works)
    heir = Works.of(works.house, "heir").relay
    await heir.lead(["heir"])
    await relay.lead(["one", "heir"])
    assert (relay.leading, heir.leading) == (False, True)


async def test_nobody_takes_the_lead_from_the_living(works: Works) -> None:
    await lead(works)
    other = Works.of(works.house, "other").relay
    await other.lead(["one", "other"])
    assert not other.leading


class DeafBus:
    """The house's bus, but the answer to the first publish is lost on its way back."""

    def __init__(self, bus: Any) -> None:
        self._bus, self.lost = bus, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish_stored(self, subject: str, payload: bytes, headers: dict[str, str]) -> Any:
        ack = await self._bus.publish_stored(subject, payload, headers)
        return self._lose(ack)

    async def request(self, subject: str, payload: bytes, **more: Any) -> Any:
        reply = await self._bus.request(subject, payload, **more)
        return self._lose(reply) if subject.startswith("evt.") else reply

    def _lose(self, answer: Any) -> Any:
        if not self.lost:
            self.lost += 1
            raise OutcomeUnknown("the answer was lost")
        return answer


@pytest.mark.parametrize("count", [1, 4, 40])
async def test_a_lost_answer_is_cleared_up_by_reading_the_tail(works: Works, count: int) -> None:
    works.relay.publisher.bus = deaf = DeafBus(works.house.ledger)  # type: ignore[assignment]
    await record(works, count)
    await lead(works)
    works.start("relay")
    await works.relayed()
    assert (deaf.lost, await stored(works.house)) == (1, count)
    assert await works.complaints() == []


@pytest.mark.parametrize("place", ["relay.before_publish", "relay.mid_batch", "relay.after_publish"])
async def test_a_relay_that_died_anywhere_is_succeeded_without_loss_or_double(works: Works, place: str) -> None:
    await record(works, 40)
    works.arm(place)
    await lead(works)
    works.start("relay")
    await until(works_done(works))
    heir = Works.of(works.house, "heir")
    await heir.relay.lead(["heir"])
    heir.start("relay")
    await heir.relayed()
    await heir.rest()
    assert await stored(works.house) == 40
    assert await works.complaints() == []


def works_done(works: Works) -> Any:
    async def ended() -> bool:
        return works.tasks["relay"].done()

    return ended


async def test_a_recreated_stream_gets_everything_again(works: Works) -> None:
    await record(works, 20)
    await lead(works)
    works.start("relay")
    await works.relayed()
    await works.house.new_stream(event_config("ledger", 64))
    await record(works, 1, first_seq=21)
    works.relay.nudge()
    await works.relayed()
    await until(lambda: alarmed(works.house, "event_stream_recreated"))
    assert await stored(works.house) == 21
    assert await works.complaints() == []


async def alarmed(house: House, name: str) -> bool:
    return name in await house.alarms()


async def test_a_stream_ahead_of_the_log_alarms_and_nothing_is_published(works: Works) -> None:
    await record(works, 3)
    relay = await lead(works)
    await relay._turn()
    await works.house.db.execute("DELETE FROM event; DELETE FROM inbox; DELETE FROM aggregate")
    await works.house.db.execute("UPDATE partition SET pos = 0, cmd_seq = 0, head = decode(repeat('00', 32), 'hex')")
    relay._known = False
    with pytest.raises(StreamAhead):
        await relay._turn()
    assert await works.house.alarms() == ["stream_ahead_of_log"]
    assert await stored(works.house) == 3


async def test_rows_offered_with_a_gap_are_read_from_the_log(works: Works) -> None:
    rows = await record(works, 5)
    relay = await lead(works)
    relay.offer([rows[0], rows[3]])
    works.start("relay")
    await works.relayed()
    assert await works.complaints() == []


async def test_who_resigns_leaves_its_place_in_the_database(works: Works) -> None:
    await record(works, 2)
    relay = await lead(works)
    await relay._turn()
    await relay.resign()
    assert await works.house.db.fetchval("SELECT pos FROM relayed WHERE partition = 4") == 2
    assert await works.house.db.fetchval("SELECT owner FROM relay") is None


class ForgetfulBus(DeafBus):
    """Says of a message what a leader says that was replaced before it came: there is none."""

    async def request(self, subject: str, payload: bytes, **more: Any) -> Any:
        if not self.lost and subject.startswith("$JS.API.STREAM.MSG.GET."):
            self.lost += 1
            return Reply(b'{"error":{"code":404,"err_code":10037,"description":"no message found"}}', {})
        return await self._bus.request(subject, payload, **more)


async def test_a_tail_that_is_not_told_is_no_older_tail(works: Works) -> None:
    await record(works, 3)
    relay = await lead(works)
    await relay._turn()
    state = await stream_state(works.house.ledger, "EVT_ledger")
    bus: Any = ForgetfulBus(works.house.ledger)
    with pytest.raises(OutcomeUnknown):
        await told_by_the_tail(bus, "EVT_ledger", state)
    assert await told_by_the_tail(bus, "EVT_ledger", state) == [3 if n == 4 else 0 for n in range(16)]


class CountingBus(DeafBus):
    """The first message is refused; *sent* counts what was sent after it."""

    sent = 0

    async def publish_stored(self, subject: str, payload: bytes, headers: dict[str, str]) -> Any:
        self.sent += 1
        raise OutcomeUnknown("the answer was lost")


async def test_nothing_is_sent_before_the_event_before_it_is_stored(works: Works) -> None:
    works.relay.publisher.bus = bus = CountingBus(works.house.ledger)  # type: ignore[assignment]
    rows = await record(works, 4)
    with pytest.raises(OutcomeUnknown):
        await works.relay.publisher.publish(rows, [0] * 16, 0)
    assert bus.sent == 1


async def put_by_another(house: House) -> None:
    """Something on our event stream that no relay of ours has put there."""
    await house.ledger.publish_stored(f"evt.ledger.pub.{MERCHANT}.4.points_earned", b"not ours", {})


@pytest.mark.parametrize("count", [2, 5, 6, 40])
async def test_nothing_is_stored_past_an_event_that_was_refused(works: Works, count: int) -> None:
    rows = await record(works, count)
    await put_by_another(works.house)
    with pytest.raises(ApiRefused):
        await works.relay.publisher.publish(rows, [0] * 16, 0)
    assert await stored(works.house) == 1


@pytest.mark.parametrize("count", [1, 4, 40])
async def test_what_another_put_behind_our_last_event_is_passed_over(works: Works, count: int) -> None:
    relay = await lead(works)
    await record(works, count)
    await relay._turn()
    await put_by_another(works.house)
    await record(works, count, first_seq=count + 1)
    works.start("relay")
    await works.relayed()
    assert await stored(works.house) == 2 * count + 1


async def test_a_stream_made_anew_is_filled_though_nothing_happens(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LOOK_SECONDS", 0.1)
    await record(works, 3)
    await lead(works)
    works.start("relay")
    await works.relayed()
    await works.house.new_stream(event_config("ledger", 64))
    await until(lambda: filled(works.house, 3))
    assert await works.house.alarms() == ["event_stream_recreated"]


async def filled(house: House, count: int) -> bool:
    return await stored(house) == count


async def test_events_keep_their_places_when_their_times_step_back(works: Works) -> None:
    """A clock that is set back, or two processes that settle at once, must not change the order of a partition."""
    await record(works, 300)
    await works.house.db.execute("UPDATE event SET recorded_at = recorded_at - pos * interval '1 minute'")
    await lead(works)
    works.start("relay")
    await works.relayed()
    assert await works.complaints() == []
    assert await stored(works.house) == 300


async def test_row_16_an_event_of_a_newer_release_ends_the_relay_and_is_not_passed_over(works: Works) -> None:
    await record(works, 3)
    await works.house.db.execute("UPDATE event SET type = 'ledger.points_earned.v99' WHERE pos = 2")
    await lead(works)
    with pytest.raises(UnknownType, match=r"ledger\.points_earned\.v99"):
        await works.relay.run()
    assert await stored(works.house) == 0
    await works.house.db.execute("UPDATE event SET type = 'ledger.points_earned.v1' WHERE pos = 2")
    works.start("relay")
    await works.relayed()
    assert await stored(works.house) == 3
