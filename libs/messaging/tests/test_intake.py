"""Readers of one stream, on a bus that only remembers: in order, nothing skipped, and every doubt is said."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from standing_clock import StandingClock

from stampbook_messaging.bus import BusUnavailable, Callback, Incoming, Reply
from stampbook_messaging.intake import ROOM, Intake, Start


@dataclass
class Ear:
    bus: "QuietBus"

    async def unsubscribe(self) -> None:
        self.bus.callback = None


@dataclass
class QuietBus:
    """Says yes to everything and lets the test deliver."""

    is_connected: bool = True
    trouble: Exception | None = None
    callback: Callback | None = None
    requests: list[tuple[str, Any]] = field(default_factory=list)
    pulls: list[int] = field(default_factory=list)

    def new_inbox(self) -> str:
        return "_INBOX.test"

    async def subscribe(self, subject: str, callback: Callback, queue: str = "") -> Ear:
        self.callback = callback
        return Ear(self)

    async def request(self, subject: str, payload: bytes, **_: Any) -> Reply:
        if self.trouble is not None:
            raise self.trouble
        self.requests.append((subject, msgspec.json.decode(payload) if payload else None))
        return Reply(b'{"num_pending": 0}', {})  # what the server says of a new consumer, as far as we read it

    async def publish(self, subject: str, payload: bytes, headers: Any = None, *, reply: str = "") -> None:
        self.pulls.append(msgspec.json.decode(payload)["batch"])

    async def bring(self, seq: int, nth: int, id_: str = "", pending: int = 0) -> None:
        """One message: *seq* on the stream, *nth* that this consumer delivers."""
        assert self.callback is not None
        reply = f"$JS.ACK.CMD_ledger.reader.1.{seq}.{nth}.1781000000000000000.{pending}"
        await self.callback(Incoming("cmd.ledger.3.m.earn_points", reply, b"{}", {"Nats-Msg-Id": id_}))

    async def say(self, status: str, **headers: str) -> None:
        assert self.callback is not None
        await self.callback(Incoming("_INBOX.test", "", b"", {"Status": status, **headers}))


HELD = {3: 0}


@dataclass
class Table:
    bus: QuietBus
    clock: StandingClock
    intake: Intake


@pytest.fixture
def table() -> Table:
    bus, clock = QuietBus(), StandingClock()
    return Table(bus, clock, Intake(bus, clock, "CMD_ledger", lambda p: f"cmd.ledger.{p}.>", "one"))  # type: ignore[arg-type]


async def opened(table: Table, start: Start | None = None) -> QuietBus:
    await table.intake.open(3, start or Start(0, None, must_meet=False))
    return table.bus


async def test_what_comes_is_handed_over_in_order(table: Table) -> None:
    bus = await opened(table)
    for n, seq in enumerate((5, 9, 12), start=1):
        await bus.bring(seq, n)
    assert [(item.partition, item.seq) for item in await table.intake.take(10, HELD)] == [(3, 5), (3, 9), (3, 12)]
    assert await table.intake.take(10, HELD) == []


async def test_a_reader_starts_at_the_last_applied_message_and_does_not_hand_it_over_again(table: Table) -> None:
    bus = await opened(table, Start(7, "seven", must_meet=True))
    config = next(body["config"] for subject, body in bus.requests if ".CREATE." in subject)
    assert (config["opt_start_seq"], config["ack_policy"], config["filter_subject"]) == (7, "none", "cmd.ledger.3.>")
    await bus.bring(7, 1, "seven")
    await bus.bring(8, 2, "eight")
    assert [item.seq for item in await table.intake.take(10, HELD)] == [8]


@pytest.mark.parametrize(("seq", "id_"), [(7, "another"), (8, "seven")])
async def test_another_message_where_we_left_is_a_doubt(table: Table, seq: int, id_: str) -> None:
    bus = await opened(table, Start(7, "seven", must_meet=True))
    await bus.bring(seq, 1, id_)
    assert table.intake.doubtful() == {3}
    assert table.intake.reason(3).startswith("lost")
    assert await table.intake.take(10, HELD) == []


async def test_a_delivery_that_is_missing_is_a_doubt_and_what_is_buffered_stays_back(table: Table) -> None:
    bus = await opened(table)
    await bus.bring(1, 1)
    await bus.bring(3, 3)
    await bus.bring(4, 4)
    assert table.intake.reason(3) == "gap: delivery 3 where 2 was due"
    assert await table.intake.take(10, HELD) == []


async def test_the_last_delivery_is_missed_by_the_next_heartbeat(table: Table) -> None:
    bus = await opened(table)
    await bus.bring(1, 1)
    await bus.say("100", **{"Nats-Last-Consumer": "1"})
    assert table.intake.doubtful() == set()
    await bus.say("100", **{"Nats-Last-Consumer": "2"})
    assert table.intake.reason(3) == "gap: 2 were sent, 1 arrived"


@pytest.mark.parametrize("held", [{}, {3: 1}])
async def test_what_was_read_under_another_lease_is_read_again(table: Table, held: dict[int, int]) -> None:
    bus = await opened(table)
    await bus.bring(1, 1)
    assert await table.intake.take(10, held) == []
    assert table.intake.doubtful() == {3}


async def test_each_message_knows_the_one_before_it(table: Table) -> None:
    bus = await opened(table, Start(7, "seven", must_meet=True))
    for n, seq in enumerate((7, 9, 12), start=1):
        await bus.bring(seq, n, "seven")
    assert [(item.after, item.seq) for item in await table.intake.take(10, HELD)] == [(7, 9), (9, 12)]


async def test_two_missed_heartbeats_are_a_doubt(table: Table) -> None:
    bus = await opened(table)
    table.clock.seconds += 12
    await bus.say("100")
    table.clock.seconds += 12
    table.intake.check_alive()
    assert table.intake.doubtful() == set()
    table.clock.seconds += 1
    table.intake.check_alive()
    assert table.intake.reason(3) == "heartbeats missed"


async def test_a_deleted_consumer_is_a_doubt(table: Table) -> None:
    bus = await opened(table)
    await bus.say("409", Description="Consumer Deleted")
    assert table.intake.reason(3) == "409 Consumer Deleted"


async def test_an_expired_pull_is_made_again(table: Table) -> None:
    bus = await opened(table)
    await bus.say("408", **{"Nats-Pending-Messages": "512"})
    assert bus.pulls == [512, 512]


async def test_more_is_asked_for_before_the_last_pull_runs_dry(table: Table) -> None:
    bus = await opened(table)
    for n in range(1, 400):
        await bus.bring(n, n)
    assert bus.pulls == [512, 512 - 128]


async def test_a_full_memory_asks_for_nothing_until_there_is_room_again(table: Table) -> None:
    bus = await opened(table)
    for n in range(1, ROOM + 1):
        await bus.bring(n, n)
    asked = len(bus.pulls)
    for n in range(ROOM + 1, ROOM + 400):
        await bus.bring(n, n)
    assert len(bus.pulls) == asked
    while await table.intake.take(256, HELD):
        pass
    assert len(bus.pulls) > asked


async def test_a_reader_that_could_not_start_is_a_doubt_at_once(table: Table) -> None:
    table.bus.trouble = BusUnavailable("gone")
    with pytest.raises(BusUnavailable):
        await opened(table)
    assert table.intake.doubtful() == {3}


async def test_closing_forgets_what_was_buffered_and_gives_the_consumer_back(table: Table) -> None:
    bus = await opened(table)
    await bus.bring(1, 1)
    await table.intake.close(3)
    assert (await table.intake.take(10, HELD), bus.callback) == ([], None)
    assert [subject.split(".")[3] for subject, _ in bus.requests] == ["CREATE", "DELETE"]


async def test_every_consumer_has_a_name_of_its_own(table: Table) -> None:
    await opened(table)
    await opened(table)
    names = {body["config"]["name"] for subject, body in table.bus.requests if ".CREATE." in subject}
    assert len(names) == 2


async def test_what_waits_is_counted_on_the_stream_and_in_memory(table: Table) -> None:
    bus = await opened(table)
    await bus.bring(1, 1, pending=41)
    assert table.intake.lag() == {3: 42}
