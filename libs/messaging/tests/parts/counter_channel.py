"""A channel that does what its test says, and remembers what it was asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from counter_house import House, recorded, until
from counter_service import earned

from stampbook_events import Actor
from stampbook_events.notifier import MailSent, MailSuppressed
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import Clock, SystemClock
from stampbook_messaging.deliveries import store
from stampbook_messaging.deliveries.runner import DeliveryRunner
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.messages import Fact, Recorded
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Delivery, Demand, Mark, Outcome

Act = Callable[[Delivery, Mark], Awaitable[Outcome]]
ACTOR = Actor(kind="service", id="test")


def saying(verdict: str, **more: Any) -> Act:
    """Mark, then end with *verdict*."""

    async def act(_: Delivery, mark: Mark) -> Outcome:
        await mark()
        return Outcome(verdict=verdict, **more)

    return act


@dataclass
class ScriptedChannel:
    """*script*: what each attempt does, in order; the last one goes on."""

    script: list[Act]
    idempotent: bool = False
    in_order: bool = False
    resends: bool = True
    name: str = "mail"
    concurrency: int = 4
    seen: list[Delivery] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        self.seen.append(delivery)
        act = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await act(delivery, mark)

    def resends_unknown(self, kind: str) -> bool:
        return self.resends

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        about: dict[str, Any] = {
            "delivery_id": delivery.id,
            "event_id": delivery.event_id,
            "customer_id": delivery.recipient,
            "kind": delivery.kind,
            "attempt": delivery.attempt,
        }
        if state == "sent":
            return Fact(aggregate=delivery.id, event=MailSent(**about, host=outcome.host, answer=outcome.answer))
        if state == "suppressed":
            return Fact(aggregate=delivery.id, event=MailSuppressed(**about, reason=outcome.reason))
        return None

    async def settle(self, db: Any, delivery: Delivery, outcome: Outcome) -> Outcome:
        self.settled.append(outcome.verdict)
        return outcome


@dataclass
class Post:
    """One process's deliveries by one channel, in the ledger's schema."""

    house: House
    channel: ScriptedChannel
    runner: DeliveryRunner
    offered: list[Row] = field(default_factory=list)

    @classmethod
    async def of(cls, house: House, channel: ScriptedChannel, name: str = "one", clock: Clock | None = None) -> "Post":
        leases, offered = Leases(house.db, name, SystemClock()), []  # type: ignore[var-annotated]
        await leases.beat()
        runner = DeliveryRunner(
            channel=channel,
            pool=house.db,
            clock=clock or SystemClock(),
            leases=leases,
            alarms=Alarms(house.db),
            failpoints=Failpoints(),
            recorded=offered.extend,
        )
        return cls(house, channel, runner, offered)

    async def demand(self, **more: Any) -> UUID:
        """One delivery, as an event would have demanded it."""
        return (await demand(self.house, self.channel, [because(await now(self.house), **more)]))[0]

    async def row(self, delivery: UUID) -> Any:
        return await self.house.db.fetchrow("SELECT * FROM delivery WHERE id = $1", delivery)

    async def reaches(self, delivery: UUID, state: str) -> Any:
        async def there() -> Any:
            row = await self.row(delivery)
            return row if row["state"] == state else None

        return await until(there)

    async def make_due(self, delivery: UUID) -> None:
        await self.house.db.execute("UPDATE delivery SET next_at = stampbook_now() WHERE id = $1", delivery)
        self.runner.wake()

    async def attempts(self, delivery: UUID) -> list[str]:
        rows = await self.house.db.fetch("SELECT verdict FROM attempt WHERE delivery_id = $1 ORDER BY at", delivery)
        return [row["verdict"] for row in rows]


async def now(house: House) -> Any:
    return await house.db.fetchval("SELECT stampbook_now()")


def because(at: Any, *, event: Recorded | None = None, **more: Any) -> Demand:
    event = event or recorded(earned(uuid4(), 1, 1), uuid4(), at)
    return Demand(**{"because_of": event, "channel": "mail", "kind": "enrollment", "recipient": uuid4(), **more})


async def demand(house: House, channel: ScriptedChannel, demands: list[Demand]) -> list[UUID]:
    async with house.db.acquire() as db, db.transaction():
        await store.insert_demands(db, "notifier", "ledger", demands, {channel.name: channel})
    return [store._delivery_of("notifier", one).id for one in demands]


SOON = timedelta(seconds=1)
