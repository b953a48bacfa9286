"""Start processes, wait until they are ready, start again what died, and end them in order."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.health import Health, ask_health
from stampbook_cli.embedded.leftovers import record_processes
from stampbook_cli.embedded.process import spawn, tail
from stampbook_cli.embedded.services import END_ORDER, Service

Report = Callable[[str], None]
FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 0.5, 15.0
STEADY_SECONDS = 60.0  # who ran this long is forgiven its earlier deaths
_POLL_SECONDS = 0.1


class Supervised:
    """One service and the process that runs it now."""

    def __init__(self, service: Service, logs: Path) -> None:
        self.service = service
        self.log = logs / f"{service.name}.log"
        self.restarts = 0
        self.health = Health(ready=False, detail="not started")
        self.process: subprocess.Popen[bytes] | None = None
        self.restart_at: float | None = None
        self.is_told_to_end = False
        self._launched_at = 0.0
        self._deaths_in_a_row = 0

    def launch(self) -> None:
        self.process = spawn(
            self.service.command,
            log=self.log,
            environment=self.service.environment,
            pass_fds=self.service.pass_fds,
        )
        self.restart_at, self.is_told_to_end = None, False
        self._launched_at = time.monotonic()
        self.health = Health(ready=False, detail="starting")

    async def ask(self) -> Health:
        if self.exit_code is not None:
            self.health = Health(ready=False, detail=f"ended with code {self.exit_code}")
        else:
            self.health = await ask_health(self.service.health_port)
        return self.health

    @property
    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.exit_code is None else None

    def deploy(self, environment: Mapping[str, str]) -> None:
        """Launch it as something new: with *environment* on top from now on, and its earlier deaths forgiven."""
        self.service = replace(self.service, environment={**self.service.environment, **environment})
        self._deaths_in_a_row = 0
        self.launch()

    def plan_restart(self) -> float:
        """Decide when to start it again: at once at first, ever later while it keeps dying."""
        steady = time.monotonic() - self._launched_at > STEADY_SECONDS
        self._deaths_in_a_row = 1 if steady else self._deaths_in_a_row + 1
        backoff = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** (self._deaths_in_a_row - 1))
        self.restart_at = time.monotonic() + backoff
        return backoff


class Supervisor:
    """The processes of one launcher. Its methods run in the main thread: see `spawn`."""

    def __init__(self, *, logs: Path, processes_file: Path, report: Report) -> None:
        self.supervised: dict[str, Supervised] = {}
        self._logs = logs
        self._processes_file = processes_file
        self._report = report

    async def start(self, services: Iterable[Service], *, patience_seconds: float = 60.0) -> None:
        """Start services side by side and return when all are ready; one that ends meanwhile is a failure."""
        started = [Supervised(service, self._logs) for service in services]
        for one in started:
            self.supervised[one.service.name] = one
            one.launch()
        self.record()
        deadline = time.monotonic() + patience_seconds
        await asyncio.gather(*(self._until_ready(one, deadline) for one in started))

    async def restart(
        self, name: str, *, environment: Mapping[str, str] | None = None, patience_seconds: float = 60.0
    ) -> None:
        """End one service as a deployment would, and start it anew, with *environment* on top if given."""
        one = self.supervised[name]
        await self._end([one])
        one.deploy(environment or {})
        self.record()
        await self._until_ready(one, time.monotonic() + patience_seconds)

    def revive(self) -> None:
        """Start again what died, after its backoff; to be called a few times a second."""
        for one in self.supervised.values():
            if one.exit_code is None or one.is_told_to_end:
                continue
            if one.restart_at is None:
                code, backoff = one.exit_code, one.plan_restart()
                self._report(
                    f"{one.service.name} ended with code {code}; starting it again in {backoff:g} s. Its log: {one.log}"
                )
            elif time.monotonic() >= one.restart_at:
                one.restarts += 1
                one.launch()
                self.record()

    async def stop(self) -> None:
        """Drain everything, those first whom the others do not need; cancelled, it kills what is left."""
        ranks: dict[int, list[Supervised]] = {}
        for one in self.supervised.values():
            ranks.setdefault(END_ORDER.index(one.service.of) if one.service.of in END_ORDER else -1, []).append(one)
        try:
            for rank in sorted(ranks):
                await self._end(ranks[rank])
        finally:
            for one in self.supervised.values():
                if one.process is not None and one.exit_code is None:
                    one.process.kill()
                    one.process.wait()
            self.record()

    def record(self) -> None:
        """Keep who runs, for a launcher that finds them after ours was killed."""
        record_processes(self._processes_file, [one.pid for one in self.supervised.values() if one.pid is not None])

    async def _until_ready(self, one: Supervised, deadline: float) -> None:
        while not (await one.ask()).ready:
            if one.exit_code is not None:
                raise ServerFailed(
                    f"{one.service.name} ended with code {one.exit_code} while starting:\n{tail(one.log)}"
                )
            if time.monotonic() > deadline:
                raise ServerFailed(f"{one.service.name} is not ready ({one.health.detail}):\n{tail(one.log)}")
            await asyncio.sleep(_POLL_SECONDS)

    async def _end(self, group: Sequence[Supervised]) -> None:
        running = [one for one in group if one.process is not None and one.exit_code is None]
        for one in running:
            assert one.process is not None
            one.is_told_to_end = True
            one.process.send_signal(signal.SIGTERM)
            one.process.send_signal(signal.SIGCONT)
        await asyncio.gather(*(self._until_ended(one) for one in running))

    async def _until_ended(self, one: Supervised) -> None:
        assert one.process is not None
        deadline = time.monotonic() + one.service.drain_seconds
        while one.exit_code is None:
            if time.monotonic() > deadline:
                self._report(f"{one.service.name} did not drain in time and is killed")
                one.process.kill()
                await asyncio.to_thread(one.process.wait)
            await asyncio.sleep(_POLL_SECONDS / 2)
        one.health = Health(ready=False, detail="stopped")
