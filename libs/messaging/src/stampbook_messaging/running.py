"""A running service: its parts, the order in which they start, and the order in which they come to rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from stampbook_events.subjects import event_stream
from stampbook_messaging import database, restoring
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import BusUnavailable, NatsBus, OutcomeUnknown, WrongServer
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import Commands
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.ending import end
from stampbook_messaging.health import Health
from stampbook_messaging.keeper import BUS_TROUBLE
from stampbook_messaging.logging import configure_logging, get_logger
from stampbook_messaging.migrate import SchemaMismatch, must_be_current
from stampbook_messaging.pulse import Pulse
from stampbook_messaging.queries import Answering, Queries, answer_queries
from stampbook_messaging.restoring import Behind
from stampbook_messaging.rooms import Rooms
from stampbook_messaging.service import Runtime, Service
from stampbook_messaging.settings import MessagingSettings
from stampbook_messaging.telemetry import Telemetry, start_telemetry
from stampbook_messaging.watching import STATEMENTS, Watch
from stampbook_messaging.worker import TooManyParked

log = get_logger(__name__)

Build = Callable[[Runtime], Awaitable[Service]]

_RETRY_SECONDS = 0.25
_POOL_SIZE = 8
CATCHING_UP = "catching up after a restoration"
"""The one task that may come to its end while the service runs."""


class PartEnded(RuntimeError):
    """A part that must run as long as the service has ended by itself: the process ends, to be started anew."""


class Undeclared(RuntimeError):
    """The database is behind its event stream, and nobody has declared that it was restored."""


@dataclass(slots=True)
class Running:
    settings: MessagingSettings
    clock: Clock
    health: Health = field(default_factory=Health)
    telemetry: Telemetry | None = None
    bus: NatsBus | None = None
    pool: Any = None
    rooms: Rooms | None = None
    pulse: Pulse = field(init=False)
    answering: Answering | None = None
    _parts: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _background: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.clock)

    async def __aenter__(self) -> Self:
        settings = self.settings
        configure_logging(settings.token, settings.instance, settings.log_level)
        self.telemetry = start_telemetry(settings.token, settings.instance, settings.traces_file)
        await self.health.start(settings.health_address)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.health.draining = True
        try:
            await self._drain()
        finally:
            await self._close()
        log.info("service.ended", reason=kind.__name__ if kind is not None else "told to")

    async def started(self, build: Build, stop: asyncio.Event) -> bool:
        """Start up; False if told to stop before that was done."""
        starting, stopping = asyncio.create_task(self._start(build)), asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            await end([starting])
            return False
        starting.result()
        return True

    async def until(self, stop: asyncio.Event) -> None:
        """Return when told to stop. Raises ``PartEnded`` when a part ended, ``BusUnavailable`` when the bus is gone."""
        assert self.bus is not None
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(self.bus.closed.wait())]
        parts: dict[asyncio.Task[Any], str] = {task: name for name, task in self._parts.items()}
        parts |= {task: task.get_name() for task in self._background}
        try:
            while not stop.is_set():
                done, _ = await asyncio.wait({*waits, *parts}, return_when=asyncio.FIRST_COMPLETED)
                if self.bus.closed.is_set():
                    raise BusUnavailable("the connection to NATS is gone for good")
                for task in done & set(parts):
                    self._ended(parts.pop(task), task)
        finally:
            for waiting in waits:
                waiting.cancel()

    def _ended(self, name: str, task: asyncio.Task[Any]) -> None:
        """A worker that parks too much stays down, in sight; anything else ends the process."""
        trouble = task.exception()
        if name == CATCHING_UP and trouble is None:
            return
        if not isinstance(trouble, TooManyParked):
            raise PartEnded(name) from trouble
        log.error("worker.stopped", reason=str(trouble))
        text = str(trouble)

        async def stopped() -> str | None:
            return text

        self.health.ready["worker"] = stopped

    async def _start(self, build: Build) -> None:
        settings = self.settings
        self.bus = bus = await self._connect_bus()
        if settings.database_url:
            self.pool = await self._connect_database()
        alarms = Alarms(self.pool)
        runtime = Runtime(
            settings=settings,
            clock=self.clock,
            failpoints=settings.failpoints,
            bus=bus,
            pool=self.pool,
            queries=Queries(bus),
            commands=Commands(bus),
            alarms=alarms,
            pulse=self.pulse,
        )
        self.health.waiting_for = "the service's own start"
        service = await build(runtime)
        self._probe(bus, service)
        if self.pool is not None:
            await self._wait_for_schema(service)
            behind = await self._wait_for_declaration(bus, alarms)
            self.rooms = Rooms.furnish(runtime, service)
            await self.rooms.take_up_after(behind)
            self._parts = self.rooms.start()
            self.health.ready["partitions"] = self.rooms.complaint
        watch = Watch(pulse=self.pulse, alarms=alarms, instance=settings.instance, pool=self.pool)
        jobs = {**service.background, "watch": watch.run}
        self._background = [asyncio.create_task(work(self.pulse.part(name)), name=name) for name, work in jobs.items()]
        if self.rooms is not None and self.rooms.keeper.published:
            self._background.append(asyncio.create_task(self.rooms.catch_up(), name=CATCHING_UP))
        answers = {**service.answers, **(self.rooms.answers if self.rooms is not None else {})}
        if answers:  # Who answers nothing may not listen either.
            self.answering = await answer_queries(bus.raw, settings.token, answers, instance=settings.instance)
        self.health.started = True
        log.info("service.started")

    def _probe(self, bus: NatsBus, service: Service) -> None:
        async def connected() -> str | None:
            return None if bus.is_connected else "not connected"

        async def answering() -> str | None:
            return None if await self.pool.fetchval("SELECT 1") == 1 else "no sense in the answer"

        self.health.ready["nats"] = connected
        if self.pool is not None:
            self.health.ready["database"] = answering
        self.health.ready |= {**dict(service.checks), "parts": self.pulse.complaint}

    async def _connect_bus(self) -> NatsBus:
        settings = self.settings
        while True:
            try:
                return await NatsBus.connect(
                    settings.nats_url,
                    seed_file=str(settings.nats_seed_file),
                    identity=settings.token,
                    server_name=settings.nats_server_name,
                    cluster_name=settings.nats_cluster_name,
                )
            except (WrongServer, BusUnavailable, OutcomeUnknown, OSError, TimeoutError) as away:
                await self._not_yet("NATS", away)

    async def _connect_database(self) -> Any:
        while True:
            try:
                return await database.connect_pool(self.settings.database_url, self.settings.token, size=_POOL_SIZE)
            except DATABASE_GONE as away:
                await self._not_yet("PostgreSQL", away)

    async def _wait_for_schema(self, service: Service) -> None:
        """The migration is a job of its own and may still be running; statements are tried before anyone relies on them."""
        assert service.package is not None, "a service with a schema names the package of its migrations"
        while True:
            try:
                await must_be_current(self.pool, service.package)
            except (SchemaMismatch, *DATABASE_GONE) as away:
                await self._not_yet("the schema", away)
            else:
                break
        async with self.pool.acquire() as db:
            for statement in (*service.statements, *STATEMENTS):
                await db.prepare(statement)

    async def _wait_for_declaration(self, bus: NatsBus, alarms: Alarms) -> Behind:
        """A log that is behind its own stream was restored: nothing is begun on it before an operator has said so."""
        stream = event_stream(self.settings.token)
        while True:
            try:
                behind = await restoring.look(bus, self.pool, self.settings.token)
                if not behind.published or await restoring.declared(self.pool, behind):
                    return behind
            except (*BUS_TROUBLE, *DATABASE_GONE) as away:
                await self._not_yet("the event stream", away)
                continue
            await alarms.raise_("stream_ahead_of_log", stream=stream, partitions=str(dict(behind.published)))
            await self._not_yet("`stampbook restored`", Undeclared(f"{stream} is ahead of the database"))

    async def _not_yet(self, what: str, away: BaseException) -> None:
        text = f"{what}: {type(away).__name__}: {away}"
        if self.health.waiting_for != text:
            log.warning("service.waiting", waits_for=what, reason=str(away))
        self.health.waiting_for = text
        await self.clock.sleep(_RETRY_SECONDS)

    async def _drain(self) -> None:
        """From the outside in: take nothing new, end what was begun, tell what was recorded, give back what is held."""
        await end(self._background)
        await asyncio.gather(*self._background, return_exceptions=True)
        if self.rooms is not None:
            await self.rooms.drain(self._parts)
        if self.answering is not None:
            await self.answering.stop()

    async def _close(self) -> None:
        if self.bus is not None:
            await self.bus.close()
        if self.pool is not None:
            try:
                await asyncio.wait_for(self.pool.close(), 5)
            except TimeoutError:
                self.pool.terminate()
        if self.telemetry is not None:
            await self.telemetry.close()
        await self.health.stop()
