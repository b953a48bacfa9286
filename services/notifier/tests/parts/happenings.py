"""What enrollment and the ledger record, as the notifier's consumer reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from notifier.consumer import LoyaltyEvents
from stampbook_events import Actor, EventEnvelope, ids
from stampbook_events.enrollment import (
    CustomerEnrolled,
    CustomerRecognised,
    MerchantRegistered,
    StoreChanged,
)
from stampbook_events.ledger import (
    CardOpened,
    CardReopened,
    CardReplaced,
    ProgramPublished,
    ProgramWithdrawn,
    RewardWithinReach,
    WelcomeBonusGranted,
)
from stampbook_events.registry import tag_of
from stampbook_events.subjects import partition_of
from stampbook_messaging.deliveries.store import insert_demands
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Channel, Demand

NUMBER = "4929123456781234"
NAMES = {"fr": "Fashion Group Fidélité", "en": "Fashion Group Loyalty"}


class Shop:
    """One merchant with a store, a program and a customer of its own, so that tests do not meet."""

    def __init__(self, name: str = "Fashion Group S.A.") -> None:
        self.name = name
        self.merchant, self.store, self.program, self.customer = uuid4(), uuid4(), uuid4(), uuid4()
        self.card = ids.card_id(self.customer, self.program)
        self._version = 0

    @property
    def where(self) -> dict[str, UUID]:
        return {"customer_id": self.customer, "program_id": self.program, "store_id": self.store}

    def recorded(self, event: msgspec.Struct, aggregate: UUID, version: int | None = None) -> Recorded:
        self._version += 1
        now = datetime.now(UTC)
        envelope = EventEnvelope(
            id=uuid4(),
            type=tag_of(type(event)),
            recorded_at=now,
            occurred_at=now,
            aggregate=aggregate,
            version=version or self._version,
            partition=partition_of(self.merchant),
            position=self._version,
            merchant=self.merchant,
            actor=Actor(kind="service", id="test"),
            correlation=uuid4(),
            causation=uuid4(),
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
        return Recorded(envelope=envelope, event=event, hash=b"", stream_seq=self._version)

    def registered(self) -> Recorded:
        event = MerchantRegistered(merchant_id=self.merchant, name=self.name, state="active")
        return self.recorded(event, self.merchant)

    def store_changed(self, name: str = "FASHIONHUB", version: int | None = None) -> Recorded:
        event = StoreChanged(
            merchant_id=self.merchant,
            store_id=self.store,
            program_id=self.program,
            subdomain="fashionhub",
            name=name,
            loyalty="live",
            time_zone="Europe/Luxembourg",
            currency="EUR",
            default_language="fr",
            descriptions={},
            taglines={},
            accent="#8a2b4f",
            has_catalog=False,
        )
        return self.recorded(event, self.store, version)

    def published(self, number: int = 1, effective_from: datetime | None = None, **names: str) -> Recorded:
        event = ProgramPublished(
            program_id=self.program,
            program_version=number,
            names=names or NAMES,  # type: ignore[arg-type]
            rates={},
            rounding="down",
            welcome_points=50,
            effective_from=effective_from,
        )
        return self.recorded(event, self.program)

    def withdrawn(self, number: int) -> Recorded:
        return self.recorded(ProgramWithdrawn(program_id=self.program, program_version=number), self.program)

    def enrolled(self, *, has_email: bool = True) -> Recorded:
        event = CustomerEnrolled(
            language="fr",
            card_number=NUMBER,
            terms_version="1",
            marketing=False,
            test=False,
            has_email=has_email,
            **self.where,
        )
        return self.recorded(event, self.customer)

    def opened(self) -> Recorded:
        event = CardOpened(
            card_id=self.card, program_version=1, card_number=NUMBER, language="fr", test=False, **self.where
        )
        return self.recorded(event, self.card)

    def bonus(self) -> Recorded:
        event = WelcomeBonusGranted(card_id=self.card, program_version=1, points=50, balance=50, **self.where)
        return self.recorded(event, self.card)

    @property
    def on_card(self) -> dict[str, UUID]:
        return {"card_id": self.card, "customer_id": self.customer, "program_id": self.program}

    def reopened(self, number: str) -> Recorded:
        event = CardReopened(program_version=1, store_id=self.store, card_number=number, language="fr", **self.on_card)
        return self.recorded(event, self.card)

    def replaced(self, number: str, old_number: str = NUMBER) -> Recorded:
        event = CardReplaced(card_number=number, old_number=old_number, **self.on_card)
        return self.recorded(event, self.card)

    def within_reach(self) -> Recorded:
        event = RewardWithinReach(
            store_id=self.store, reward_id=uuid4(), reward_version=1, cost=100, available=119, **self.on_card
        )
        return self.recorded(event, self.card)

    def recognised(self) -> Recorded:
        return self.recorded(CustomerRecognised(language="lb", has_email=True, **self.where), self.customer)

    def open_for_business(self) -> list[Recorded]:
        return [self.registered(), self.store_changed(), self.published()]


async def consume(pool: Any, channel: Channel, *events: Recorded) -> list[Demand]:
    """As the consumer of events does: projections and deliveries in one transaction."""
    async with pool.acquire() as db, db.transaction():
        demands = list(await LoyaltyEvents().react(db, events))
        await insert_demands(db, "notifier", "ledger", demands, {channel.name: channel})
    return demands
