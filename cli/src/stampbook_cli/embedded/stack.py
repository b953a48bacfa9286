"""A whole Stampbook as one asynchronous context: servers, stand-ins and services, ready inside, stopped outside."""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

from stampbook_cli.embedded.addresses import addresses
from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.files import write_whole
from stampbook_cli.embedded.leftovers import end_recorded
from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.outside import Outside
from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.postgres import PostgresServer
from stampbook_cli.embedded.process import spawn, tail
from stampbook_cli.embedded.processes import Processes, process_names
from stampbook_cli.embedded.rolling import obey, roll
from stampbook_cli.embedded.servers import ServerWatch
from stampbook_cli.embedded.services import (
    ALL_SERVICES,
    ONE,
    Parts,
    Service,
    Step,
    declare_services,
    declare_stand_ins,
    declare_steps,
)
from stampbook_cli.embedded.settings import keep_credentials, remember_ports
from stampbook_cli.embedded.supervisor import Supervisor

_WATCH_SECONDS = 0.2
_HEALTH_EVERY_SECONDS = 2.0
_LONGEST_LOG_BYTES = 16 * 1024**2
_STEP_SECONDS = 60.0
_DOORS_TRIED = 5


class Declaration:
    """Which stand-ins, steps and services make up a stack; tests declare smaller ones."""

    def __init__(self, services: Iterable[str] = ALL_SERVICES, processes: Processes = ONE) -> None:
        self.names, self.processes = tuple(services), processes

    @property
    def process_names(self) -> list[str]:
        return [process for name in self.names for process in process_names(name, self.processes)]

    def stand_ins(self, parts: Parts) -> list[Service]:
        return declare_stand_ins(parts)

    def steps(self, parts: Parts) -> list[Step]:
        return declare_steps(parts, self.names)

    def services(self, parts: Parts) -> list[Service]:
        return declare_services(parts, self.names, self.processes)


