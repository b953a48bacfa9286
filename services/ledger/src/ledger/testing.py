"""Given events, when a command, then events: the ledger's decisions in one line. Imported by tests only.

The platform of the rule book: program FG with a card of ten stamps, two points per euro, fifty at enrollment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from ledger.domain import deciding, recording
from ledger.domain.changes import Changes
from ledger.domain.evolving import Place
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Store
from stampbook_events import Actor, CommandEnvelope, ids, tag_of
from stampbook_events.ledger import (
    CardOpened,
    EarnPoints,
    GiveStamps,
    LinkStore,
    OpenCard,
    PublishProgram,
    Rate,
    WelcomePromise,
)
from stampbook_events.subjects import partition_of
from stampbook_messaging.messages import Decision, Received

NOON = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
MERCHANT = UUID("6d656d65-0000-4000-8000-000000000001")
FG = UUID("66670000-0000-4000-8000-000000000001")
FASHIONHUB = UUID("68756200-0000-4000-8000-000000000001")
FASHIONOUTLET = UUID("6f757400-0000-4000-8000-000000000001")
ANNA = UUID("616e6e61-0000-4000-8000-000000000001")
CARD = ids.card_id(ANNA, FG)
HUB = Store(FASHIONHUB, FG, "Europe/Luxembourg", "EUR", "live")
OUTLET = Store(FASHIONOUTLET, FG, "Europe/Luxembourg", "EUR", "live")
NUMBER = "1234567812345678"
CLERK = Actor(kind="staff", id="clerk-7", store=FASHIONHUB)
MANAGER = Actor(kind="staff", id="manager-3", role="store_manager", store=FASHIONHUB)
OWNER = Actor(kind="staff", id="owner-1", role="merchant_owner")


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def publish(program_id: UUID = FG, **changed: Any) -> PublishProgram:
    fields: dict[str, Any] = {
        "names": {"en": "Fashion Group", "fr": "Fashion Group"},
        "rates": {"EUR": Rate(points=2, per_minor=100)},
        "welcome_points": 50,
        "stamp_target": 10,
    }
    return PublishProgram(program_id=program_id, **(fields | changed))


def open_card(
    customer_id: UUID = ANNA, *, number: str = NUMBER, program_id: UUID = FG, store_id: UUID = FASHIONHUB
) -> OpenCard:
    return OpenCard(
        customer_id=customer_id,
        program_id=program_id,
        store_id=store_id,
        card_number=number,
        language="fr",
        test=False,
    )


def link(store_id: UUID = FASHIONOUTLET) -> LinkStore:
    return LinkStore(customer_id=ANNA, program_id=FG, store_id=store_id)


def earn(amount_minor: int, receipt: str | None = None, *, currency: str = "EUR", **telling: Any) -> EarnPoints:
    """*telling*: whatever else a till says, such as the store (FASHIONHUB if nothing)."""
    said = {"card_id": CARD, "store_id": FASHIONHUB} | telling
    return EarnPoints(amount_minor=amount_minor, currency=currency, receipt=receipt, **said)


def stamp(stamps: int, receipt: str | None = None, **telling: Any) -> GiveStamps:
    said = {"card_id": CARD, "store_id": FASHIONHUB} | telling
    return GiveStamps(stamps=stamps, receipt=receipt, **said)


def received(
    command: msgspec.Struct,
    n: int = 1,
    *,
    recorded: datetime = NOON,
    said: datetime | None = None,
    late: bool = False,
    merchant: UUID = MERCHANT,
    actor: Actor = CLERK,
) -> Received:
    """*command* as the worker takes it from the stream; *n* tells it from others."""
    envelope = CommandEnvelope(
        id=uuid5(merchant, f"command {n}"),
        type=tag_of(type(command)),
        merchant=merchant,
        actor=actor,
        correlation=uuid5(merchant, f"correlation {n}"),
        fingerprint=n.to_bytes(16, "big"),
        data=msgspec.Raw(msgspec.json.encode(command)),
        occurred_at=said,
        chance=uuid5(merchant, f"chance {n}").bytes,
    )
    return Received(
        envelope=envelope, command=command, partition=partition_of(merchant), seq=n, recorded_at=recorded, late=late
    )


@dataclass(frozen=True, slots=True)
class When:
    """A decision, and the tenant after it."""

    decision: Decision
    tenant: Tenant

    @property
    def events(self) -> list[Any]:
        return [fact.event for fact in self.decision.facts]

    def then(self, *events: msgspec.Struct) -> When:
        assert self.events == list(events)
        return self

    def gives(self, **fields: Any) -> When:
        """The last event has these *fields*, and nothing was refused."""
        assert self.decision.refused is None, self.decision
        event = self.events[-1]
        assert {name: getattr(event, name) for name in fields} == fields
        return self

    def happened(self, moment: datetime) -> When:
        assert self.decision.refused is None, self.decision
        assert [fact.occurred_at for fact in self.decision.facts] == [moment]
        return self

    def refused(self, code: str, **detail: Any) -> When:
        """One refusal event and the same code in the answer; nothing else changed but the card's version."""
        assert self.decision.refused == code
        assert [getattr(event, "code", None) for event in self.events] == [code]
        assert {name: self.decision.result.get(name) for name in detail} == detail
        changes = self.tenant.changes
        assert changes == Changes(touched=changes.touched)
        return self

    def answers(self, **fields: Any) -> When:
        assert {name: self.decision.result.get(name) for name in fields} == fields
        return self


@dataclass(frozen=True, slots=True)
class Given:
    """*sent*: the commands since, so that each has an id of its own."""

    tenant: Tenant
    sent: list[Received] = field(default_factory=list)

    def when(
        self,
        command: msgspec.Struct,
        *,
        recorded: datetime = NOON,
        said: datetime | None = None,
        late: bool = False,
        actor: Actor = CLERK,
    ) -> When:
        self.tenant.changes = Changes()
        one = received(command, 10_000 + len(self.sent), recorded=recorded, said=said, late=late, actor=actor)
        self.sent.append(one)
        return When(deciding.decide(self.tenant, one), self.tenant)


def given(*past: Any) -> Given:
    """A tenant with this *past*: stores, events, commands that were carried out, and (moment, event or command)."""
    tenant = Tenant(MERCHANT)
    for n, item in enumerate(past):
        moment, one = item if type(item) is tuple else (at(-60), item)
        if isinstance(one, Store):
            tenant.stores[one.store_id] = one
        elif type(one) in deciding.COMMANDS:
            deciding.decide(tenant, received(one, n, recorded=moment))
        else:
            place = Place(uuid5(MERCHANT, f"event {n}"), moment, moment)
            recording.record(tenant, aggregate_of(one), one, place, CLERK)
    return Given(tenant)


def aggregate_of(event: Any) -> UUID:
    """What an event that was not refused is told on."""
    names = ("card_id", "reward_id", "campaign_id", "program_id")
    found: UUID = next(getattr(event, name) for name in names if hasattr(event, name))
    return found


def opened(number: str = NUMBER, *, target: int | None = 10, welcome: WelcomePromise | None = None) -> CardOpened:
    return CardOpened(
        card_id=CARD,
        customer_id=ANNA,
        program_id=FG,
        program_version=1,
        store_id=FASHIONHUB,
        card_number=number,
        language="fr",
        test=False,
        stamp_target=target,
        welcome=welcome,
    )
