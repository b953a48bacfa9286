"""Runs deliveries: claims what is due, tries it through its channel, writes down what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry.trace import SpanKind

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.deliveries import machine, store
from stampbook_messaging.deliveries.circuit import Circuit
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.logging import get_logger
from stampbook_messaging.metrics import METRICS
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Channel, Delivery, Outcome
from stampbook_messaging.pulse import Alive, unwatched
from stampbook_messaging.redaction import where
from stampbook_messaging.spans import transaction_of
from stampbook_messaging.telemetry import context_from, span

log = get_logger(__name__)

POLL_SECONDS = 0.5
RECLAIM_SECONDS = 3.0
_ORPHANS_AT_ONCE = 100
_SETTLE_ATTEMPTS = 3600
_SETTLE_PAUSE_SECONDS = 0.5


@dataclass(slots=True, kw_only=True)
class DeliveryRunner:
    """One per channel and process. *recorded* hands outcome events to the relay."""

    channel: Channel
    pool: Any
    clock: Clock
    leases: Leases
    alarms: Alarms
    failpoints: Failpoints
    recorded: Callable[[Sequence[Row]], None]
    alive: Alive = unwatched
    restored: bool = False
    stopping: bool = False
    circuit: Circuit = field(init=False)
    _running: dict[asyncio.Task[None], UUID] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _reclaim_due: float = 0.0
    _bug: BaseException | None = None

    def __post_init__(self) -> None:
        self.circuit = Circuit(self.clock)

    def wake(self) -> None:
        """There may be something to do now."""
        self._wake.set()

    def stop(self) -> None:
        self.stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until ``stop``, then until what has begun has come to an end.

        Raises what kept a delivery from being settled: its row is held in our name, so only our end sets it free.
        """
        while not self.stopping and self._bug is None:
            self.alive(f"deliveries by {self.channel.name}")
            self._wake.clear()
            try:
                await self._reclaim()
                started = await self._start_some()
            except DATABASE_GONE as gone:
                self.leases.unsure = True
                log.warning("delivery.database_gone", channel=self.channel.name, reason=type(gone).__name__)
                started = 0
            if not started:
                await self._wait()
        if self._running:
            await asyncio.wait(set(self._running))
        if self._bug is not None:
            raise self._bug

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return

    async def _start_some(self) -> int:
        room = self.circuit.room(self.channel.concurrency - len(self._running))
        METRICS.gauge("stampbook_circuit_open", float(self.circuit.failures > 0), circuit=self.channel.name)
        sure = self.leases.worker in self.leases.live and not self.leases.unsure
        if room <= 0 or not sure:  # without a heartbeat we would be taken for dead
            return 0
        claimed = await store.claim(
            self.pool, self.leases.worker, self.channel.name, room, in_order=self.channel.in_order
        )
        METRICS.count("stampbook_deliveries_claimed_total", len(claimed), channel=self.channel.name)
        for delivery in claimed:
            task = asyncio.create_task(self._run_one(delivery), name=f"delivery {delivery.id}")
            self._running[task] = delivery.id
            task.add_done_callback(self._done)
        METRICS.gauge("stampbook_deliveries_running", len(self._running), channel=self.channel.name)
        return len(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()
        if not task.cancelled():
            self._bug = self._bug or task.exception()

    async def _run_one(self, delivery: Delivery) -> None:
        name = f"deliver {delivery.channel} {delivery.kind}"
        context = context_from(delivery.traceparent)
        with span(
            name,
            context=context,
            kind=SpanKind.PRODUCER,
            stampbook__delivery=str(delivery.id),
            stampbook__channel=delivery.channel,
            stampbook__kind=delivery.kind,
            stampbook__attempt=delivery.attempt,
        ) as current:
            try:
                await self.failpoints.reach("delivery.after_claim")
                outcome = await self._try(delivery)
                current.set_attribute("stampbook.verdict", outcome.verdict)
                await self.failpoints.reach("delivery.before_settle")
                await self._settle_surely(delivery, outcome)
            except store.LeaseLost as lost:
                METRICS.count("stampbook_deliveries_lease_lost_total", channel=self.channel.name)
                log.warning("delivery.lease_lost", delivery_id=str(delivery.id), reason=str(lost))

    async def _try(self, delivery: Delivery) -> Outcome:
        late = machine.expired(delivery)
        if late is not None:
            return late
        marked = False

        async def mark() -> None:
            nonlocal marked
            await store.mark(self.pool, delivery)
            marked = True
            await self.failpoints.reach("delivery.after_mark")

        try:
            return await self.channel.deliver(delivery, mark)
        except store.LeaseLost:
            raise
        except DATABASE_GONE as gone:
            verdict = "unknown" if marked else "ours"
            return Outcome(verdict=verdict, reason=f"database_gone: {type(gone).__name__}")
        except Exception as bug:  # a bug in one delivery is kept with it, and shown
            log.exception("delivery.bug", channel=delivery.channel, kind=delivery.kind, delivery_id=str(delivery.id))
            await self.alarms.raise_("delivery_bug", channel=delivery.channel, kind=delivery.kind, cause=where(bug))
            return Outcome(verdict="unknown" if marked else "retry", reason=f"bug: {where(bug)}")

    async def _settle_surely(self, delivery: Delivery, outcome: Outcome) -> None:
        """What came of an attempt is known here alone: wait for the database as long as we live."""
        for attempt in range(_SETTLE_ATTEMPTS):
            try:
                await self._settle(delivery, outcome)
            except DATABASE_GONE as gone:
                self.leases.unsure = True
                log.warning("delivery.not_settled", delivery_id=str(delivery.id), reason=type(gone).__name__)
                if self.stopping and attempt:
                    return  # Our heartbeat ends with us: whoever comes next takes the row over as it stands.
                await self.clock.sleep(_SETTLE_PAUSE_SECONDS)
            else:
                return
        raise RuntimeError(f"delivery {delivery.id} could not be settled")

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        with span("TRANSACTION", kind=SpanKind.CLIENT) as current:
            current.set_attributes(transaction_of(delivery.consumer))
            async with self.pool.acquire() as db, db.transaction():
                now = await store.must_hold(db, delivery)
                outcome = await self.channel.settle(db, delivery, outcome)
                following = self._following(delivery, outcome, now)
                rows = await store.settle(
                    db,
                    delivery,
                    outcome,
                    following,
                    channel=self.channel,
                    worker=self.leases.worker,
                    restored=self.restored,
                )
        self.recorded(rows)
        self.circuit.note(outcome.verdict)
        METRICS.count("stampbook_deliveries_settled_total", channel=delivery.channel, state=following.state)
        if following.state in {"sent", "suppressed"} and (delivery.in_doubt or delivery.attempt > 1):
            await self.alarms.delivery_ended(delivery.id)
        if following.alarm is not None:
            await self.alarms.raise_(
                following.alarm,
                channel=delivery.channel,
                kind=delivery.kind,
                delivery_id=str(delivery.id),
                cause=following.reason,
            )

    def _following(self, delivery: Delivery, outcome: Outcome, now: datetime) -> machine.Next:
        return machine.after(
            delivery,
            outcome,
            now,
            idempotent=self.channel.idempotent,
            resends=self.channel.resends_unknown(delivery.kind),
            circuit=self.circuit.pause,
        )

    async def _reclaim(self) -> None:
        """What nobody works on any more: given back when nothing had left us, in doubt when it may have."""
        if self.clock.monotonic() < self._reclaim_due or self.leases.worker not in self.leases.live:
            return
        self._reclaim_due = self.clock.monotonic() + RECLAIM_SECONDS
        found = await store.orphans(
            self.pool, self.channel.name, self.leases.worker, self._running.values(), _ORPHANS_AT_ONCE
        )
        for delivery, state in found:
            await self._take_over(delivery, state)

    async def _take_over(self, delivery: Delivery, state: str) -> None:
        METRICS.count("stampbook_deliveries_reclaimed_total", channel=delivery.channel, state=state)
        log.warning("delivery.reclaimed", delivery_id=str(delivery.id), state=state)
        outcome = machine.crashed(state)
        if outcome is None:
            await store.give_back(self.pool, delivery)
            return
        try:
            await self._settle(delivery, outcome)
        except store.LeaseLost:
            return  # It came to its end meanwhile.
