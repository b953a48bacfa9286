"""The world beyond our processes: what was really delivered there, and how badly it can answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from lives import Life, Luck

from stampbook_events.wallet import PassUpdated
from stampbook_messaging.messages import Fact
from stampbook_messaging.protocols import Delivery, Mark, Outcome


@dataclass
class World:
    """*effects*: how often each delivery arrived there. *unkind*: the chance of an answer that is not a plain yes."""

    luck: Luck
    unkind: float = 0.0
    effects: dict[UUID, int] = field(default_factory=dict)

    def arrive(self, delivery: Delivery) -> None:
        self.effects[delivery.id] = self.effects.get(delivery.id, 0) + 1


@dataclass
class WorldChannel:
    """Delivers into the world for one process; the line may break before, or after, what was sent arrived."""

    world: World
    life: Life
    idempotent: bool
    name: str = "pass"
    concurrency: int = 4
    in_order: bool = False

    async def deliver(self, delivery: Delivery, mark: Mark) -> Outcome:
        unkind, random = self.world.unkind, self.world.luck.random
        if random.random() < unkind:
            return Outcome(verdict=random.choice(["ours", "retry"]), reason="before", retry_after=timedelta(seconds=1))
        await mark()
        await self.life.step("sends")
        if random.random() < unkind:
            return Outcome(verdict="unknown", reason="line broke before it arrived")
        self.world.arrive(delivery)
        await self.life.step("sent")
        if random.random() < unkind:
            return Outcome(verdict="unknown", reason="line broke before the answer")
        return Outcome(verdict="sent", host="world", answer="ok")

    def resends_unknown(self, kind: str) -> bool:
        return bool(kind)

    def outcome_fact(self, delivery: Delivery, outcome: Outcome, state: str) -> Fact | None:
        if state != "sent":
            return None
        event = PassUpdated(
            delivery_id=delivery.id,
            card_id=delivery.recipient,
            object_id=str(delivery.recipient),
            ledger_version=1,
            attempt=delivery.attempt,
            points=0,
        )
        return Fact(aggregate=delivery.id, event=event)

    async def settle(self, db: Any, delivery: Delivery, outcome: Outcome) -> Outcome:
        return outcome
