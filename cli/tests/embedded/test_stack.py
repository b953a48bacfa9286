"""A whole stack, with real servers and small services: started, killed, started again, twice side by side."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import nats
import psutil
import pytest
from small_stack import SmallDeclaration

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.conditions import AlreadyRunning, NotRunning, ServerFailed
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.detached import current_status, end_running
from stampbook_cli.embedded.rolling import ask_to_restart
from stampbook_cli.embedded.services import Parts, Step
from stampbook_cli.embedded.stack import RunningStack, stack

LAUNCHER = Path(__file__).parent / "parts" / "small_stack.py"


@contextmanager
def launched(directory: DataDirectory) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A launcher in a process of its own, and what it said when everything was ready."""
    command = [sys.executable, str(LAUNCHER), str(directory.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        try:
            yield launcher, json.loads(launcher.stdout.readline())
        finally:
            if launcher.poll() is None:
                launcher.terminate()
            launcher.communicate(timeout=30)


def pids(status: dict[str, Any]) -> list[int]:
    return [entry["pid"] for entry in status["services"]]


async def test_inside_everything_is_ready_and_outside_everything_is_gone(directory: DataDirectory) -> None:
    async with stack(directory, declaration=SmallDeclaration()) as running:
        status = running.status()
        children = pids(status)
    assert status["ok"]
    assert [entry["name"] for entry in status["services"]] == ["postgres", "nats", "inbox", "ledger"]
    assert not any(psutil.pid_exists(pid) for pid in children)


async def test_a_second_start_continues_with_the_same_data(directory: DataDirectory) -> None:
    async with stack(directory, declaration=SmallDeclaration()) as running:
        running.postgres.run_sql("CREATE TABLE kept (id int); INSERT INTO kept VALUES (5)")
        first = (running.urls, running.setup_token, running.nats.server_name)
    async with stack(directory, declaration=SmallDeclaration()) as running:
        assert running.postgres.run_sql("SELECT id FROM kept") == "5"
        assert (running.urls, running.setup_token, running.nats.server_name) == first


async def test_two_copies_side_by_side_do_not_collide(tmp_path: Path) -> None:
    async with (
        stack(DataDirectory(tmp_path / "one"), declaration=SmallDeclaration()) as one,
        stack(DataDirectory(tmp_path / "two"), declaration=SmallDeclaration()) as two,
    ):
        assert not set(one.parts.ports.values()) & set(two.parts.ports.values())
        assert one.status()["ok"]
        assert two.status()["ok"]


async def test_the_same_directory_twice_is_refused(directory: DataDirectory) -> None:
    async with stack(directory, declaration=SmallDeclaration()):
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
            async with stack(directory, declaration=SmallDeclaration()):
                raise AssertionError("two ran on one directory")


async def test_a_killed_launcher_leaves_nothing_that_blocks_the_next(directory: DataDirectory) -> None:
    with launched(directory) as (launcher, status):
        launcher.kill()
    async with stack(directory, declaration=SmallDeclaration()) as running:
        assert running.status()["ok"]
        assert not any(psutil.pid_exists(pid) and not is_dead(pid) for pid in pids(status))


async def test_a_launcher_killed_beside_stopped_children_does_not_block_either(directory: DataDirectory) -> None:
    with launched(directory) as (launcher, status):
        for pid in pids(status):
            os.kill(pid, signal.SIGSTOP)
        launcher.kill()
    async with stack(directory, declaration=SmallDeclaration()) as running:
        assert running.status()["ok"]
        assert not any(psutil.pid_exists(pid) and not is_dead(pid) for pid in pids(status))


async def test_another_process_sees_and_ends_it(directory: DataDirectory) -> None:
    with launched(directory) as (launcher, said):
        status = await current_status(directory)
        assert status["ok"]
        assert (status["pid"], pids(status)) == (launcher.pid, pids(said))
        assert end_running(directory) == launcher.pid
        assert launcher.wait(5) == 0
    assert (directory.path / "drained").read_text().split() == ["ledger", "inbox"]
    assert end_running(directory) is None


async def test_another_process_gets_the_keys_to_it(directory: DataDirectory) -> None:
    with pytest.raises(NotRunning):
        attach(directory)
    with launched(directory):
        attached = attach(directory)
        for role in ("stampbook_owner", "ledger"):
            connection = await asyncpg.connect(attached.dsn(role))
            assert await connection.fetchval("SELECT current_user") == role
            await connection.close()
        inbox = b"_INBOX_operator"
        client = await nats.connect(
            attached.nats_url, nkeys_seed=str(attached.seed_file("operator")), inbox_prefix=inbox
        )
        assert client.connected_server_version.major >= 2
        await client.close()


async def test_a_status_tells_which_service_is_not_ready(directory: DataDirectory) -> None:
    with launched(directory):
        (directory.path / "not-ready").touch()
        status = await current_status(directory)
    assert not status["ok"]
    assert [entry["detail"] for entry in status["services"]][-1] == "bus: another server"


async def test_another_process_has_it_restarted(directory: DataDirectory) -> None:
    told: list[str] = []
    with launched(directory) as (_, said):
        outcome = await asyncio.to_thread(ask_to_restart, directory, ["ledger"], told.append)
        assert (outcome.restarted, told) == (["ledger"], ["ledger is ready again"])
        status = await current_status(directory)
        assert status["ok"]
        before, after = pids(said), pids(await written_anew(directory, pids(said)[-1]))
    assert before[:-1] == after[:-1]


async def written_anew(directory: DataDirectory, old: int) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while pids(status := await current_status(directory))[-1] == old:
            await asyncio.sleep(0.1)
    return status


async def restarted(running: RunningStack, name: str) -> None:
    async with asyncio.timeout(20):
        while True:
            [entry] = [entry for entry in running.status()["services"] if entry["name"] == name]
            if entry["restarts"] and entry["ready"] and await asyncio.to_thread(running.nats.is_ours_and_healthy):
                return
            await asyncio.sleep(0.1)


class FailingDeclaration(SmallDeclaration):
    def steps(self, parts: Parts) -> list[Step]:
        command = (sys.executable, "-c", "raise SystemExit('stream CMD_ledger has another partition count')")
        return [Step(name="streams", command=command, environment={"NATS": parts.nats.url})]


async def test_a_step_that_fails_stops_everything_and_is_told(directory: DataDirectory) -> None:
    with pytest.raises(ServerFailed, match=r"(?s)streams failed with code 1.*another partition count"):
        async with stack(directory, declaration=FailingDeclaration()):
            raise AssertionError("it came up")
    assert directory.owner() is None


@pytest.mark.parametrize("name", ["postgres", "nats"])
async def test_a_server_that_dies_is_started_again(directory: DataDirectory, name: str) -> None:
    told: list[str] = []
    async with stack(directory, declaration=SmallDeclaration(), report=told.append) as running:
        {"postgres": running.postgres, "nats": running.nats}[name].process.kill()
        await restarted(running, name)
        assert running.postgres.run_sql("SELECT 1") == "1"
        assert running.nats.is_ours_and_healthy()
    assert any(line.startswith(f"{name} ended with code -9") for line in told)


def is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
