"""Commands poured onto the stream as the gateway would, each insisted on under its id until it is acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from stampbook_events import Actor
from stampbook_events.ledger import EarnPoints
from stampbook_messaging.bus import ApiRefused, BusUnavailable, NatsBus, OutcomeUnknown
from stampbook_messaging.commands import Commands
from tests.platform import Platform

SENDERS = 64
AMOUNT_MINOR = 1000
_TILL = Actor(kind="service", id="storm")
_MADE_UP_FOR_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Bearer:
    """A card that is poured on, and what one command gives it."""

    email: str
    slug: str
    merchant: UUID
    store: UUID
    card: UUID
    points: int
    balance: int


@dataclass(slots=True)
class Flood:
    """*acknowledged*: command id → whose card. *doubts*: what else than an acknowledgement came, by its name."""

    commands: Commands
    bearers: Sequence[Bearer]
    rate: float
    chance: Random
    acknowledged: dict[UUID, Bearer] = field(default_factory=dict)
    doubts: Counter[str] = field(default_factory=Counter)
    closing: bool = False
    _due: float = field(default_factory=time.monotonic)

    async def pour(self) -> None:
        while not self.closing:
            await self._turn()
            bearer = self.chance.choice(self.bearers)
            command_id = UUID(int=self.chance.getrandbits(128), version=4)
            await self._insist(command_id, bearer)
            self.acknowledged[command_id] = bearer

    async def _turn(self) -> None:
        """Wait for the next place in the rhythm; of an outage, one second is made up for."""
        now = time.monotonic()
        self._due = max(self._due + 1 / self.rate, now - _MADE_UP_FOR_SECONDS)
        await asyncio.sleep(max(0.0, self._due - now))

    async def _insist(self, command_id: UUID, bearer: Bearer) -> None:
        command = EarnPoints(card_id=bearer.card, store_id=bearer.store, amount_minor=AMOUNT_MINOR, currency="EUR")
        while True:
            try:
                await self.commands.send(
                    command,
                    id=command_id,
                    merchant=bearer.merchant,
                    actor=_TILL,
                    correlation=command_id,
                    fingerprint=b"the same body",
                    keys=(bearer.card,),
                )
            except (BusUnavailable, OutcomeUnknown, ApiRefused) as doubt:
                self.doubts[type(doubt).__name__] += 1
                await asyncio.sleep(0.1)
            else:
                return


@asynccontextmanager
async def flood(platform: Platform, bearers: Sequence[Bearer], rate: float, chance: Random) -> AsyncIterator[Flood]:
    """Pours inside; outside everything that was begun is acknowledged."""
    attached = platform.attached
    bus = await NatsBus.connect(
        attached.nats_url,
        seed_file=str(attached.seed_file("gateway")),
        identity="gateway",
        server_name=attached.nats_server_name,
    )
    poured = Flood(Commands(bus), bearers, rate, chance)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(poured.pour())
            try:
                yield poured
            finally:
                poured.closing = True
    finally:
        await bus.close()
