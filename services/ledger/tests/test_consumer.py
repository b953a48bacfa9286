"""Enrollment's events: stores become known, and each enrollment demands its card or its link once."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ledger import testing as rules
from ledger.consumer import EnrollmentEvents
from ledger.store import documents
from stampbook_events import Actor, EventEnvelope, command_type, ids, tag_of
from stampbook_events.enrollment import CustomerEnrolled, CustomerRecognised, EmailConfirmed, LoyaltyState, StoreChanged
from stampbook_events.ledger import ConfirmAddress, LinkStore, OpenCard
from stampbook_events.subjects import partition_of
from stampbook_messaging.messages import Recorded
from stampbook_messaging.service import check_channels, check_routes

WHERE = {"customer_id": rules.ANNA, "store_id": rules.FASHIONHUB, "program_id": rules.FG}


@pytest.fixture
def merchant() -> UUID:
    return uuid4()


def recorded(merchant: UUID, event: msgspec.Struct, version: int = 1, at: datetime = rules.NOON) -> Recorded:
    envelope = EventEnvelope(
        id=uuid4(),
        type=tag_of(type(event)),
        recorded_at=at,
        occurred_at=at,
        aggregate=rules.FASHIONHUB,
        version=version,
        partition=partition_of(merchant),
        position=version,
        merchant=merchant,
        actor=Actor(kind="service", id="test"),
        correlation=uuid4(),
        causation=uuid4(),
        data=msgspec.Raw(msgspec.json.encode(event)),
    )
    return Recorded(envelope=envelope, event=event, hash=b"", stream_seq=version)


def store(merchant: UUID, loyalty: LoyaltyState, version: int, minutes: float = 0, **more: Any) -> Recorded:
    event = StoreChanged(
        merchant_id=merchant,
        store_id=rules.FASHIONHUB,
        program_id=rules.FG,
        subdomain="fashionhub",
        name="FASHIONHUB",
        loyalty=loyalty,
        time_zone="Europe/Luxembourg",
        currency="EUR",
        default_language="fr",
        descriptions={},
        taglines={},
        accent="#8a2b4f",
        has_catalog=False,
        **more,
    )
    return recorded(merchant, event, version, rules.at(minutes))


def enrolled(merchant: UUID) -> Recorded:
    event = CustomerEnrolled(
        language="fr", card_number="1" * 16, terms_version="1", marketing=False, test=False, has_email=True, **WHERE
    )
    return recorded(merchant, event)


async def known(pool: Any, merchant: UUID) -> list[tuple[str, int]]:
    rows = await pool.fetch("SELECT loyalty, version FROM store WHERE merchant = $1", merchant)
    return [tuple(row) for row in rows]


def test_what_is_routed_here_is_handled_here() -> None:
    check_routes("ledger", EnrollmentEvents())
    check_channels("ledger", ["command"])


async def test_a_store_is_known_as_it_was_last_told(pool: Any, merchant: UUID) -> None:
    batch = [store(merchant, "draft", 1), store(merchant, "pilot", 2), store(merchant, "live", 3)]
    assert await EnrollmentEvents().react(pool, batch) == []
    assert await known(pool, merchant) == [("live", 3)]


async def test_an_older_word_never_replaces_a_newer_one(pool: Any, merchant: UUID) -> None:
    await EnrollmentEvents().react(pool, [store(merchant, "live", 7)])
    await EnrollmentEvents().react(pool, [store(merchant, "draft", 6)])
    assert await known(pool, merchant) == [("live", 7)]


async def stops(pool: Any, merchant: UUID) -> list[Any]:
    row = await pool.fetchval("SELECT stops FROM store WHERE merchant = $1", merchant)
    return [(stop.begins, stop.ends) for stop in documents.stops(row)]


async def test_how_a_store_numbers_its_receipts_and_what_it_redeems_offline_is_kept(pool: Any, merchant: UUID) -> None:
    scope = {"receipt_scope": "day", "offline_points": 500, "offline_operations": 2}
    await EnrollmentEvents().react(pool, [store(merchant, "live", 1, **scope)])
    row = await pool.fetchrow("SELECT * FROM store WHERE merchant = $1", merchant)
    assert {name: row[name] for name in scope} == scope


async def test_a_pause_stops_the_clock_until_loyalty_is_back(pool: Any, merchant: UUID) -> None:
    reacting = EnrollmentEvents()
    await reacting.react(pool, [store(merchant, "live", 1), store(merchant, "paused", 2, 10)])
    assert await stops(pool, merchant) == [(rules.at(10), None)]
    await reacting.react(pool, [store(merchant, "paused", 3, 20)])
    await reacting.react(pool, [store(merchant, "pilot", 4, 30), store(merchant, "paused", 5, 40)])
    assert await stops(pool, merchant) == [(rules.at(10), rules.at(30)), (rules.at(40), None)]


async def test_what_was_never_open_was_never_paused(pool: Any, merchant: UUID) -> None:
    await EnrollmentEvents().react(pool, [store(merchant, "draft", 1), store(merchant, "paused", 2, 10)])
    await EnrollmentEvents().react(pool, [store(merchant, "live", 3, 20)])
    assert await stops(pool, merchant) == []


async def test_an_older_word_stops_no_clock(pool: Any, merchant: UUID) -> None:
    await EnrollmentEvents().react(pool, [store(merchant, "live", 7)])
    await EnrollmentEvents().react(pool, [store(merchant, "paused", 6, 10)])
    assert (await known(pool, merchant), await stops(pool, merchant)) == ([("live", 7)], [])


async def test_who_enrolled_is_owed_a_card_at_the_terms_of_that_moment(pool: Any, merchant: UUID) -> None:
    event = enrolled(merchant)
    (demand,) = await EnrollmentEvents().react(pool, [event])
    fields = demand.payload["command"]
    command = msgspec.convert(fields, command_type(fields["type"]))
    assert isinstance(command, OpenCard)
    assert (command.customer_id, command.card_number, command.language) == (rules.ANNA, "1" * 16, "fr")
    assert (demand.channel, demand.kind, demand.because_of) == ("command", "open_card", event)
    assert demand.payload["keys"] == [str(ids.card_id(rules.ANNA, rules.FG))]
    assert demand.payload["occurred_at"] == rules.NOON.isoformat()


async def test_whose_address_is_confirmed_is_passed_on_for_that_program(pool: Any, merchant: UUID) -> None:
    event = recorded(merchant, EmailConfirmed(customer_id=rules.ANNA, program_id=rules.FG))
    (demand,) = await EnrollmentEvents().react(pool, [event])
    fields = demand.payload["command"]
    command = msgspec.convert(fields, command_type(fields["type"]))
    assert command == ConfirmAddress(customer_id=rules.ANNA, program_id=rules.FG)
    assert (demand.channel, demand.kind, demand.recipient) == ("command", "confirm_address", rules.ANNA)


async def test_who_was_recognised_is_owed_a_link(pool: Any, merchant: UUID) -> None:
    event = recorded(merchant, CustomerRecognised(language="fr", has_email=True, **WHERE))
    (demand,) = await EnrollmentEvents().react(pool, [event])
    fields = demand.payload["command"]
    assert demand.kind == "link_store"
    assert msgspec.convert(fields, command_type(fields["type"])) == LinkStore(**WHERE)


async def test_demands_come_in_the_order_of_their_events(pool: Any, merchant: UUID) -> None:
    events = [enrolled(merchant), store(merchant, "live", 1), enrolled(uuid4())]
    demands = await EnrollmentEvents().react(pool, events)
    assert [demand.because_of for demand in demands] == [events[0], events[2]]
