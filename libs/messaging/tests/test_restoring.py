"""A database restored to an older state: noticed, declared, and brought up to what everybody has already seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from counter_channel import ScriptedChannel, because, demand, now, saying
from counter_house import House, merchant_in, until
from counter_process import build, make_package, settings
from counter_service import earn, tables
from counter_works import Works
from sealing_days import midnight, process, seal_events, seals

from stampbook_events import ids
from stampbook_events.subjects import partition_of
from stampbook_messaging import restoring
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.partitions import Leases, WentBack
from stampbook_messaging.running import PartEnded, Running

CARDS = {merchant_in(partition): uuid4() for partition in (2, partition_of(ids.PLATFORM))}
"""In the second one's partition lie the seals, too."""


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> None:
    make_package(tmp_path_factory.mktemp("packages"), "ledger")


@pytest.fixture
async def migrated(house: House) -> AsyncIterator[House]:
    await house.db.execute("CREATE TABLE alembic_version AS SELECT '0001'::text AS version_num")
    yield house
    await house.db.execute("DROP TABLE alembic_version")


@asynccontextmanager
async def running(house: House, **changed: Any) -> AsyncIterator[Running]:
    async with Running(
        settings(house, instance=f"life-{uuid4().hex[:6]}", log_level="warning", **changed), SystemClock()
    ) as service:
        stop = asyncio.Event()
        started = asyncio.create_task(service.started(build, stop))
        try:
            yield service
        finally:
            stop.set()
            await started


async def shop(house: House, first: int, count: int) -> None:
    """Purchases, some refused, some too late for their ``not_after``, some sent twice."""
    for n in range(first, first + count):
        for merchant, card in CARDS.items():
            late = {"not_after": await now(house) - timedelta(seconds=1)} if n % 4 == 3 else {}
            in_time = {"not_after": await now(house) + timedelta(seconds=30)} if n % 4 == 1 else {}
            amount = -1 if n % 5 == 4 else n
            id_ = UUID(int=n * 16 + list(CARDS).index(merchant))
            for _ in range(1 + (n % 3 == 0)):
                await house.send(earn(card, amount), merchant, id=id_, **late, **in_time)


async def relayed(house: House) -> bool:
    pos = await house.db.fetchval("SELECT sum(pos) FROM partition")
    behind = await restoring.look(house.ledger, house.db, "ledger")
    return bool(behind.last_seq == pos)


async def done(house: House, commands: int) -> bool:
    return bool(await house.db.fetchval("SELECT count(*) FROM inbox") == commands) and await relayed(house)


NAMES = [table.name for table in tables("ledger").sorted_tables]


async def keep(house: House) -> None:
    for name in NAMES:
        await house.db.execute(f"CREATE TABLE kept_{name} AS TABLE {name}")


