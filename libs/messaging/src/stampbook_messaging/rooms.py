"""The parts of a service with a log, furnished once: worker, consumers, deliveries, relay, keeper, janitor, sealer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from stampbook_messaging.consumer import EventConsumer
from stampbook_messaging.daily_seals.sealer import Sealer, keep_sealed
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.deliveries.runner import DeliveryRunner
from stampbook_messaging.ending import end
from stampbook_messaging.furnishing import (
    channels_of,
    consumers_of,
    janitor_of,
    keeper_of,
    relay_of,
    runner_of,
    sealer_of,
    worker_of,
)
from stampbook_messaging.janitor import EVERY_SECONDS, Janitor, keep_tidy
from stampbook_messaging.keeper import BUS_TROUBLE, Keeper
from stampbook_messaging.log_queries import log_answers
from stampbook_messaging.logging import get_logger
from stampbook_messaging.partitions import LEASE_SECONDS, Leases
from stampbook_messaging.pulse import LIMIT_SECONDS
from stampbook_messaging.relay import Relay
from stampbook_messaging.replaying import ReplayDiffers
from stampbook_messaging.restoring import Behind, Restoring, hold_open, restored_at
from stampbook_messaging.service import Runtime, Service, check_channels, check_routes
from stampbook_messaging.worker import CommandWorker

log = get_logger(__name__)

_LOOK_AGAIN_SECONDS = 0.5
SELDOM = frozenset({"janitor", "sealer"})
SELDOM_LIMIT_SECONDS = 9 * EVERY_SECONDS
DRAIN_SECONDS = 7.0
"""Longer than any transaction may take; what is left of the process's own limit is for what comes after."""


