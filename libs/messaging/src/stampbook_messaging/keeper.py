"""The keeper of partitions: beats the heart, takes and hands over partitions, and opens readers where the rows say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import ApiRefused, Bus, BusUnavailable, Denied, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.intake import Intake, Start
from stampbook_messaging.jetstream import StreamState, stream_state
from stampbook_messaging.locking import Fenced
from stampbook_messaging.logging import get_logger
from stampbook_messaging.partitions import HEARTBEAT_SECONDS, Leases
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.relay import Relay
from stampbook_messaging.shortness import Shortness
from stampbook_messaging.starts import EventSource, Starts

log = get_logger(__name__)

LOOK_SECONDS = 0.25

BUS_TROUBLE = (ApiRefused, BusUnavailable, OutcomeUnknown, Denied)


@dataclass(slots=True, kw_only=True)
class Keeper:
    """*commands* is None for a service without commands; *published*: how far a restored log is to come first."""

    token: str
    pool: Any
    bus: Bus
    clock: Clock
    leases: Leases
    relay: Relay
    alarms: Alarms
    commands: Intake | None
    sources: Sequence[EventSource]
    published: Mapping[int, int] = field(default_factory=dict)
    alive: Alive = unwatched
    stopping: bool = False
    opened_once: bool = False
    starts: Starts = field(init=False)
    _beat_due: float = 0.0
    _look_due: float = 0.0
    _lost: set[int] = field(default_factory=set)
    _leaving: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        shortness = Shortness(self.clock)
        self.starts = Starts(token=self.token, pool=self.pool, bus=self.bus, alarms=self.alarms, shortness=shortness)

    async def run(self) -> None:
        """Heartbeat and repair side by side: a bus that answers slowly must not cost the leases."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._beat), name="heartbeat")
            group.create_task(self._again_and_again(self._repair), name="repair")

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping:
            self.alive(f"keeper's {work.__name__.strip('_')}")
            try:
                await work()
            except BUS_TROUBLE as trouble:
                log.warning("keeper.bus_trouble", reason=str(trouble))
                await self.clock.sleep(0.3)
            except DATABASE_GONE as gone:
                self.leases.unsure = True
                log.warning("keeper.database_gone", reason=type(gone).__name__)
                await self.clock.sleep(0.3)
            await self.clock.sleep(0.05)

    def doubt_everything(self, reason: str) -> None:
        for intake in self._intakes():
            intake.doubt_all(reason)

    def _intakes(self) -> list[Intake]:
        return [source.intake for source in self.sources] + ([self.commands] if self.commands else [])

    async def _beat(self) -> None:
        if self.leases.expire():
            log.error("keeper.leases_expired")
        if self.clock.monotonic() < self._beat_due and not self.leases.unsure and not await self._vacancy():
            return
        self._beat_due = self.clock.monotonic() + HEARTBEAT_SECONDS
        self._leaving = await self.leases.beat()
        await self.relay.lead(self.leases.live)
        for intake in self._intakes():
            intake.check_alive()

    async def _vacancy(self) -> bool:
        """Looked for now and then, so that a partition that is handed over does not wait for the next heartbeat."""
        if self.clock.monotonic() < self._look_due:
            return False
        self._look_due = self.clock.monotonic() + LOOK_SECONDS
        return await self.leases.vacant()

    async def _hand_over(self, partition: int) -> None:
        """Others should have it: stop reading first, so that what they take over is at rest, then let go."""
        for intake in self._intakes():
            await intake.close(partition)
        await self.leases.release(partition)

    async def _repair(self) -> None:
        """Close what is not ours, open what is ours and not open or in doubt."""
        beaten = bool(self.leases.live)
        for partition in sorted(self._leaving & set(self.leases.held)):
            await self._hand_over(partition)
        if self.bus.is_connected and not self.leases.unsure:
            await self._open_and_close()
        self.opened_once = self.opened_once or beaten

    async def _open_and_close(self) -> None:
        states: dict[str, StreamState] = {}
        for intake in self._intakes():
            for partition in intake.open_partitions() - set(self.leases.held):
                await intake.close(partition)
            self._note_lost(intake)
            for partition in sorted((set(self.leases.held) - intake.open_partitions()) | intake.doubtful()):
                if partition in self.leases.held:
                    if intake.stream not in states:
                        states[intake.stream] = await stream_state(self.bus, intake.stream)
                    await self._open(intake, partition, states[intake.stream])

    def _note_lost(self, intake: Intake) -> None:
        if intake is self.commands:
            self._lost |= {partition for partition in intake.doubtful() if intake.reason(partition).startswith("lost")}

    async def _open(self, intake: Intake, partition: int, state: StreamState) -> None:
        epoch = self.leases.held.get(partition, -1)  # a heartbeat may let it go meanwhile
        try:
            if intake is self.commands:
                start = await self._command_start(partition, epoch, state)
            else:
                source = next(source for source in self.sources if source.intake is intake)
                start = await self.starts.of_events(source, partition, epoch, state)
        except Fenced:
            self.leases.drop(partition)
            return
        if start is not None:
            await intake.open(partition, start, epoch)

    async def _command_start(self, partition: int, epoch: int, state: StreamState) -> Start | None:
        lost = partition in self._lost
        self._lost.discard(partition)
        not_before = self.published.get(partition, 0)
        start = await self.starts.of_commands(partition, epoch, state, lost=lost, not_before=not_before)
        if start is None and lost:
            self._lost.add(partition)
        return start
