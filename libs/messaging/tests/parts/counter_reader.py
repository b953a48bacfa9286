"""A second service that reads the counter's events in a schema of its own and owes a pass for each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec
from counter_channel import ScriptedChannel, saying
from counter_house import TILL, House, until
from counter_service import earned

from stampbook_events import EventEnvelope, tag_of
from stampbook_events.ledger import PointsEarned
from stampbook_events.subjects import event_filter, partition_of
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.consumer import EventConsumer
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.gaps import OwnersLog
from stampbook_messaging.intake import Intake, Item
from stampbook_messaging.keeper import Keeper
from stampbook_messaging.log_queries import QueriedLog
from stampbook_messaging.messages import Recorded
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Demand
from stampbook_messaging.publishing import Publisher, headers_of, subject_of
from stampbook_messaging.queries import Queries
from stampbook_messaging.relay import Relay
from stampbook_messaging.starts import EventSource

POISON = 13


@dataclass
class Learner:
    """Adds up what it reads; an amount of 13 is a bug of ours."""

    consumer: str = "wallet"
    handles: tuple[type[PointsEarned], ...] = (PointsEarned,)
    suppressed: str | None = None

    async def react(self, db: Any, events: Sequence[Recorded]) -> Sequence[Demand]:
        if any(one.event.amount_minor == POISON for one in events):
            raise ZeroDivisionError
        await db.executemany(
            "INSERT INTO counter VALUES ($1, $2, $3, 1) ON CONFLICT (merchant, card) "
            "DO UPDATE SET total = counter.total + excluded.total, times = counter.times + 1",
            [(one.envelope.merchant, one.event.card_id, one.event.amount_minor) for one in events],
        )
        return [
            Demand(because_of=one, channel="pass", kind="card", recipient=one.event.card_id, suppressed=self.suppressed)
            for one in events
        ]


@dataclass
class EmptyLog:
    """The owner's log of an owner who has lost it; it remembers what it was asked."""

    asked: list[tuple[int, int, int]] = field(default_factory=list)

    async def events(self, owner: str, partition: int, after: int, before: int) -> list[Item]:
        self.asked.append((partition, after, before))
        return []


@dataclass
class Reader:
    house: House
    learner: Learner
    consumer: EventConsumer
    keeper: Keeper
    failpoints: Failpoints
    woken: list[bool] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def of(cls, house: House, name: str = "reader", owners_log: OwnersLog | None = None) -> "Reader":
        pool, bus, clock, failpoints = house.pools["wallet"], house.wallet, SystemClock(), Failpoints()
        alarms, leases, learner = Alarms(pool), Leases(pool, name, clock), Learner()
        channel, woken = ScriptedChannel([saying("sent")], name="pass"), []  # type: ignore[var-annotated]
        intake = Intake(bus, clock, "EVT_ledger", partial(event_filter, "ledger"), f"{name}-{uuid4().hex[:6]}")
        about = {"pool": pool, "clock": clock, "alarms": alarms}
        consumer = EventConsumer(
            **about,
            owner="ledger",
            intake=intake,
            leases=leases,
            reacting=learner,
            owners_log=owners_log or QueriedLog(Queries(bus)),
            failpoints=failpoints,
            demanded=lambda: woken.append(True),
            recorded=lambda _: None,
            channels={"pass": channel},
        )
        publisher = Publisher(bus=bus, stream="EVT_wallet", failpoints=failpoints)
        relay = Relay(**about, bus=bus, publisher=publisher, failpoints=failpoints, worker=name)
        sources = [EventSource("wallet", "ledger", intake)]
        keeper = Keeper(**about, token="wallet", bus=bus, leases=leases, relay=relay, commands=None, sources=sources)
        return cls(house, learner, consumer, keeper, failpoints, woken)

    @property
    def db(self) -> Any:
        return self.house.pools["wallet"]

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self.consumer.run()), asyncio.create_task(self.keeper.run())]

    async def rest(self) -> None:
        self.keeper.stopping = True
        self.consumer.stop()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.consumer.intake.close_all()
        await self.keeper.leases.leave()

    async def reaches(self, merchant: UUID, position: int) -> None:
        """Wait until the cursor of the merchant's partition stands at *position*."""

        async def there() -> bool:
            for task in self.tasks:
                if task.done():
                    task.result()
            return await self.at(merchant) >= position

        await until(there)

    async def at(self, merchant: UUID) -> int:
        partition = partition_of(merchant)
        return await self.db.fetchval("SELECT pos FROM cursor WHERE partition = $1", partition) or 0

    async def learnt(self, card: UUID) -> tuple[int, int] | None:
        row = await self.db.fetchrow("SELECT total, times FROM counter WHERE card = $1", card)
        return (row["total"], row["times"]) if row is not None else None

    async def owed(self) -> int:
        number: int = await self.db.fetchval("SELECT count(*) FROM delivery")
        return number


async def publish_rows(house: House, rows: Sequence[Row]) -> None:
    for row in rows:
        await house.ledger.publish_stored(subject_of(row), row.body, headers_of(row))


async def tell(
    house: House,
    merchant: UUID,
    position: int,
    card: UUID,
    amount: int = 100,
    type_: str = "ledger.points_earned.v1",
    event: msgspec.Struct | None = None,
) -> None:
    """One event on the stream, as the relay would have put it there."""
    partition, at = partition_of(merchant), SystemClock().now()
    envelope = EventEnvelope(
        id=uuid4(),
        type=type_ if event is None else tag_of(type(event)),
        recorded_at=at,
        occurred_at=at,
        aggregate=card,
        version=position,
        partition=partition,
        position=position,
        merchant=merchant,
        actor=TILL,
        correlation=uuid4(),
        causation=uuid4(),
        data=msgspec.Raw(msgspec.json.encode(event or earned(card, amount, amount))),
    )
    await tell_bytes(house, merchant, msgspec.json.encode(envelope))


async def tell_bytes(house: House, merchant: UUID, body: bytes) -> None:
    subject = f"evt.ledger.pub.{merchant}.{partition_of(merchant)}.points_earned"
    await house.ledger.publish_stored(subject, body, {"Nats-Msg-Id": str(uuid4())})
