"""Processes are started, watched, started again and ended in order: with small real ones."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from small_stack import small_service

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.health import ask_health
from stampbook_cli.embedded.ports import free_port
from stampbook_cli.embedded.supervisor import Supervisor


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
async def supervisor(tmp_path: Path, told: list[str]) -> AsyncIterator[Supervisor]:
    one = Supervisor(logs=tmp_path, processes_file=tmp_path / "processes.json", report=told.append)
    yield one
    await one.stop()


async def revived(supervisor: Supervisor, name: str) -> None:
    async with asyncio.timeout(10):
        while not (await supervisor.supervised[name].ask()).ready:
            supervisor.revive()
            await asyncio.sleep(0.05)


async def die(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /die HTTP/1.1\r\n\r\n")
    await writer.drain()
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()


def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door


door = pytest.fixture(listening)


async def test_a_start_returns_when_everything_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    await supervisor.start(small_service(f"one{port}", port, tmp_path) for port in ports)
    assert [(await ask_health(port)).ready for port in ports] == [True, True]


async def test_a_service_that_ends_while_starting_fails_the_start(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"(?s)broken ended with code 1.*broken on purpose"):
        await supervisor.start([small_service("broken", free_port(), tmp_path)])


async def test_a_service_that_does_not_get_ready_says_what_it_misses(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "not-ready").touch()
    with pytest.raises(ServerFailed, match="bus: another server"):
        await supervisor.start([small_service("ledger", free_port(), tmp_path)], patience_seconds=1.5)


async def test_what_died_is_started_again_and_said(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    port = free_port()
    await supervisor.start([small_service("ledger", port, tmp_path)])
    await die(port)
    await revived(supervisor, "ledger")
    assert supervisor.supervised["ledger"].restarts == 1
    assert "ledger ended with code 7; starting it again in 0.5 s" in told[0]


async def test_a_restart_is_no_death(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    await supervisor.start([small_service("ledger", free_port(), tmp_path)])
    restarting = asyncio.create_task(supervisor.restart("ledger"))
    while not restarting.done():
        supervisor.revive()
        await asyncio.sleep(0.005)
    await restarting
    assert (supervisor.supervised["ledger"].restarts, told) == (0, [])


async def test_what_keeps_dying_is_started_ever_later(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start([small_service("ledger", free_port(), tmp_path)])
    one = supervisor.supervised["ledger"]
    assert [one.plan_restart() for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


async def test_the_door_stays_open_while_its_service_restarts(
    supervisor: Supervisor, tmp_path: Path, door: socket.socket
) -> None:
    service = small_service("gateway", free_port(), tmp_path, pass_fds=(door.fileno(),), SMALL_FD=str(door.fileno()))
    await supervisor.start([service])
    restarting = asyncio.create_task(supervisor.restart("gateway"))
    async with asyncio.timeout(10):
        while not restarting.done():
            assert (await ask_health(door.getsockname()[1], patience_seconds=8)).ready
    await restarting


async def test_services_end_in_order(supervisor: Supervisor, tmp_path: Path) -> None:
    names = ["inbox", "enrollment", "ledger", "gateway"]
    await supervisor.start(small_service(name, free_port(), tmp_path) for name in names)
    await supervisor.stop()
    assert (tmp_path / "drained").read_text().split() == list(reversed(names))


async def test_who_does_not_drain_is_killed_in_the_end(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    await supervisor.start([small_service("stubborn", free_port(), tmp_path)])
    began = time.monotonic()
    await supervisor.stop()
    assert supervisor.supervised["stubborn"].exit_code == -9
    assert 1.5 < time.monotonic() - began < 6
    assert "stubborn did not drain" in told[0]


async def test_a_stop_that_is_cut_short_kills_at_once(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start([small_service("stubborn", free_port(), tmp_path)])
    stopping = asyncio.create_task(supervisor.stop())
    await asyncio.sleep(0.2)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    assert supervisor.supervised["stubborn"].exit_code == -9
