"""The map: whole from a snapshot, then event by event, fetched anew after a gap."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import places
import pytest
import pytest_asyncio
from worlds import FakeWorld, Live

from gateway.map_feed import MapFeed
from gateway.questions import Entry, Positions, ProgramList, Snapshot
from stampbook_events import Actor, EventEnvelope, tag_of
from stampbook_events.envelope import body_of
from stampbook_events.ledger import BirthdayBonus, ProgramEnding, ProgramPublished, Rate, Rules
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.pulse import Pulse

ZERO = dict.fromkeys(range(16), 0)


class Owner:
    """Enrollment's directory as it stands."""

    def __init__(self) -> None:
        self.entries = {
            "merchant": [Entry(merchant=places.FASHION, event=_merchant())],
            "store": [Entry(merchant=places.FASHION, event=places.store())],
            "join_form": [Entry(merchant=places.FASHION, event=places.form())],
            "access_key": [
                Entry(merchant=places.FASHION, event=places.key("staff", "staff", role="staff", stores=(places.HUB,)))
            ],
        }
        self.positions = dict(ZERO)

    def snapshot(self, request) -> Snapshot:
        return Snapshot(entries=self.entries[request.kind], positions=self.positions)


def _merchant():
    from stampbook_events.enrollment import MerchantRegistered

    return MerchantRegistered(merchant_id=places.FASHION, name="Fashion Group S.A.", state="active")


@pytest.fixture
def owner(world: FakeWorld) -> Owner:
    found = Owner()
    world.queries.answers |= {
        ("enrollment", "snapshot"): found.snapshot,
        ("enrollment", "positions"): lambda _: Positions(positions=found.positions),
        ("ledger", "positions"): Positions(positions=ZERO),
        ("ledger", "programs"): ProgramList(programs=[places.program()], positions=ZERO),
    }
    return found


@pytest.fixture
def live() -> Live:
    return Live()


@pytest_asyncio.fixture
async def feed(world: FakeWorld, owner: Owner, live: Live):
    found = MapFeed(queries=world.queries, live=live, clock=SystemClock(), check_seconds=0.02)
    await found.start()
    running = asyncio.create_task(found.run(Pulse(SystemClock()).part("map")))
    await until(lambda: found.loaded)
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(holds) -> None:
    async with asyncio.timeout(3):
        while not holds():
            await asyncio.sleep(0.005)


