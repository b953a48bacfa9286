"""A small town: two services in two processes each, tills that send commands and insist, and what can befall them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

from backend import Backend
from broker import Broker
from broker_bus import BrokerBus, Exchange, answering
from counter_process import Enrolled
from counter_service import Counter, earn
from lives import Life, Luck
from outside import World, WorldChannel
from statements import Pool
from virtual_time import VirtualLoop

from stampbook_events import Actor, ids
from stampbook_events.routing import ROUTES, Handled
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import ApiRefused, BusUnavailable, OutcomeUnknown
from stampbook_messaging.commands import Commands
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand
from stampbook_messaging.pulse import Pulse
from stampbook_messaging.queries import Queries
from stampbook_messaging.rooms import Rooms
from stampbook_messaging.service import Runtime, Service
from stampbook_messaging.settings import MessagingSettings

STREAMS = ("CMD_ledger", "EVT_ledger", "EVT_enrollment", "CMD_wallet", "EVT_wallet")
TOKENS = ("ledger", "wallet")
MERCHANTS = [uuid5(ids.PLATFORM, f"merchant {n}") for n in range(4)]
SEALER_SECONDS = 2.5
TILL = Actor(kind="staff", id="till")


@dataclass
class Owing:
    """Owes one delivery for each purchase it reads, and adds up what it read."""

    consumer: str = "wallet"
    handles: tuple[Any, ...] = tuple(
        kind for kind, route in ROUTES.items() if isinstance(route.to.get("wallet"), Handled)
    )

    async def react(self, db: Any, events: Sequence[Recorded]) -> Sequence[Demand]:
        await db.executemany(
            "INSERT INTO counter VALUES ($1, $2, $3, 1) ON CONFLICT (merchant, card) "
            "DO UPDATE SET total = counter.total + excluded.total, times = counter.times + 1",
            [(one.envelope.merchant, one.event.card_id, one.event.amount_minor) for one in events],
        )
        return [Demand(because_of=one, channel="pass", kind="card", recipient=one.event.card_id) for one in events]


@dataclass
class Sent:
    """One command of a till: what it wants, and whether the stream has acknowledged it."""

    id: UUID
    merchant: UUID
    card: UUID
    amount: int
    acknowledged: bool = False


@dataclass(eq=False)
class Town:
    loop: VirtualLoop
    luck: Luck
    backends: dict[str, Backend]
    broker: Broker
    idempotent: bool
    world: World
    exchange: Exchange = field(default_factory=Exchange)
    living: dict[str, tuple[Life, Rooms | None]] = field(default_factory=dict)
    buses: dict[str, BrokerBus] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    peaceful: bool = False
    born: int = 0
    failures: list[BaseException] = field(default_factory=list)

    @classmethod
    def found(cls, loop: VirtualLoop, luck: Luck, backends: dict[str, Backend]) -> Town:
        random = luck.random
        broker = Broker(loop.now, random.random() < 0.5, random.choice([120.0, 0.3]), luck.trail.append)
        for name in STREAMS:
            broker.make(name)
        return cls(loop, luck, backends, broker, random.random() < 0.5, World(luck, unkind=random.choice([0, 0, 0.1])))

    def settle_in(self) -> None:
        for token in TOKENS:
            for number in (1, 2):
                self.raise_up(token, number)

    def raise_up(self, token: str, number: int) -> None:
        """A process of *token* begins, and another one when it has died."""
        self.born += 1
        skew = self.luck.random.choice([0.0, 0.0, 3600.0, -3600.0])
        life = Life(f"{token}-{number}-{self.born}", self.loop, self.luck, skew_seconds=skew, mortal=not self.peaceful)
        life.on_death.append(lambda: self._later(token, number))
        self.living[f"{token}-{number}"] = (life, None)
        life.start(self._live(life, token, number))

    def _later(self, token: str, number: int) -> None:
        self.loop.call_later(self.luck.random.uniform(0.3, 4.0), self.raise_up, token, number)

    async def _live(self, life: Life, token: str, number: int) -> None:
        pool, bus = Pool(self.backends[token], life), BrokerBus(self.broker, self.exchange, life)
        self.buses[f"{token}-{number}"] = bus
        runtime = Runtime(
            settings=_settings(token, life.name),
            clock=life,
            failpoints=Failpoints(),
            bus=bus,  # type: ignore[arg-type]
            pool=pool,
            queries=Queries(bus),
            commands=Commands(bus, Random(f"chance of {life.name}").randbytes),  # type: ignore[arg-type]
            alarms=Alarms(pool),
            pulse=Pulse(life),
        )
        rooms = Rooms.furnish(runtime, self._service(token, life))
        rooms.sealer.every_seconds = SEALER_SECONDS
        for name, (kind, handler) in rooms.answers.items():
            self.exchange.offer(life, f"q.{token}.{name}", answering(handler, kind))
        self.living[f"{token}-{number}"] = (life, rooms)
        parts = rooms.start()
        done, _ = await asyncio.wait(parts.values(), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled() and task.exception() is not None:
                self.failures.append(task.exception())  # type: ignore[arg-type]
        life.end()

    def _service(self, token: str, life: Life) -> Service:
        if token == "ledger":
            return Service(deciding=Counter(), reacting=Enrolled())
        return Service(reacting=Owing(), channels=[WorldChannel(self.world, life, self.idempotent)])

    async def shop(self, till: int, count: int) -> None:
        """A till sends *count* commands one after the other, each until it is acknowledged, some of them again later."""
        random = Random(f"{till}/{self.luck.random.random()}")
        life = Life(f"till-{till}", self.loop, self.luck, mortal=False)
        bus = BrokerBus(self.broker, self.exchange, life)
        commands = Commands(bus, Random(f"chance of till {till}").randbytes)  # type: ignore[arg-type]
        for _ in range(count):
            one = Sent(
                UUID(int=random.getrandbits(128), version=4),
                random.choice(MERCHANTS),
                UUID(int=random.randrange(1, 5)),
                random.choice([-1, 100, 250, 999]),
            )
            self.sent.append(one)
            await self._insist(commands, one, random)
            if random.random() < 0.15:
                await asyncio.sleep(random.choice([0.5, 3.0]))
                await self._insist(commands, one, random)
            await asyncio.sleep(random.uniform(0, 0.25))

    async def _insist(self, commands: Commands, one: Sent, random: Random) -> None:
        while True:
            try:
                await commands.send(
                    earn(one.card, one.amount),
                    id=one.id,
                    merchant=one.merchant,
                    actor=TILL,
                    correlation=one.id,
                    fingerprint=b"one body",
                    keys=(one.card,),
                )
            except (BusUnavailable, OutcomeUnknown, ApiRefused):
                await asyncio.sleep(random.uniform(0.1, 1.0))
            else:
                one.acknowledged = True
                return

    def calm(self) -> None:
        """From now on nothing goes wrong any more; who is dead comes back, who stands still goes on."""
        self.peaceful = True
        self.luck.peace()
        self.world.unkind = 0.0
        for life, _ in self.living.values():
            life.mortal, life.paused_until = False, 0.0


def _settings(token: str, instance: str) -> MessagingSettings:
    return MessagingSettings(
        token=token,
        nats_url="nats://nowhere",
        nats_seed_file=Path("none"),
        nats_server_name="",
        database_url="",
        health_address=("127.0.0.1", 0),
        traces_file=None,
        log_level="error",
        instance=instance,
        public_url="http://localhost",
        embedded=True,
        failpoints=Failpoints(),
    )
