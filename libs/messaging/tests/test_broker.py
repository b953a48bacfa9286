"""The simulation's broker says what nats-server says: the same questions to both."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from counter_house import House, until

sys.path.append(str(Path(__file__).parent / "simulated"))

from broker import Broker
from broker_bus import BrokerBus, Exchange
from lives import Life, Luck
from virtual_time import BEGAN_AT, virtual_loop

from stampbook_events.subjects import partition_of
from stampbook_messaging.bus import ApiRefused, Bus, Incoming
from stampbook_messaging.jetstream import create_reader, delete_reader, message_at, stream_state

MERCHANT = UUID("16c74faf-b1a1-54f3-818d-4a7307ea3e70")
SUBJECT = f"evt.ledger.pub.{MERCHANT}.{partition_of(MERCHANT)}.points_earned"


@pytest.fixture(params=["nats-server", "simulated"])
async def bus(request: pytest.FixtureRequest, house: House) -> AsyncIterator[Bus]:
    if request.param == "nats-server":
        yield house.ledger
        return
    broker = Broker(lambda: BEGAN_AT)
    for name in ("CMD_ledger", "EVT_ledger"):
        broker.make(name)
    life = Life("one", asyncio.get_running_loop(), Luck(Random(1), slow=0.0), mortal=False)  # type: ignore[arg-type]
    yield BrokerBus(broker, Exchange(), life)  # type: ignore[misc]
    for task in list(life.tasks):
        task.cancel()


@pytest.fixture
def reading(bus: Bus, house: House) -> Bus:
    """Who may read the stream: on the server it is another identity than the one that may write."""
    return house.operator if bus is house.ledger else bus


async def put(bus: Bus, id_: str, *, body: bytes = b"x", **headers: str) -> tuple[int, bool]:
    ack = await bus.publish_stored(
        SUBJECT, body, {"Nats-Msg-Id": id_, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )
    return ack.seq, ack.duplicate


async def code_of(bus: Bus, id_: str, **headers: str) -> int:
    with pytest.raises(ApiRefused) as refused:
        await put(bus, id_, **headers)
    return refused.value.code


async def test_the_same_id_is_stored_once(bus: Bus) -> None:
    assert await put(bus, "a") == (1, False)
    assert await put(bus, "a", body=b"other") == (1, True)
    assert (await stream_state(bus, "EVT_ledger")).messages == 1


async def test_another_last_sequence_is_refused(bus: Bus) -> None:
    await put(bus, "a", Nats_Expected_Last_Sequence="0")
    assert await code_of(bus, "b", Nats_Expected_Last_Sequence="0") == 10071
    assert await put(bus, "b", Nats_Expected_Last_Sequence="1") == (2, False)


async def test_another_last_id_is_refused(bus: Bus) -> None:
    await put(bus, "a")
    with pytest.raises(ApiRefused):
        await put(bus, "c", Nats_Expected_Last_Msg_Id="b")
    assert await put(bus, "b", Nats_Expected_Last_Msg_Id="a") == (2, False)


async def test_a_message_is_found_with_its_headers_and_an_absent_one_is_none(bus: Bus) -> None:
    await put(bus, "a", body=b"body", Stampbook_Positions="1,2")
    found = await message_at(bus, "EVT_ledger", 1)
    assert found is not None
    assert (found.subject, found.data, found.headers["Stampbook-Positions"]) == (SUBJECT, b"body", "1,2")
    assert await message_at(bus, "EVT_ledger", 2) is None


@pytest.mark.parametrize(("replicated", "told"), [(True, [2, 3]), (False, [3, 3])])
def test_of_several_servers_one_that_was_replaced_tells_what_it_had_until_it_knows(
    replicated: bool, told: list[int]
) -> None:
    with virtual_loop() as loop:
        assert loop.run_until_complete(told_by_the_former(Broker(loop.now, replicated))) == told


async def told_by_the_former(broker: Broker) -> list[int]:
    """The last sequence as the replaced leader tells it, before and after it knows."""
    broker.make("EVT_ledger")
    for _ in range(2):
        broker.publish(SUBJECT, b"x", {})
    broker.depose("EVT_ledger", 3.0)
    broker.publish(SUBJECT, b"x", {})
    told = []
    for _ in range(2):
        answer = json.loads(broker.call("$JS.API.STREAM.INFO.EVT_ledger", b"", former=True))
        told.append(answer["state"]["last_seq"])
        await asyncio.sleep(4.0)
    return told


async def test_a_reader_gets_what_fits_its_filter_in_order_with_what_is_left(bus: Bus, reading: Bus) -> None:
    for name in ("a", "b", "c"):
        await put(bus, name)
    heard: list[Incoming] = []
    inbox = reading.new_inbox()

    async def hear(message: Incoming) -> None:
        heard.append(message)

    await reading.subscribe(inbox, hear)
    name = f"reader-{uuid4().hex[:8]}"
    assert await create_reader(reading, "EVT_ledger", name, f"evt.ledger.*.*.{partition_of(MERCHANT)}.>", 2) == 2
    await reading.publish(
        f"$JS.API.CONSUMER.MSG.NEXT.EVT_ledger.{name}", b'{"batch":5,"expires":3000000000}', reply=inbox
    )
    await until(lambda: there(heard, 2))
    assert [tuple(message.reply.split(".")[n] for n in (2, 5, 6, 8)) for message in heard] == [
        ("EVT_ledger", "2", "1", "1"),
        ("EVT_ledger", "3", "2", "0"),
    ]
    await delete_reader(reading, "EVT_ledger", name)
    await until(lambda: there(heard, 3))
    assert (heard[2].headers or {})["Status"] == "409"


async def there(heard: list[Incoming], count: int) -> bool:
    return len(heard) >= count


async def test_the_heartbeat_counts_what_was_sent(bus: Bus, reading: Bus) -> None:
    await put(bus, "a")
    heard: list[Incoming] = []
    inbox, name = reading.new_inbox(), f"reader-{uuid4().hex[:8]}"

    async def hear(message: Incoming) -> None:
        heard.append(message)

    await reading.subscribe(inbox, hear)
    await create_reader(reading, "EVT_ledger", name, "evt.ledger.>", 1)
    request = b'{"batch":5,"expires":3000000000,"idle_heartbeat":500000000}'
    await reading.publish(f"$JS.API.CONSUMER.MSG.NEXT.EVT_ledger.{name}", request, reply=inbox)
    await until(lambda: there(heard, 2))
    assert ((heard[1].headers or {})["Status"], (heard[1].headers or {})["Nats-Last-Consumer"]) == ("100", "1")