@dataclass(slots=True, kw_only=True)
class Rooms:
    runtime: Runtime
    leases: Leases
    relay: Relay
    keeper: Keeper
    janitor: Janitor
    sealer: Sealer
    worker: CommandWorker | None = None
    consumers: list[EventConsumer] = field(default_factory=list)
    runners: list[DeliveryRunner] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)

    @classmethod
    def furnish(cls, runtime: Runtime, service: Service) -> Rooms:
        """Raises ``UnhandledRoute`` when the routing table and *service* do not agree."""
        channels = {channel.name: channel for channel in channels_of(runtime, service)}
        check_routes(runtime.settings.token, service.reacting)
        check_channels(runtime.settings.token, channels)
        leases = Leases(runtime.pool, runtime.settings.instance, runtime.clock)
        relay = relay_of(runtime)
        worker = worker_of(runtime, service.deciding, leases, relay) if service.deciding is not None else None
        runners = [runner_of(runtime, channel, leases, relay) for channel in channels.values()]
        consumers = consumers_of(runtime, service, leases, relay, channels, runners)
        keeper = keeper_of(runtime, leases, relay, worker, consumers)
        runtime.bus.on_reconnect(partial(keeper.doubt_everything, "reconnected"))
        return cls(
            runtime=runtime,
            leases=leases,
            relay=relay,
            keeper=keeper,
            janitor=janitor_of(runtime),
            sealer=sealer_of(runtime, leases, relay),
            worker=worker,
            consumers=consumers,
            runners=runners,
        )

    @property
    def answers(self) -> Mapping[str, Any]:
        return log_answers(self.runtime.pool)

    def start(self) -> dict[str, asyncio.Task[None]]:
        """Every part as a task; each must run until the drain."""
        works = {"keeper": self.keeper.run(), "relay": self.relay.run()}
        if self.worker is not None:
            works["worker"] = self.worker.run()
        works |= {f"consumer of {consumer.owner}": consumer.run() for consumer in self.consumers}
        works |= {f"deliveries by {runner.channel.name}": runner.run() for runner in self.runners}
        works["janitor"] = keep_tidy(self.janitor, lambda: self.relay.leading and self.worker is not None)
        works["sealer"] = keep_sealed(self.sealer, lambda: not self.left)
        self._watch(set(works) - {"keeper"} | {"keeper's beat", "keeper's repair"})
        return {name: asyncio.create_task(work, name=name) for name, work in works.items()}

    def _watch(self, names: set[str]) -> None:
        """From now on each part must be heard again and again."""
        for name in names:
            self.runtime.pulse.expect(name, SELDOM_LIMIT_SECONDS if name in SELDOM else LIMIT_SECONDS)
        for part in (self.keeper, self.relay, self.janitor, self.sealer, self.worker, *self.consumers, *self.runners):
            if part is not None:
                part.alive = self.runtime.pulse.note

    async def take_up_after(self, behind: Behind) -> None:
        """Before anything runs on a restored log: what no command made is taken over, what may have left us is held."""
        self.keeper.published = behind.published
        ever = await restored_at(self.runtime.pool)
        for consumer in self.consumers:
            consumer.restored_at = ever
        for runner in self.runners:
            runner.restored = ever is not None
        if not behind.published:
            return
        if self.worker is None:
            for partition, published in behind.published.items():
                await self._restoring.bring_up(partition, published)
        else:
            self.left = dict(behind.published)
        held = await hold_open(self.runtime.pool, self.runtime.alarms, self._once)
        log.warning("rooms.restored", partitions=len(behind.published), deliveries_held=held)

    async def catch_up(self) -> None:
        """Apply the commands behind a restored log again, once what they were decided on has been read again."""
        while self.left:
            await self.runtime.clock.sleep(_LOOK_AGAIN_SECONDS)
            if not self._have_read_everything():
                continue
            for partition in sorted(self.left.keys() & self.leases.held.keys()):
                try:
                    await self._restoring.bring_up(partition, self.left[partition])
                except (*DATABASE_GONE, *BUS_TROUBLE, ReplayDiffers) as trouble:
                    log.warning("rooms.not_caught_up", partition=partition, reason=str(trouble))
            rows = await self.runtime.pool.fetch("SELECT id, pos FROM partition")
            at = {row["id"]: row["pos"] for row in rows}
            self.left = {partition: pos for partition, pos in self.left.items() if at[partition] < pos}
        await self.runtime.alarms.clear("replay_differs")

    @property
    def _once(self) -> list[str]:
        """The channels that must not send twice."""
        return [runner.channel.name for runner in self.runners if not runner.channel.idempotent]

    @property
    def _restoring(self) -> Restoring:
        about = self.runtime
        return Restoring(
            token=about.settings.token, pool=about.pool, bus=about.bus, alarms=about.alarms, worker=self.worker
        )

    def _have_read_everything(self) -> bool:
        held = set(self.leases.held)
        return bool(held) and all(
            consumer.intake.open_partitions() >= held
            and not consumer.intake.doubtful()
            and not sum(consumer.intake.lag().values())
            for consumer in self.consumers
        )

    async def complaint(self) -> str | None:
        """What keeps this process from being of use, beside its connections."""
        if not self.keeper.opened_once:
            return "partitions are not open yet"
        now = self.runtime.clock.monotonic()
        if now - self.leases.beaten_at > LEASE_SECONDS:
            return f"no heartbeat was written for {now - self.leases.beaten_at:.0f} s"
        reason, since = (self.worker and self.worker.hindered) or ("", now)
        if now - since > LEASE_SECONDS:
            return f"no command was written for {now - since:.0f} s: {reason}"
        if self.left:
            return f"the log of {len(self.left)} partitions is brought up after a restoration"
        return None

    async def drain(self, parts: Mapping[str, asyncio.Task[None]]) -> None:
        """Take nothing new, hand the partitions over, end deliveries under way, relay what is recorded, leave."""
        intakes = [part for part in (self.worker, *self.consumers) if part is not None]
        reading = [task for name, task in parts.items() if name.startswith(("worker", "consumer"))]
        await _rest(intakes, reading, DRAIN_SECONDS)
        await self._without_database(self.leases.retire())
        for part in intakes:
            await self._without_bus(part.intake.close_all())
        await _rest(self.runners, [task for name, task in parts.items() if name.startswith("deliveries")])
        self.keeper.stopping = True
        seldom = [parts[name] for name in sorted(SELDOM)]
        await end(seldom)
        await _rest([self.relay], [parts["keeper"], parts["relay"], *seldom], DRAIN_SECONDS)
        await self._without_database(self.relay.resign())
        await self._without_database(self.leases.leave())

    async def _without_bus(self, work: Any) -> None:
        """A reader that cannot be ended now is ended by the server when nobody has pulled for a minute."""
        try:
            await work
        except BUS_TROUBLE as trouble:
            log.warning("drain.bus_trouble", reason=str(trouble))

    async def _without_database(self, work: Any) -> None:
        """What cannot be given back now is taken back by the others when our heartbeat is old."""
        try:
            await work
        except DATABASE_GONE as gone:
            log.warning("drain.database_gone", reason=type(gone).__name__)


async def _rest(parts: Sequence[Any], tasks: Sequence[asyncio.Task[None]], seconds: float | None = None) -> None:
    """A part that hangs for longer than *seconds* is ended where it stands: to everybody else that is a crash."""
    for part in parts:
        part.stop()
    _, hanging = await asyncio.wait(tasks, timeout=seconds) if tasks else (set(), set())
    for task in hanging:
        log.error("drain.part_hangs", part=task.get_name(), seconds=seconds)
    await end(hanging)
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            log.error("drain.part_failed", reason=f"{type(outcome).__name__}: {outcome}")