def body(event: msgspec.Struct, position: int, *, merchant: UUID = places.FASHION, type_: str | None = None) -> bytes:
    at = "2026-11-24T09:00:00Z"
    return body_of(
        EventEnvelope(
            id=uuid4(),
            type=type_ or tag_of(type(event)),
            recorded_at=msgspec.convert(at, type=__import__("datetime").datetime),
            occurred_at=msgspec.convert(at, type=__import__("datetime").datetime),
            aggregate=places.HUB,
            version=1,
            partition=3,
            position=position,
            merchant=merchant,
            actor=Actor(kind="super_admin", id="x"),
            correlation=uuid4(),
            causation=uuid4(),
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
    )


async def test_the_snapshot_is_the_beginning(feed: MapFeed, world: FakeWorld) -> None:
    shop = feed.map.shop_at("fashionhub")
    assert shop is not None
    assert shop.open_at(world.clock.now())
    assert await feed.complaint() is None


async def test_an_event_changes_it_at_once(feed: MapFeed, live: Live) -> None:
    await live.publish("enrollment", body(places.store(subdomain="moved"), 1))
    assert feed.map.shop_at("moved") is not None
    assert feed.map.shop_at("fashionhub") is None


async def test_a_revoked_key_is_known_as_such(feed: MapFeed, live: Live) -> None:
    revoked = places.key("staff", "staff", role="staff", stores=(places.HUB,), active=False)
    await live.publish("enrollment", body(revoked, 1))
    assert not feed.map.keys[revoked.key_hash].key.active


async def test_a_program_of_the_ledger_is_learned(feed: MapFeed, live: Live) -> None:
    published = ProgramPublished(
        program_id=places.PROGRAM,
        program_version=2,
        names={"en": "x"},
        rates={"EUR": Rate(points=9, per_minor=100)},
        rounding="down",
        welcome_points=0,
    )
    await live.publish("ledger", body(published, 1))
    assert feed.map.programs[places.FASHION, places.PROGRAM].rates["EUR"].points == 9


async def test_of_a_program_it_is_learned_whether_it_gives_something_for_birthdays(feed: MapFeed, live: Live) -> None:
    published = ProgramPublished(
        program_id=places.PROGRAM,
        program_version=2,
        names={"en": "x"},
        rates={},
        rounding="down",
        welcome_points=0,
        rules=Rules(birthday=BirthdayBonus(points=20)),
    )
    await live.publish("ledger", body(published, 1))
    assert feed.map.programs[places.FASHION, places.PROGRAM].birthday_gift


async def test_a_program_that_has_ended_takes_nobody_whatever_is_published_after(feed: MapFeed, live: Live) -> None:
    ends_at = datetime(2026, 12, 1, tzinfo=UTC)
    ending = ProgramEnding(program_id=places.PROGRAM, ends_at=ends_at, last_day=date(2027, 3, 31))
    await live.publish("ledger", body(ending, 1))
    feed.map.learn(places.FASHION, places.program())
    shop = feed.map.shop_at("fashionhub")
    assert shop is not None
    assert shop.open_at(ends_at - timedelta(microseconds=1))
    assert not shop.open_at(ends_at)


async def test_what_is_older_than_the_snapshot_changes_nothing(world: FakeWorld, feed: MapFeed, live: Live) -> None:
    await live.publish("enrollment", body(places.store(subdomain="two"), 1))
    await live.publish("enrollment", body(places.store(subdomain="one"), 1))
    assert feed.map.shop_at("two") is not None


async def test_events_of_other_kinds_only_move_the_position(feed: MapFeed, live: Live, world: FakeWorld) -> None:
    asked = len(world.queries.questions("snapshot"))
    for position in (1, 2, 3):
        await live.publish("enrollment", body(places.store(), position, type_="enrollment.customer_enrolled.v1"))
    await live.publish("enrollment", body(places.store(subdomain="moved"), 4))
    assert feed.map.shop_at("moved") is not None
    assert len(world.queries.questions("snapshot")) == asked


async def test_after_a_gap_it_is_fetched_anew(feed: MapFeed, live: Live, owner: Owner) -> None:
    owner.entries["store"] = [Entry(merchant=places.FASHION, event=places.store(subdomain="moved"))]
    await live.publish("enrollment", body(places.store(places.OUTLET, subdomain="outlet"), 5))
    await until(lambda: feed.map.shop_at("moved") is not None)


async def test_after_a_reconnect_it_is_fetched_anew(feed: MapFeed, live: Live, owner: Owner) -> None:
    owner.entries["store"] = [Entry(merchant=places.FASHION, event=places.store(subdomain="moved"))]
    for told in live.reconnected:
        told()
    await until(lambda: feed.map.shop_at("moved") is not None)


async def test_a_lost_last_event_is_noticed(feed: MapFeed, owner: Owner) -> None:
    """Nothing comes behind it that could show the gap: only its owner knows."""
    owner.entries["store"] = [Entry(merchant=places.FASHION, event=places.store(subdomain="moved"))]
    owner.positions = {**ZERO, 3: 1}
    await until(lambda: feed.map.shop_at("moved") is not None)


async def test_what_cannot_be_read_leads_to_a_fresh_start(feed: MapFeed, live: Live, world: FakeWorld) -> None:
    asked = len(world.queries.questions("snapshot"))
    await live.publish("enrollment", b"{")
    await until(lambda: len(world.queries.questions("snapshot")) > asked)


async def test_an_owner_that_is_away_is_waited_for(world: FakeWorld, owner: Owner, live: Live) -> None:
    world.queries.silent = {"enrollment"}
    feed = MapFeed(queries=world.queries, live=live, clock=SystemClock())
    await feed.start()
    running = asyncio.create_task(feed.run(Pulse(SystemClock()).part("map")))
    await until(lambda: len(world.queries.asked) > 0)
    assert await feed.complaint() is not None
    world.queries.silent = set()
    await until(lambda: feed.loaded)
    running.cancel()
