"""Given what is known, when somebody is told something, then facts: enrollment's decisions in one line each."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from enrollment.domain import deciding
from enrollment.domain.realm import Joining, Realm
from stampbook_events import Actor, CommandEnvelope, tag_of
from stampbook_events.enrollment import (
    EnrollCustomer,
    JoinFormChanged,
    MerchantRegistered,
    OpenStore,
    Personal,
    Sealed,
    StoreChanged,
)
from stampbook_events.ids import PLATFORM
from stampbook_events.subjects import partition_of
from stampbook_messaging.messages import Decision, Received

NOON = datetime(2026, 6, 6, 10, 0, tzinfo=UTC)
MERCHANT, STRANGER = UUID(int=0xA1), UUID(int=0xB2)
PROGRAM, HUB, OUTLET = UUID(int=0xF6), UUID(int=0x51), UUID(int=0x52)
SETUP = "5" * 64
TEXTS = {"en": "a", "fr": "b", "de": "c", "lb": "d"}
ANNA = Personal(first_name="Anna", surname="Weber", email="anna@reise.test", birthday="1990-12-31", ticket="T" * 12)


def store(store_id: UUID = HUB, **changed: Any) -> StoreChanged:
    fields: dict[str, Any] = {
        "merchant_id": MERCHANT,
        "program_id": PROGRAM,
        "subdomain": f"shop-{store_id.int:x}",
        "name": "FASHIONHUB",
        "loyalty": "live",
        "time_zone": "Europe/Luxembourg",
        "currency": "EUR",
        "default_language": "fr",
        "descriptions": TEXTS,
        "taglines": TEXTS,
        "accent": "#8a2b4f",
        "has_catalog": False,
    }
    return StoreChanged(store_id=store_id, **(fields | changed))


def opening(store_id: UUID = HUB, **changed: Any) -> OpenStore:
    return OpenStore(**(msgspec.structs.asdict(store(store_id)) | changed))


def form(**changed: Any) -> JoinFormChanged:
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "asked": ("first_name", "surname", "email", "phone", "birthday"),
        "required": ("first_name",),
        "terms_version": "2026-11",
        "terms": TEXTS,
        "privacy": TEXTS,
        "minimum_age": 16,
    }
    return JoinFormChanged(**(fields | changed))


def realm(*stores: StoreChanged, state: str = "active", joining: JoinFormChanged | None = None) -> Realm:
    known = Realm(SETUP)
    known.merchants[MERCHANT] = MerchantRegistered(merchant_id=MERCHANT, name="Fashion Group S.A.", state=state)
    for one in stores or (store(),):
        known.stores[one.store_id] = one
        known.subdomains[one.subdomain] = one.store_id
    known.forms[MERCHANT, PROGRAM] = joining or form()
    return known


def join(store_id: UUID = HUB, **changed: Any) -> EnrollCustomer:
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "language": "fr",
        "card_number": "1234567812345678",
        "personal": Sealed(service="enrollment", day="2026-06-06", key_id="k", box=b""),
        "terms_version": "2026-11",
    }
    return EnrollCustomer(store_id=store_id, **(fields | changed))


def received(
    command: msgspec.Struct, merchant: UUID = MERCHANT, *, late: bool = False, at: datetime = NOON
) -> Received:
    envelope = CommandEnvelope(
        id=uuid4(),
        type=tag_of(type(command)),
        merchant=merchant,
        actor=Actor(kind="anonymous", id="anonymous"),
        correlation=uuid4(),
        fingerprint=b"f" * 16,
        data=msgspec.Raw(msgspec.json.encode(command)),
    )
    return Received(
        envelope=envelope, command=command, partition=partition_of(merchant), seq=1, recorded_at=at, late=late
    )


def told(known: Realm, command: msgspec.Struct, merchant: UUID = PLATFORM, *, late: bool = False) -> Decision:
    return deciding.decide(known, received(command, merchant, late=late))


def joined(
    known: Realm, person: Personal | None = ANNA, command: msgspec.Struct | None = None, at: datetime = NOON
) -> Decision:
    """*person* is what was sealed; its hashes are the values themselves, so that a test can be read."""
    asked = received(command or join(), at=at)
    known.joinings[asked.envelope.id] = _opened(person)
    return deciding.decide(known, asked)


def _opened(person: Personal | None) -> Joining:
    if person is None:
        return Joining(None)
    day = person.birthday[5:].encode() if person.birthday else None
    values = [(kind, value.lower().encode()) for kind in ("email", "phone") if (value := getattr(person, kind))]
    return Joining(person, values[0][1] if values else None, tuple(values), (person.ticket or "").encode() or None, day)


def kinds(decision: Decision) -> list[str]:
    return [type(fact.event).__name__ for fact in decision.facts]