async def restore(house: House) -> None:
    for name in NAMES:
        await house.db.execute(f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM kept_{name}")


@pytest.fixture
async def restored(migrated: House) -> AsyncIterator[tuple[House, list[Any]]]:
    """A log that was restored to its middle, and the events it had before, two days' seals among them."""
    async with running(migrated):
        await shop(migrated, 1, 6)
        await until(lambda: done(migrated, 12))
    await keep(migrated)
    async with running(migrated):
        for days, first in enumerate((7, 10, 13)):
            await sealed(migrated, days)
            await shop(migrated, first, 3)
            await until(partial(done, migrated, 18 + 6 * days))
    events = await log(migrated)
    await restore(migrated)
    yield migrated, events
    for name in NAMES:
        await migrated.db.execute(f"DROP TABLE kept_{name}")


async def sealed(house: House, days: int) -> None:
    """Seal the days up to so many from now, as if they had ended."""
    async with process(house, "sealer") as one:
        await (await one.at(await midnight(house, days))).sealer.look()


async def log(house: House) -> list[Any]:
    return [tuple(row) for row in await house.db.fetch("SELECT partition, pos, id, hash FROM event ORDER BY 1, 2")]


async def test_nothing_is_begun_on_a_log_behind_its_stream_before_it_is_declared(
    restored: tuple[House, list[Any]],
) -> None:
    house, _ = restored
    async with running(house) as service:
        await until(lambda: waiting(service))
        assert await house.alarms() == ["stream_ahead_of_log"]
        assert await house.db.fetchval("SELECT count(*) FROM inbox") == 12


async def waiting(service: Running) -> bool:
    return "stampbook restored" in service.health.waiting_for


async def test_once_declared_the_same_events_come_of_the_same_commands(restored: tuple[House, list[Any]]) -> None:
    house, events = restored
    async with running(house) as service:
        await until(lambda: waiting(service))
        await restoring.declare(house.db, await restoring.look(house.ledger, house.db, "ledger"))
        await until(lambda: ready(service), 30)
        assert await log(house) == events
        await shop(house, 20, 2)
        await until(lambda: done(house, 34))
    assert (await Works.of(house, "looker").complaints(), await house.alarms(), await house.letters()) == ([], [], [])


async def test_the_seals_come_back_with_their_events_and_no_day_is_sealed_again(
    restored: tuple[House, list[Any]],
) -> None:
    house, events = restored
    assert await seals(house) == []
    await restoring.declare(house.db, await restoring.look(house.ledger, house.db, "ledger"))
    async with running(house) as service:
        await until(lambda: ready(service), 30)
        await sealed(house, 2)
        assert await log(house) == events
    assert [seal["number"] for seal in await seals(house)] == [1, 2]
    assert [seal["hash"] for seal in await seals(house)] == [event["hash"] for event in await seal_events(house)]


async def ready(service: Running) -> bool:
    return service.health.started and (await service.health.report("ready")).ok


async def test_another_command_in_its_place_stops_the_replay(restored: tuple[House, list[Any]]) -> None:
    house, _ = restored
    before = await log(house)
    await house.db.execute("UPDATE counter SET total = total + 1")
    await restoring.declare(house.db, await restoring.look(house.ledger, house.db, "ledger"))
    async with running(house) as service:
        await until(lambda: cried(house, "replay_differs"))
        assert not await ready(service)
    assert await log(house) == before


async def cried(house: House, name: str) -> bool:
    return name in await house.alarms()


async def test_a_database_that_goes_back_under_a_running_process_ends_it(migrated: House) -> None:
    async with running(migrated) as service:
        await until(lambda: ready(service))
        await migrated.db.execute("UPDATE worker SET beats = 0")
        with pytest.raises(PartEnded):
            await service.until(asyncio.Event())


async def test_heartbeats_are_counted_there(house: House) -> None:
    leases = Leases(house.db, "one", SystemClock())
    await leases.beat()
    await leases.beat()
    await house.db.execute("DELETE FROM worker")
    with pytest.raises(WentBack):
        await leases.beat()


async def test_what_may_have_been_sent_is_held_and_what_was_surely_sent_is_known(house: House) -> None:
    channel = ScriptedChannel([saying("sent")])
    told, untold = await demand(house, channel, [because(await now(house)), because(await now(house))])
    await house.db.execute(
        "INSERT INTO event (partition, pos, id, merchant, aggregate, version, type, recorded_at, cmd_seq, body, hash)"
        " VALUES (0, 1, $1, $2, $2, 1, 'notifier.mail_sent.v1', stampbook_now(), 0, '', '')",
        ids.outcome_event_id(told, "sent", 3),
        told,
    )
    assert await restoring.hold_open(house.db, Alarms(house.db), ["mail"]) == 1
    states = {row["id"]: row["state"] for row in await house.db.fetch("SELECT id, state FROM delivery")}
    assert states == {told: "sent", untold: "unknown"}
    assert await house.alarms() == ["delivery_in_doubt"]
