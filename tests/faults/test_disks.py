"""Disks that are full, and disks that fail: rows 13, 14, C3, C21. What was acknowledged was forced to disk before."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from tests.faults.parts.load import Load, buy, insist, join
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, sound
from tests.faults.parts.processes import restarts_of
from tests.platform import Platform

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting small disks and tracing servers is for root alone"),
]
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

NATS_BYTES, POSTGRES_BYTES = 64 * 1024**2, 320 * 1024**2
FSYNC_FAILS_AT = 8
PURCHASES = 10


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[None]:
    place.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0711", "tmpfs", place], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """Each server has a small disk of its own for what it stores."""
    folder = tmp_path_factory.mktemp("disks")
    data = folder / "data"
    data.mkdir()
    (data / "stampbook-data").touch()  # The mark of a data directory: it is not empty and yet ours.
    with (
        small_disk(data / "nats" / "jetstream", NATS_BYTES),
        small_disk(data / "postgres" / "cluster", POSTGRES_BYTES),
    ):
        async with own_stack(folder) as platform:
            yield platform


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """Not a byte is free inside."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(64 * 1024)):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


async def card_in(own: Platform) -> str:
    email = own.new_address()
    await join(own, email)
    card = await until(lambda: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")
    found: str = card["card_id"]
    return found


@pytest.mark.parametrize("server", ["nats", "postgres"])
async def test_row_13_c21_a_full_disk_acknowledges_nothing_false_and_recovers(own: Platform, server: str) -> None:
    place = own.directory.nats / "jetstream" if server == "nats" else own.directory.postgres / "cluster"
    async with Load(own).going() as load:
        await load.flows()
        with filled(place):
            await until(lambda: stuck(load), within_seconds=RECOVERY_SECONDS, what="nothing sold for a while")
            await until(lambda: unready(own), within_seconds=RECOVERY_SECONDS, what="processes that say so")
        await load.flows()
    await load.settled()


async def stuck(load: Load) -> bool | None:
    before = load.sold
    await asyncio.sleep(3)
    return True if load.sold == before else None


async def unready(own: Platform) -> bool | None:
    status = own.running.status()
    complaints = [(one["name"], one["detail"]) for one in status["services"] if not one["ready"]]
    print("not ready:", complaints)
    return None if status["ok"] else True


@contextmanager
def traced(pids: list[int], log: Path, *options: str) -> Iterator[None]:
    attach = [part for pid in pids for part in ("-p", str(pid))]
    tracer = subprocess.Popen(["strace", "-f", "-o", str(log), *options, *attach], stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    tracer.stderr.readline()  # "Process … attached"
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=20)


def tree(pid: int) -> list[int]:
    return [pid, *(child.pid for child in psutil.Process(pid).children())]


@needs_strace
@pytest.mark.parametrize("server", ["nats", "postgres"])
async def test_row_14_an_fsync_that_fails_acknowledges_nothing_false(
    own: Platform, server: str, tmp_path: Path
) -> None:
    process = own.running.nats.process if server == "nats" else own.running.postgres.process
    fault = f"inject=fsync,fdatasync:error=EIO:when={FSYNC_FAILS_AT}"
    before = restarts_of(own, server)
    async with Load(own).going() as load:
        await load.flows()
        with traced(tree(process.pid), tmp_path / "trace", "-e", "trace=fsync,fdatasync", "-e", fault):
            await until(
                lambda: struck(tmp_path / "trace"), within_seconds=RECOVERY_SECONDS, what="an fsync that failed"
            )
            await asyncio.sleep(3)
        await load.flows()
    await load.settled()
    if server == "nats":
        assert restarts_of(own, server) > before
    else:
        assert any(" PANIC: " in line for line in lines_of(own.running.postgres.log))


def lines_of(trace: Path) -> list[str]:
    return trace.read_text().splitlines()


async def struck(trace: Path) -> bool | None:
    return True if any("(INJECTED)" in line for line in lines_of(trace)) else None


async def calls_of(own: Platform, pid: int, trace: Path) -> list[str]:
    """What a server asked of the kernel during purchases made one after the other."""
    card = await card_in(own)
    await sound(own)
    calls = "trace=pwrite64,write,writev,sendto,fsync,fdatasync"
    with traced(tree(pid), trace, "-y", "-s", "4000", "-e", calls):
        for _ in range(PURCHASES):
            answer = await insist(lambda: buy(own, card, f"traced-{uuid4()}"))
            assert answer.status_code == HTTPStatus.OK
    return lines_of(trace)


def answers_after_fsync(calls: list[str], *, file: str, answered: str) -> int:
    """How many answers left; what was written to *file* before one of them was forced to disk before it."""
    dirty, answers = False, 0
    forcing: set[str] = set()
    for call in calls:
        thread = call.split()[0]
        if re.search(rf"(pwrite64|write|writev)\({file}", call):
            dirty = True
        elif re.search(rf"(fsync|fdatasync)\({file}", call) and "<unfinished" in call:
            forcing.add(thread)
        elif re.search(rf"(fsync|fdatasync)\({file}.*= 0$", call):
            dirty = False
        elif thread in forcing and re.search(r"(fsync|fdatasync) resumed.*= 0$", call):
            forcing.discard(thread)
            dirty = False
        elif re.search(answered, call):
            assert not dirty, f"answered before it was forced to disk: {call}"
            answers += 1
    return answers


@needs_strace
async def test_c03_a_message_is_on_disk_before_it_is_acknowledged(own: Platform, tmp_path: Path) -> None:
    calls = await calls_of(own, own.running.nats.process.pid, tmp_path / "trace")
    block = r"\d+<[^>]*CMD_ledger/msgs/\d+\.blk"
    acknowledgement = r"writev?\(.*stream..:..CMD_ledger..,..seq"
    assert answers_after_fsync(calls, file=block, answered=acknowledgement) >= PURCHASES


@needs_strace
async def test_c03_a_transaction_is_on_disk_before_its_commit_is_answered(own: Platform, tmp_path: Path) -> None:
    calls = await calls_of(own, own.running.postgres.process.pid, tmp_path / "trace")
    by_backend: dict[str, list[str]] = {}
    for call in calls:
        by_backend.setdefault(call.split()[0], []).append(call)
    log, answer = r"\d+<[^>]*pg_wal/", r"sendto\(.*COMMIT"
    answers = [answers_after_fsync(mine, file=log, answered=answer) for mine in by_backend.values()]
    assert sum(answers) >= PURCHASES
