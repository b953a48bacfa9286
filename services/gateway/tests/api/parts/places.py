"""The demo platform in small: two merchants, two stores, one key of each kind."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from gateway.histories import LedgerWholeCard, OpenLot, OpenReservation
from gateway.map import PlatformMap
from gateway.questions import LedgerCard, Program
from stampbook_events.enrollment import (
    JoinFormChanged,
    KeyChanged,
    KeyKind,
    LoyaltyState,
    MerchantRegistered,
    Role,
    StoreChanged,
)
from stampbook_events.ids import PLATFORM
from stampbook_events.ledger import Rate

FASHION = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000001")
BOOKS = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000002")
PROGRAM = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000003")
HUB = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000004")
OUTLET = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000005")
BOOKSHOP = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000006")
CUSTOMER = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000007")
CARD = UUID("0b6f7c1e-5a53-5c3e-9d58-000000000008")
TICKET = "T7K3M4QX2VHR"
TERMS = "2026-11"
SETUP_TOKEN = "the-one-time-set-up-token"

KEYS = {
    "super_admin": "sk_super_admin_" + "a" * 43,
    "merchant_key": "sk_merchant_" + "b" * 43,
    "merchant_owner": "sk_staff_" + "c" * 43,
    "store_manager": "sk_staff_" + "d" * 43,
    "staff": "sk_staff_" + "e" * 43,
    "stranger": "sk_merchant_" + "f" * 43,
    "revoked": "sk_staff_" + "g" * 43,
}
STAFF = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000aa")


def store(
    store_id: UUID = HUB,
    *,
    merchant: UUID = FASHION,
    subdomain: str = "fashionhub",
    loyalty: LoyaltyState = "live",
    has_catalog: bool = False,
) -> StoreChanged:
    return StoreChanged(
        merchant_id=merchant,
        store_id=store_id,
        program_id=PROGRAM,
        subdomain=subdomain,
        name=subdomain.upper(),
        loyalty=loyalty,
        time_zone="Europe/Luxembourg",
        currency="EUR",
        default_language="fr",
        descriptions={"en": "Clothes.", "fr": "Des vêtements.", "de": "Kleidung.", "lb": "Kleeder."},
        taglines={"en": "Yours", "fr": "Le vôtre", "de": "Ihres", "lb": "Äert"},
        accent="#8a2b4f",
        has_catalog=has_catalog,
    )


def form(merchant: UUID = FASHION) -> JoinFormChanged:
    texts = {"en": "Text.", "fr": "Texte.", "de": "Text.", "lb": "Text."}
    return JoinFormChanged(
        program_id=PROGRAM,
        asked=("first_name", "surname", "email", "phone", "birthday"),
        required=("first_name", "surname"),
        terms_version=TERMS,
        terms=texts,
        privacy=texts,
        minimum_age=16,
    )


def program(merchant: UUID = FASHION) -> Program:
    return Program(
        merchant=merchant,
        program_id=PROGRAM,
        names={"en": "Loyalty"},
        rates={"EUR": Rate(points=2, per_minor=100)},
        welcome_points=50,
        stamp_target=10,
    )


def key(
    name: str, kind: KeyKind, *, role: Role | None = None, stores: tuple[UUID, ...] = (), active: bool = True
) -> KeyChanged:
    number = sorted(KEYS).index(name)
    return KeyChanged(
        key_id=UUID(int=1000 + number),
        key_hash=sha256(KEYS[name].encode()).hexdigest(),
        kind=kind,
        active=active,
        role=role,
        staff_id=STAFF if role is not None else None,
        store_ids=stores,
    )


def card(**changes: object) -> LedgerCard:
    values: dict[str, object] = {
        "card_id": CARD,
        "customer_id": CUSTOMER,
        "program_id": PROGRAM,
        "store_id": HUB,
        "store_ids": [HUB, OUTLET],
        "card_number": "4029188375520614",
        "language": "fr",
        "state": "active",
        "test": False,
        "balance": 50,
        "available": 40,
        "held": 10,
        "debt": 0,
        "stamps": 3,
        "stamp_target": 10,
        "owed_stamps": 0,
        "opened_at": datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "version": 2,
    }
    return LedgerCard(**{**values, **changes})  # type: ignore[arg-type]


def whole_card(**changes: object) -> LedgerWholeCard:
    """With a lot and a reservation in the other store."""
    lot = OpenLot(
        lot_id=CARD, source=CARD, free=40, held=10, program_version=1, store_id=OUTLET,
        effective_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), expires_on=None, expires_at=None,
    )  # fmt: skip
    held = OpenReservation(
        reservation_id=CARD, code="9PWA2ZTC", reward_id=CARD, reward_version=1, quantity=1, points=10, store_id=OUTLET,
        ends_at=datetime(2026, 11, 24, 9, 10, tzinfo=UTC),
    )  # fmt: skip
    plain = msgspec.structs.asdict(card(**changes))
    return LedgerWholeCard(**plain, rewards=[], rewards_in_all=0, reservations=[held], lots=[lot], lots_in_all=1)


def furnish(platform: PlatformMap) -> None:
    for merchant, name in ((FASHION, "Fashion Group S.A."), (BOOKS, "BookWorld")):
        platform.learn(merchant, MerchantRegistered(merchant_id=merchant, name=name, state="active"))
        platform.learn(merchant, form())
        platform.learn(merchant, program(merchant))
    platform.learn(FASHION, store())
    platform.learn(FASHION, store(OUTLET, subdomain="fashionoutlet", has_catalog=True))
    platform.learn(BOOKS, store(BOOKSHOP, merchant=BOOKS, subdomain="bookworld"))
    platform.learn(PLATFORM, key("super_admin", "super_admin"))
    platform.learn(FASHION, key("merchant_key", "merchant_key"))
    platform.learn(FASHION, key("merchant_owner", "staff", role="merchant_owner"))
    platform.learn(FASHION, key("store_manager", "staff", role="store_manager", stores=(HUB, OUTLET)))
    platform.learn(FASHION, key("staff", "staff", role="staff", stores=(HUB,)))
    platform.learn(BOOKS, key("stranger", "merchant_key"))
    platform.learn(FASHION, key("revoked", "staff", role="staff", stores=(HUB,), active=False))
