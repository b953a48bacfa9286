"""Delivery rows are born with the event that demands them, once, however often it is read."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from counter_channel import ScriptedChannel, because, demand, now, saying
from counter_house import House, recorded
from counter_service import earned

from stampbook_events.subjects import partition_of
from stampbook_messaging.protocols import Demand


@pytest.fixture
async def channel(house: House) -> ScriptedChannel:
    return ScriptedChannel([saying("sent")])


async def one(house: House, **more: object) -> Demand:
    return because(await now(house), **more)


async def test_the_same_demand_twice_is_one_row(house: House, channel: ScriptedChannel) -> None:
    same = await one(house)
    assert await demand(house, channel, [same, same]) == await demand(house, channel, [same]) * 2
    assert await house.db.fetchval("SELECT count(*) FROM delivery") == 1


async def test_kind_recipient_and_event_make_a_delivery_another_one(house: House, channel: ScriptedChannel) -> None:
    event = recorded(earned(uuid4(), 1, 1), uuid4(), await now(house))
    first = await one(house, event=event)
    others = [
        Demand(because_of=event, channel="mail", kind="welcome_bonus", recipient=first.recipient),
        Demand(because_of=event, channel="mail", kind="enrollment", recipient=uuid4()),
        await one(house, recipient=first.recipient),
    ]
    await demand(house, channel, [first, *others])
    assert await house.db.fetchval("SELECT count(*) FROM delivery") == 4


async def test_a_delivery_knows_its_event_and_its_time(house: House, channel: ScriptedChannel) -> None:
    asked = await one(house, lives_for=timedelta(hours=2), payload={"store": "fashionhub"})
    (id_,) = await demand(house, channel, [asked])
    row = await house.db.fetchrow("SELECT * FROM delivery WHERE id = $1", id_)
    envelope = asked.because_of.envelope
    assert (row["event_id"], row["event_pos"], row["correlation"]) == (envelope.id, 1, envelope.correlation)
    assert (row["state"], row["attempt"], row["payload"]) == ("pending", 0, {"store": "fashionhub"})
    assert abs(row["deadline"] - row["created_at"] - timedelta(hours=2)) < timedelta(seconds=1)


async def test_what_is_suppressed_at_birth_has_its_row_and_its_event(house: House, channel: ScriptedChannel) -> None:
    asked = await one(house, suppressed="no_address")
    (id_,) = await demand(house, channel, [asked])
    row = await house.db.fetchrow("SELECT * FROM delivery WHERE id = $1", id_)
    assert (row["state"], row["reason"], row["ended_at"] is not None) == ("suppressed", "no_address", True)
    event = await house.db.fetchrow("SELECT type, body, partition FROM event")
    assert (event["type"], event["partition"]) == ("notifier.mail_suppressed.v1", partition_of(row["merchant"]))
    assert msgspec.json.decode(event["body"])["data"]["reason"] == "no_address"


async def test_a_suppressed_demand_read_again_tells_no_second_event(house: House, channel: ScriptedChannel) -> None:
    asked = await one(house, suppressed="off")
    await demand(house, channel, [asked])
    await demand(house, channel, [asked])
    assert await house.db.fetchval("SELECT count(*) FROM event") == 1


async def test_nothing_demanded_is_nothing_written(house: House, channel: ScriptedChannel) -> None:
    assert await demand(house, channel, []) == []