class RunningStack:
    """What a running stack offers: its parts, its addresses, its state."""

    def __init__(self, parts: Parts, supervisor: Supervisor, watch: ServerWatch) -> None:
        self.parts = parts
        self.supervisor = supervisor
        self.started_in_seconds = 0.0
        self.watching: list[asyncio.Task[None]] = []
        self._watch = watch

    @property
    def postgres(self) -> PostgresServer:
        return self.parts.postgres

    @property
    def nats(self) -> NatsServer:
        return self.parts.nats

    @property
    def setup_token(self) -> str:
        return self.parts.credentials.setup_token

    @property
    def urls(self) -> dict[str, str]:
        return addresses(self.parts)

    async def restart(self, name: str, *, environment: Mapping[str, str] | None = None) -> None:
        await self.supervisor.restart(name, environment=environment)

    async def roll(self, *services: str) -> None:
        """Restart every process of *services*, of all if none is named, one after the other."""

        async def told(_: str) -> None:
            self.write_status()

        await roll(self.supervisor, services, told)

    @contextlib.contextmanager
    def left_down(self, server: str) -> Iterator[None]:
        """Inside, nobody starts this server again: what is down stays down."""
        self._watch.left_down.add(server)
        try:
            yield
        finally:
            self._watch.left_down.discard(server)

    async def until_broken(self) -> None:
        """Return never, or raise what ended the watch over the processes: without it the stack must not go on."""
        ended, _ = await asyncio.wait(self.watching, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()

    def status(self) -> dict[str, Any]:
        services = self._watch.status() + [
            {
                "name": name,
                "pid": one.pid,
                "ready": one.health.ready,
                "restarts": one.restarts,
                "detail": one.health.detail,
                "health_port": one.service.health_port,
                "log": str(one.log),
            }
            for name, one in self.supervisor.supervised.items()
        ]
        return {"ok": all(entry["ready"] for entry in services), "services": services, "urls": self.urls}

    def write_status(self) -> None:
        document = {**self.status(), "pid": os.getpid(), "started_in_seconds": self.started_in_seconds}
        write_whole(self.parts.directory.status_file, json.dumps(document, indent=2), mode=0o644)


@contextlib.asynccontextmanager
async def stack(
    directory: DataDirectory,
    *,
    services: Iterable[str] = ALL_SERVICES,
    processes: Processes = ONE,
    declaration: Declaration | None = None,
    outside: Outside | None = None,
    with_traces: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[RunningStack]:
    """Hold the directory, bring everything up, watch it, and drain it at the end. Main thread only."""
    began = time.monotonic()
    declaration = declaration or Declaration(services, processes)
    with directory.locked(), contextlib.ExitStack() as listening:
        if count := end_recorded(directory.processes_file):
            report(f"ended {count} processes of a launcher that was killed")
        directory.status_file.unlink(missing_ok=True)
        _shorten_logs(directory)
        door, ports = _open_door(directory, declaration.process_names)
        listening.enter_context(door)
        parts = _parts(directory, ports, outside or Outside(), door, with_traces=with_traces)
        supervisor = Supervisor(logs=directory.logs, processes_file=directory.processes_file, report=report)
        watch = ServerWatch(parts.postgres, parts.nats, report)
        running = RunningStack(parts, supervisor, watch)
        try:
            await _bring_up(running, declaration, report)
            running.started_in_seconds = round(time.monotonic() - began, 2)
            running.write_status()
            works = (_watch(running, watch), obey(directory, supervisor))
            running.watching = [asyncio.create_task(work) for work in works]
            yield running
        finally:
            for task in running.watching:
                task.cancel()
            await asyncio.gather(*running.watching, return_exceptions=True)
            try:
                await supervisor.stop()
            finally:
                watch.stop()
                directory.status_file.unlink(missing_ok=True)


def _open_door(directory: DataDirectory, processes: Iterable[str]) -> tuple[socket.socket, dict[str, int]]:
    """The gateway's socket and all ports; a port that another stack takes between our look and our hold is given up."""
    names = tuple(processes)
    for _ in range(_DOORS_TRIED):
        ports = remember_ports(directory, names)
        with contextlib.suppress(OSError):
            return socket.create_server((LOOPBACK, ports["gateway"]), backlog=1024), ports
    raise ServerFailed(f"no port for the gateway could be held in {_DOORS_TRIED} tries")


def _parts(
    directory: DataDirectory,
    ports: Mapping[str, int],
    outside: Outside,
    door: socket.socket,
    *,
    with_traces: bool,
) -> Parts:
    return Parts(
        directory=directory,
        ports=ports,
        credentials=keep_credentials(directory),
        postgres=PostgresServer(directory.postgres, port=ports["postgres"]),
        nats=NatsServer(directory.nats, port=ports["nats"], monitoring_port=ports["nats-monitoring"]),
        outside=outside,
        gateway_fd=door.fileno(),
        with_traces=with_traces,
    )


async def _bring_up(running: RunningStack, declaration: Declaration, report: Callable[[str], None]) -> None:
    parts, supervisor = running.parts, running.supervisor
    # Most of a start is imports: the stand-ins do theirs while the servers come up and the tables are made.
    stand_ins = asyncio.create_task(supervisor.start(declaration.stand_ins(parts)))
    try:
        await asyncio.sleep(0)
        parts.nats.launch()
        parts.postgres.start()
        parts.nats.wait_ready()
        report("PostgreSQL and NATS are ready")
        await asyncio.gather(*(_take(step, parts.directory) for step in declaration.steps(parts)))
        await stand_ins
        report("streams, tables and stand-ins are ready")
        await supervisor.start(declaration.services(parts))
    finally:
        stand_ins.cancel()
        await asyncio.gather(stand_ins, return_exceptions=True)


async def _take(step: Step, directory: DataDirectory) -> None:
    log = directory.logs / f"{step.name}.log"
    process = spawn(step.command, log=log, environment=step.environment)
    deadline = time.monotonic() + _STEP_SECONDS
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise ServerFailed(f"{step.name} took longer than {_STEP_SECONDS:.0f} s:\n{tail(log)}")
            await asyncio.sleep(0.02)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode != 0:
        raise ServerFailed(f"{step.name} failed with code {process.returncode}:\n{tail(log)}")


async def _watch(running: RunningStack, watch: ServerWatch) -> None:
    next_health_at = 0.0
    while True:
        await watch.revive()
        running.supervisor.revive()
        if time.monotonic() >= next_health_at:
            next_health_at = time.monotonic() + _HEALTH_EVERY_SECONDS
            await asyncio.gather(*(one.ask() for one in running.supervisor.supervised.values()), watch.ask())
            running.write_status()
        await asyncio.sleep(_WATCH_SECONDS)


def _shorten_logs(directory: DataDirectory) -> None:
    for log in (*directory.logs.glob("*.log"), *directory.nats.glob("*.log"), *directory.postgres.glob("*.log")):
        if log.stat().st_size > _LONGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
