"""A whole service: it starts when all is there, says what it waits for, and leaves nothing behind when it goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from counter_channel import ScriptedChannel, saying
from counter_house import House, merchant_in, until
from counter_process import PACKAGE, Enrolled, build, make_package, settings
from counter_service import Counter, earn
from counter_works import Works
from sealing_days import midnight, seals

from stampbook_events.enrollment import CustomerEnrolled, StoreChanged
from stampbook_messaging import rooms, watching
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.daily_seals import files, sealer
from stampbook_messaging.daily_seals.files import FiledSeal
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.jetstream import _call
from stampbook_messaging.running import PartEnded, Running
from stampbook_messaging.service import Runtime, Service, UnhandledRoute, check_channels, check_routes
from stampbook_messaging.worker import PARKED_LIMIT


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> None:
    make_package(tmp_path_factory.mktemp("packages"), "ledger")


@pytest.fixture
async def migrated(house: House) -> AsyncIterator[House]:
    await house.db.execute("CREATE TABLE alembic_version AS SELECT '0001'::text AS version_num")
    yield house
    await house.db.execute("DROP TABLE alembic_version")


@asynccontextmanager
async def started(house: House, **changed: Any) -> AsyncIterator[Running]:
    async with Running(settings(house, **changed), SystemClock()) as running:
        assert await running.started(build, asyncio.Event())
        yield running


async def test_a_service_becomes_ready_works_and_leaves_nothing_behind(migrated: House) -> None:
    card = uuid4()
    async with started(migrated) as running:
        await until(lambda: ready(running))
        await migrated.send(earn(card), merchant_in(1))
        await until(lambda: applied(migrated, 1))
    held = "SELECT count(*) FROM partition WHERE owner IS NOT NULL"
    assert await migrated.db.fetchval(held) == 0
    assert await migrated.db.fetchval("SELECT count(*) FROM worker") == 0
    assert await migrated.db.fetchval("SELECT owner FROM relay") is None
    assert (await _call(migrated.operator, "$JS.API.STREAM.INFO.CMD_ledger"))["state"]["consumer_count"] == 0
    assert await Works.of(migrated, "looker").complaints() == []


async def ready(running: Running) -> bool:
    return (await running.health.report("ready")).ok


async def applied(house: House, count: int) -> bool:
    return await house.inbox() >= count


async def test_what_was_sent_while_one_process_goes_and_another_comes_is_applied_once(migrated: House) -> None:
    card, merchant = uuid4(), merchant_in(1)

    async def send() -> None:
        for _ in range(200):
            await migrated.send(earn(card), merchant)

    async with started(migrated, instance="old"):
        sending = asyncio.create_task(send())
        await until(lambda: applied(migrated, 20))
    async with started(migrated, instance="new"):
        await sending
        await until(lambda: applied(migrated, 200))
    looker = Works.of(migrated, "looker")
    assert (await looker.counted(card), await looker.complaints()) == ((20000, 200), [])


async def waiting_for(running: Running, text: str) -> None:
    async def says() -> bool:
        return text in running.health.waiting_for

    await until(says)


async def test_another_version_of_the_schema_is_waited_for_and_said(house: House) -> None:
    stop = asyncio.Event()
    async with Running(settings(house), SystemClock()) as running:
        starting = asyncio.create_task(running.started(build, stop))
        await waiting_for(running, f"{PACKAGE} needs schema version 0001, the database is at none")
        assert not (await running.health.report("ready")).ok
        stop.set()
        assert not await starting


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"nats_server_name": "another"}, "STAMPBOOK_NATS_SERVER_NAME is 'another'"),
        ({"database_url": "postgresql://ledger:x@127.0.0.1:1/stampbook"}, "PostgreSQL: ConnectionRefusedError"),
    ],
)
async def test_the_wrong_bus_and_an_absent_database_are_waited_for_and_said(
    house: House, changed: dict[str, str], says: str
) -> None:
    stop = asyncio.Event()
    async with Running(settings(house, **changed), SystemClock()) as running:
        starting = asyncio.create_task(running.started(build, stop))
        await waiting_for(running, says)
        stop.set()
        assert not await starting


async def test_a_worker_that_stopped_stays_down_in_sight(migrated: House) -> None:
    stop = asyncio.Event()
    async with started(migrated) as running:
        watching = asyncio.create_task(running.until(stop))
        for _ in range(PARKED_LIMIT + 1):
            await migrated.send(earn(receipt="bug"), merchant_in(1))
        await until(lambda: complains(running, "commands of CMD_ledger failed within ten minutes"))
        stop.set()
        await asyncio.wait_for(watching, 5)


async def complains(running: Running, text: str) -> bool:
    return any(text in check.detail for check in (await running.health.report("ready")).checks)


@pytest.mark.parametrize(("place", "part"), [("worker.idle", "worker"), ("consumer.idle", "consumer of enrollment")])
async def test_a_part_that_stands_still_is_named_also_where_nothing_flows(
    migrated: House, monkeypatch: pytest.MonkeyPatch, place: str, part: str
) -> None:
    monkeypatch.setattr(rooms, "LIMIT_SECONDS", 2.0)
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.2)
    async with started(migrated, failpoints=Failpoints({place: ("pause:6", 2)})) as running:
        await until(lambda: complains(running, f"{part} has been silent"))
        await until(lambda: alarmed(migrated))
        await until(lambda: ready(running))  # it came round again after all


async def test_a_service_seals_its_log_and_files_the_seal_where_its_settings_say(
    migrated: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealer, "EVERY_SECONDS", 0.2)
    await migrated.send(earn(), merchant_in(1))
    at = (await midnight(migrated)).isoformat().replace("+", "%2B")
    url = f"{migrated.servers.dsn('ledger')}?stampbook.now={at}"
    async with started(migrated, database_url=url, seals_directory=tmp_path):
        await until(lambda: filed(tmp_path / "ledger.jsonl"))
    (seal,) = await seals(migrated)
    assert [one.hash for one in files.read(tmp_path / "ledger.jsonl") if isinstance(one, FiledSeal)] == [seal["hash"]]
    assert await Works.of(migrated, "looker").complaints() == []


async def filed(path: Path) -> bool:
    return bool(await asyncio.to_thread(lambda: path.exists() and path.read_bytes()))


async def alarmed(house: House) -> bool:
    return await house.alarms() == ["part_silent"]


async def test_a_part_that_ends_ends_the_process(migrated: House) -> None:
    async with started(migrated, failpoints=Failpoints({"relay.before_publish": ("fail", 1)})) as running:
        await migrated.send(earn(), merchant_in(1))
        with pytest.raises(PartEnded, match="relay"):
            await asyncio.wait_for(running.until(asyncio.Event()), 10)


async def test_a_statement_that_the_schema_does_not_know_stops_the_start(migrated: House) -> None:
    async def wrong(_: Runtime) -> Service:
        return Service(package=PACKAGE, deciding=Counter(), reacting=Enrolled(), statements=["SELECT nothing FROM it"])

    async with Running(settings(migrated), SystemClock()) as running:
        with pytest.raises(Exception, match='relation "it" does not exist'):
            await running.started(wrong, asyncio.Event())


def test_an_event_without_a_handler_and_a_handler_without_an_event_stop_the_start() -> None:
    check_routes("ledger", Enrolled())
    with pytest.raises(UnhandledRoute, match="differ in CustomerRecognised, EmailConfirmed"):
        check_routes("ledger", Enrolled(handles=(StoreChanged, CustomerEnrolled)))
    with pytest.raises(UnhandledRoute, match="CustomerEnrolled, CustomerRecognised, EmailConfirmed, StoreChanged"):
        check_routes("ledger", None)
    with pytest.raises(UnhandledRoute):
        check_routes("enrollment", Enrolled())


def test_a_delivery_without_a_channel_stops_the_start() -> None:
    check_channels("wallet", {"pass"})
    with pytest.raises(UnhandledRoute, match="wallet: no channel for pass"):
        check_channels("wallet", {ScriptedChannel([saying("sent")]).name})
