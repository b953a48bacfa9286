"""What it takes to have Stampbook there: the time of a warm start and the memory, beside the servers alone."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import psutil

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import RunningStack, stack
from stampbook_cli.embedded.testing import start_servers
from tests.bench.results import Result


async def start(directory: DataDirectory, bare: Path, rounds: int) -> Result:
    """A start on a directory that an earlier one has made; ours and bare by turns."""
    async with stack(directory):
        start_servers(bare, durable=True).stop()  # Makes everything, as the stack around it did: not measured.
    ours, servers = [], []
    for _ in range(rounds):
        async with stack(directory) as running:
            ours.append(running.started_in_seconds)
        servers.append(_start_servers(bare))
    return Result("start: embedded, warm", statistics.median(ours), statistics.median(servers), "s")


def memory(running: RunningStack) -> Result:
    """All processes but the launcher, which is the bench itself; bare are the servers of this very stack."""
    every = [service["pid"] for service in running.status()["services"]]
    servers = [running.postgres.pid, running.nats.pid]
    return Result("memory: whole stack", _mebibytes(every), _mebibytes(servers), "MiB")


def _start_servers(folder: Path) -> float:
    began = time.perf_counter()
    servers = start_servers(folder, durable=True)
    seconds = time.perf_counter() - began
    servers.stop()
    return seconds


def _mebibytes(pids: list[int | None]) -> float:
    """Proportional set size of processes and their children: pages that are shared count once altogether."""
    parents = [psutil.Process(pid) for pid in pids if pid is not None]
    every = {process.pid: process for one in parents for process in (one, *one.children(recursive=True))}
    return float(sum(process.memory_full_info().pss for process in every.values()) / 2**20)
