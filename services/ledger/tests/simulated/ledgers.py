"""A town of two ledgers, each the whole service, and the tills that send them the days of merchants and insist."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from broker import Broker
from broker_bus import BrokerBus
from days import Step, Told
from lives import Life
from town import Town
from virtual_time import BEGAN_AT

from ledger.commands import LedgerCommands
from ledger.consumer import EnrollmentEvents
from ledger.domain.terms import Store
from ledger.store import documents
from ledger.store.knowing import UPSERT_STORES
from stampbook_events.subjects import command_subject
from stampbook_messaging.bus import ApiRefused, BusUnavailable, OutcomeUnknown
from stampbook_messaging.messages import Received
from stampbook_messaging.service import Service

COMMANDS = "CMD_ledger"
PAST = BEGAN_AT - timedelta(days=1)
ANSWERED = "SELECT count(*) FROM inbox WHERE command_id = ANY($1::uuid[])"
AGAIN = 0.12


@dataclass
class Stamped(Broker):
    """A stream whose messages bear the time of their merchant's story. *taken*: each command when it came first."""

    times: dict[str, datetime] = field(default_factory=dict)
    taken: dict[UUID, datetime] = field(default_factory=dict)

    def _add(self, stream: Any, subject: str, data: bytes, headers: dict[str, str]) -> int:
        if stream.name != COMMANDS:
            return super()._add(stream, subject, data, headers)
        at, clock = self.times[subject.split(".")[2]], self.clock
        self.taken.setdefault(UUID(headers["Nats-Msg-Id"]), at)
        self.clock = lambda: at
        try:
            return super()._add(stream, subject, data, headers)
        finally:
            self.clock = clock


@dataclass(eq=False)
class Ledgers(Town):
    merchants: list[Told] = field(default_factory=list)
    deciding: LedgerCommands = field(default_factory=LedgerCommands)
    sent_ids: set[UUID] = field(default_factory=set)

    def settle_in(self) -> None:
        self.broker = Stamped(**{name: getattr(self.broker, name) for name in Broker.__dataclass_fields__})
        for number in (1, 2):
            self.raise_up("ledger", number)

    def _service(self, token: str, life: Life) -> Service:
        return Service(deciding=self.deciding, reacting=EnrollmentEvents())

    def open_tills(self, pool: Any) -> list[asyncio.Task[None]]:
        tills = []
        for told in self.merchants:
            till = Till(self, pool, told.merchant, Random(f"{told.merchant}/{self.luck.random.random()}"))
            tills.append(asyncio.create_task(till.open_shop(told)))
        return tills


@dataclass(eq=False)
class Till:
    town: Ledgers
    pool: Any
    merchant: UUID
    random: Random
    sent: list[Received] = field(default_factory=list)
    versions: int = 0
    bus: BrokerBus | None = None

    async def open_shop(self, told: Told) -> None:
        """The setting up comes first, from one till; then all at once."""
        life = Life(f"till-of-{self.merchant}", self.town.loop, self.town.luck, mortal=False)
        self.bus = BrokerBus(self.town.broker, self.town.exchange, life)
        if told.stores:
            await self.tell_stores(told.stores)
        await self.send(told.opening)
        await asyncio.gather(*map(self.send, told.tills))

    async def send(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if step.received is None:
                await self.tell_stores(step.stores)
                continue
            times, merchant = self.town.broker.times, str(self.merchant)  # type: ignore[attr-defined]
            times[merchant] = max(step.at, times.get(merchant, step.at))
            await self.insist(step.received)
            self.sent.append(step.received)
            if self.random.random() < AGAIN:
                await self.insist(self.random.choice(self.sent))
            if self.random.random() < 0.2:
                await asyncio.sleep(self.random.uniform(0, 0.3))

    async def insist(self, received: Received) -> None:
        """Until the stream has acknowledged it, however often that takes."""
        envelope = msgspec.structs.replace(received.envelope, not_after=PAST if received.late else None)
        self.town.sent_ids.add(envelope.id)
        subject, headers = command_subject(envelope.type, self.merchant), {"Nats-Msg-Id": str(envelope.id)}
        assert self.bus is not None
        while True:
            try:
                await self.bus.publish_stored(subject, msgspec.json.encode(envelope), headers)
            except (BusUnavailable, OutcomeUnknown, ApiRefused):
                await asyncio.sleep(self.random.uniform(0.1, 1.0))
            else:
                return

    async def tell_stores(self, stores: Sequence[Store]) -> None:
        """As enrollment's word of them would be written, when all that was sent before it has been decided."""
        sent = [one.envelope.id for one in self.sent]
        while await self.pool.fetchval(ANSWERED, sent) < len(set(sent)):
            await asyncio.sleep(0.1)
        self.versions += 1
        rows = [
            (self.merchant, *msgspec.structs.astuple(store)[:-1], documents.as_bytes(store.stops), self.versions)
            for store in stores
        ]
        await self.pool.execute(UPSERT_STORES, *map(list, zip(*rows, strict=True)))
