"""Streams that are lost, made anew, put back to an older state or purged by hand: PostgreSQL knows, and says so."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.jetstream import _call, stream_state
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack
from tests.faults.parts_of_clusters.custom import Custom, custom
from tests.faults.parts_of_clusters.reconciling import reconcile_streams
from tests.platform import Platform

SOME = 30
RECREATED = {
    ("ledger", "event_stream_recreated"),
    ("notifier", "event_stream_changed"),
    ("wallet", "event_stream_changed"),
}
PUT_BACK = {("notifier", "event_stream_changed"), ("wallet", "event_stream_changed")}
OTHER_COMMANDS = {("ledger", "command_stream_changed")}
PURGED = {("ledger", "commands_missing")}

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory):
    async with own_stack(tmp_path_factory.mktemp("streams")) as platform:
        yield platform


@pytest_asyncio.fixture(scope="module")
async def bus(own):
    identity = "streams"
    seed, name = str(own.attached.seed_file(identity)), own.attached.nats_server_name
    bus = await NatsBus.connect(own.attached.nats_url, seed_file=seed, identity=identity, server_name=name)
    yield bus
    await bus.close()


@pytest_asyncio.fixture
async def books(own) -> AsyncIterator[Any]:
    """A connection that sees every schema; what the last test raised was seen by an operator."""
    db = await asyncpg.connect(own.attached.dsn())
    for schema in ("enrollment", "ledger", "notifier", "wallet"):
        await db.execute(f"UPDATE {schema}.alarm SET cleared_at = {schema}.stampbook_now()")
    yield db
    await db.close()


async def test_c14_an_event_stream_made_anew_is_filled_from_the_log(own: Platform, bus: NatsBus, books: Any) -> None:
    async with custom(own) as served:
        await served.more(SOME, joins=1)
        await _made_anew(own, bus, "EVT_ledger")
        await served.more(SOME, joins=1)
    await _only_alarms(own, books, served, RECREATED)


async def test_c14_an_event_stream_put_back_is_filled_up(own: Platform, bus: NatsBus, books: Any) -> None:
    async with custom(own) as served:
        await served.more(SOME, joins=1)
        put_back = _copy(own, "EVT_ledger")
        await served.more(SOME, joins=1)
    await served.check()
    put_back()
    async with custom(own) as later:
        await later.more(SOME, joins=1)
    await _only_alarms(own, books, later, PUT_BACK)


async def test_c14_an_event_stream_put_back_while_things_flow_loses_nothing(
    own: Platform, bus: NatsBus, books: Any
) -> None:
    """The relay may have filled it up before its readers look: then their places hold other events than they saw."""
    async with custom(own) as served:
        await served.more(SOME, joins=1)
        put_back = _copy(own, "EVT_ledger")
        await served.more(SOME, joins=1)
        put_back()
        await served.more(SOME, joins=1)
    await served.check(but_for={"notifier.no_open_alarm", "wallet.no_open_alarm"})
    assert await _alarms(books) <= PUT_BACK


async def test_a_command_stream_made_anew_is_read_from_its_start(own: Platform, bus: NatsBus, books: Any) -> None:
    async with custom(own) as served:
        await served.more(SOME, joins=1)
    await served.check()
    await _made_anew(own, bus, "CMD_ledger")
    async with custom(own) as later:
        await later.more(SOME, joins=1)
    await _only_alarms(own, books, later, OTHER_COMMANDS)


async def test_a_command_stream_put_back_applies_nothing_twice(own: Platform, bus: NatsBus, books: Any) -> None:
    async with custom(own) as served:
        await served.more(SOME, joins=1)
    put_back = _copy(own, "CMD_ledger")
    async with custom(own) as served:
        await served.more(SOME, joins=1)
    await served.check()
    put_back()
    async with custom(own) as later:
        await later.more(SOME, joins=1)
    await _only_alarms(own, books, later, OTHER_COMMANDS)


async def test_a_command_stream_purged_by_hand_is_missed(own: Platform, bus: NatsBus, books: Any) -> None:
    async with custom(own) as served:
        await served.more(SOME, joins=1)
    await served.check()
    await _call(bus, "$JS.API.STREAM.PURGE.CMD_ledger")
    async with custom(own) as later:
        await later.more(SOME, joins=1)
    await _only_alarms(own, books, later, PURGED)


async def _made_anew(platform: Platform, bus: NatsBus, name: str) -> None:
    before = (await stream_state(bus, name)).created
    await _call(bus, f"$JS.API.STREAM.DELETE.{name}")
    reconcile_streams(platform)
    assert (await stream_state(bus, name)).created != before


def _copy(platform: Platform, name: str) -> Callable[[], None]:
    """Copy a stream's files while the server stands still, and return what puts them back in the same way."""
    nats = platform.running.nats
    (files,) = (nats.directory / "jetstream").rglob(f"streams/{name}")
    kept = Path(platform.directory.path) / f"kept-{name}"
    shutil.rmtree(kept, ignore_errors=True)
    nats.stop()  # nobody else runs until we let go of the loop: the watch starts it again after that
    shutil.copytree(files, kept)

    def put_back() -> None:
        nats.stop()
        shutil.rmtree(files)
        shutil.copytree(kept, files)

    return put_back


async def _only_alarms(platform: Platform, books: Any, served: Custom, expected: set[tuple[str, str]]) -> None:
    """The alarms that are due are raised, no other; beside them the audit is clean, and nobody got a mail twice."""
    await until(lambda: _raised(books, expected), within_seconds=RECOVERY_SECONDS, what=f"{expected}")
    await served.check(but_for={f"{service}.no_open_alarm" for service, _ in expected})
    assert await _alarms(books) == expected
    for customer in served.others:
        assert len(await platform.doors.mails_to(customer.email)) == 2


async def _alarms(books: Any) -> set[tuple[str, str]]:
    found = set()
    for schema in ("enrollment", "ledger", "notifier", "wallet"):
        rows = await books.fetch(f"SELECT name FROM {schema}.alarm WHERE cleared_at IS NULL")
        found |= {(schema, row["name"]) for row in rows}
    return found


async def _raised(books: Any, expected: set[tuple[str, str]]) -> bool | None:
    return True if expected <= await _alarms(books) else None
