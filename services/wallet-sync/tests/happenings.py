"""What enrollment and the ledger record, as the wallet sync's consumer reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from stampbook_events import Actor, EventEnvelope, ids
from stampbook_events.enrollment import Language, MerchantRegistered, StoreChanged, Texts
from stampbook_events.ledger import (
    CardOpened,
    CardReopened,
    PointsEarned,
    ProgramPublished,
    ProgramWithdrawn,
    StampsEarned,
    Standing,
    WelcomeBonusGranted,
)
from stampbook_events.registry import tag_of
from stampbook_events.subjects import partition_of
from stampbook_messaging.deliveries.store import insert_demands
from stampbook_messaging.messages import Recorded
from wallet_sync.consumer import PassEvents

NUMBER = "4929123456781234"
NAMES: Texts = {"en": "Fashion Group Loyalty", "fr": "Fidélité Fashion Group"}


class Shop:
    """One merchant with a store, a program and a card of its own, so that tests do not meet."""

    def __init__(self) -> None:
        self.merchant, self.store, self.program, self.customer = uuid4(), uuid4(), uuid4(), uuid4()
        self.card = ids.card_id(self.customer, self.program)
        self.balance = 0
        self._versions: dict[UUID, int] = {}
        self._position = 0

    @property
    def of_card(self) -> dict[str, UUID]:
        return {"card_id": self.card, "customer_id": self.customer, "program_id": self.program}

    @property
    def on_card(self) -> dict[str, Any]:
        return {**self.of_card, "program_version": 1, "store_id": self.store}

    @property
    def standing(self) -> dict[str, Any]:
        return {**self.on_card, "balance": self.balance, "available": max(0, self.balance)}

    def recorded(self, event: msgspec.Struct, aggregate: UUID) -> Recorded:
        self._position += 1
        version = self._versions[aggregate] = self._versions.get(aggregate, 0) + 1
        now = datetime.now(UTC)
        envelope = EventEnvelope(
            id=uuid4(),
            type=tag_of(type(event)),
            recorded_at=now,
            occurred_at=now,
            aggregate=aggregate,
            version=version,
            partition=partition_of(self.merchant),
            position=self._position,
            merchant=self.merchant,
            actor=Actor(kind="service", id="test"),
            correlation=uuid4(),
            causation=uuid4(),
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
        return Recorded(envelope=envelope, event=event, hash=b"", stream_seq=self._position)

    def registered(self, name: str = "Fashion Group S.A.") -> Recorded:
        return self.recorded(MerchantRegistered(merchant_id=self.merchant, name=name, state="active"), self.merchant)

    def store_changed(self, **changes: Any) -> Recorded:
        fields: dict[str, Any] = {
            "merchant_id": self.merchant,
            "store_id": self.store,
            "program_id": self.program,
            "subdomain": "fashionhub",
            "name": "FASHIONHUB",
            "loyalty": "live",
            "time_zone": "Europe/Luxembourg",
            "currency": "EUR",
            "default_language": "fr",
            "descriptions": {},
            "taglines": {},
            "accent": "#8a2b4f",
            "has_catalog": False,
        }
        return self.recorded(StoreChanged(**(fields | changes)), self.store)

    def published(self, version: int = 1, names: Texts = NAMES, effective_from: datetime | None = None) -> Recorded:
        event = ProgramPublished(
            program_id=self.program,
            program_version=version,
            names=names,
            rates={},
            rounding="down",
            welcome_points=50,
            stamp_target=10,
            effective_from=effective_from,
        )
        return self.recorded(event, self.program)

    def withdrawn(self, version: int) -> Recorded:
        return self.recorded(ProgramWithdrawn(program_id=self.program, program_version=version), self.program)

    def opened(self, language: Language = "fr", stamp_target: int | None = 10) -> Recorded:
        event = CardOpened(card_number=NUMBER, language=language, test=False, stamp_target=stamp_target, **self.on_card)
        return self.recorded(event, self.card)

    def bonus(self, points: int = 50) -> Recorded:
        self.balance = points
        return self.recorded(WelcomeBonusGranted(points=points, **self.standing), self.card)

    def earned(self, balance: int) -> Recorded:
        self.balance = balance
        return self.recorded(PointsEarned(amount_minor=100, currency="EUR", points=2, **self.standing), self.card)

    def stamped(self, count: int, target: int = 10) -> Recorded:
        event = StampsEarned(stamps=1, not_given=0, count=count, target=target, **self.standing)
        return self.recorded(event, self.card)

    def happened(self, kind: type[msgspec.Struct], **fields: Any) -> Recorded:
        """Any event of the card."""
        known = self.standing if issubclass(kind, Standing) else self.of_card
        return self.recorded(kind(**{**known, **fields}), self.card)

    def reopened(self, number: str, stamp_target: int | None = 10) -> Recorded:
        self.balance = 0
        event = CardReopened(card_number=number, language="de", stamp_target=stamp_target, **self.on_card)
        return self.recorded(event, self.card)

    def open_for_business(self) -> list[Recorded]:
        return [self.registered(), self.store_changed(), self.published()]


async def consume(pool: Any, *events: Recorded) -> None:
    """As the consumer of events does: projections and deliveries in one transaction."""
    async with pool.acquire() as db, db.transaction():
        demands = await PassEvents().react(db, events)
        await insert_demands(db, "wallet", "ledger", demands, {})
