"""The connection to NATS: what is known about a publish is said, and nothing is guessed."""

import asyncio
from uuid import uuid4

import pytest
from counter_house import House, connect, until

from stampbook_messaging.bus import (
    ApiRefused,
    BusUnavailable,
    Denied,
    Incoming,
    NatsBus,
    OutcomeUnknown,
    StreamFull,
    WrongServer,
    settled,
)
from stampbook_messaging.jetstream import STREAM_NOT_FOUND, message_at, stream_state
from stampbook_messaging.scanning import scan
from stampbook_messaging.streams import reconcile_streams
from stampbook_messaging.wire import Outgoing


async def test_another_server_than_the_configured_one_is_refused(house: House) -> None:
    with pytest.raises(WrongServer, match="STAMPBOOK_NATS_SERVER_NAME is 'stampbook-other'"):
        await NatsBus.connect(
            house.servers.nats_url,
            seed_file=str(house.servers.seed_file("ledger")),
            identity="ledger",
            server_name="stampbook-other",
        )


async def test_a_message_is_stored_once_under_one_id(house: House) -> None:
    headers = {"Nats-Msg-Id": str(uuid4())}
    subject = f"cmd.ledger.{uuid4()}.earn_points"
    first = await house.gateway.publish_stored(subject, b"{}", headers)
    second = await house.gateway.publish_stored(subject, b"{}", headers)
    assert (first.duplicate, second.duplicate, first.seq) == (False, True, second.seq)


async def test_a_subject_no_stream_listens_to_is_surely_not_stored(house: House) -> None:
    with pytest.raises(BusUnavailable, match="nobody answers"):
        await house.gateway.publish_stored("cmd.ledger.one.token.more", b"{}", {})


async def test_messages_joined_in_one_write_arrive_one_by_one_and_in_order(house: House) -> None:
    arrived: list[Incoming] = []

    async def keep(message: Incoming) -> None:
        arrived.append(message)

    async def all_arrived() -> bool:
        return len(arrived) == len(sent)

    subscription = await house.ledger.subscribe("q.ledger.joined", keep)
    await settled(house.ledger.raw)
    sent = [Outgoing("q.ledger.joined", b"x" * n, {"Number": str(n), "Name": "Zoé"}) for n in range(20)]
    await house.gateway.publish_joined(sent)
    await until(all_arrived)
    await subscription.unsubscribe()
    assert [(message.data, message.headers) for message in arrived] == [(one.payload, one.headers) for one in sent]


@pytest.mark.parametrize("broken", ["a\r\nNats-Msg-Id: b", "a\nb", "a\rb"])
async def test_a_line_break_in_a_header_is_refused_before_anything_is_sent(house: House, broken: str) -> None:
    with pytest.raises(ValueError, match="a line break in a header"):
        await house.gateway.publish_joined([Outgoing("q.ledger.joined", b"", {"traceparent": broken})])


async def test_a_denied_subject_is_a_clear_refusal(house: House) -> None:
    with pytest.raises((Denied, OutcomeUnknown)):
        await house.wallet.request("q.gateway.anything", b"", timeout_seconds=0.2)
    with pytest.raises(Denied, match="not permitted"):
        await house.wallet.request("q.gateway.anything", b"", timeout_seconds=0.2)


async def test_a_full_stream_says_so_and_takes_nothing(house: House) -> None:
    config = {"name": "EVT_wallet", "subjects": ["evt.wallet.>"], "max_msgs": 1, "discard": "new", "storage": "memory"}
    await house.drop_stream("EVT_wallet")
    await reconcile_streams(house.streams, [config])
    await house.wallet.publish_stored("evt.wallet.pub.m.1.pass_updated", b"{}", {})
    with pytest.raises(StreamFull):
        await house.wallet.publish_stored("evt.wallet.pub.m.1.pass_updated", b"{}", {})
    await house.drop_stream("EVT_wallet")


async def test_a_closed_connection_is_unavailable_and_keeps_nothing_back(house: House) -> None:
    bus = await connect(house.servers, "gateway")
    await bus.close()
    await asyncio.wait_for(closed(bus), 5)
    with pytest.raises(BusUnavailable):
        await bus.publish("cmd.ledger.m.earn_points", b"{}")
    with pytest.raises(BusUnavailable):
        await bus.request("q.ledger.ping", b"{}")
    with pytest.raises(BusUnavailable):
        await bus.publish_joined([Outgoing("cmd.ledger.m.earn_points", b"{}", {})])


async def closed(bus: NatsBus) -> None:
    while not bus.raw.is_closed:
        await asyncio.sleep(0.01)


async def test_a_stream_that_does_not_exist_is_told_by_its_code(house: House) -> None:
    await house.drop_stream("EVT_wallet")
    with pytest.raises(ApiRefused) as refused:
        await stream_state(house.wallet, "EVT_wallet")
    assert refused.value.code == STREAM_NOT_FOUND


async def test_a_stored_message_can_be_looked_at_with_its_headers(house: House) -> None:
    subject = f"cmd.ledger.{uuid4()}.earn_points"
    ack = await house.gateway.publish_stored(subject, b"{}", {"Nats-Msg-Id": "one", "traceparent": "00-a:b"})
    found = await message_at(house.operator, "CMD_ledger", ack.seq)
    assert found is not None
    assert (found.data, found.headers) == (b"{}", {"Nats-Msg-Id": "one", "traceparent": "00-a:b"})
    assert await message_at(house.operator, "CMD_ledger", ack.seq + 1) is None


@pytest.mark.parametrize("count", [0, 1, 500, 501])
async def test_a_scan_brings_every_message_once(house: House, count: int) -> None:
    sends = (house.gateway.publish_stored(f"cmd.ledger.{uuid4()}.earn_points", b"{}", {}) for _ in range(count))
    await asyncio.gather(*sends)
    assert [item.seq async for item in scan(house.operator, "CMD_ledger")] == list(range(1, count + 1))
    assert [item.seq async for item in scan(house.operator, "CMD_ledger", max(count - 1, 0))] == (
        [count] if count else []
    )
