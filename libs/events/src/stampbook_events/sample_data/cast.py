"""Who and what the examples are about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from stampbook_events import enrollment, ids

MERCHANT = UUID("6d656d65-0000-4000-8000-0000000000f5")
FASHIONHUB = UUID("68756200-0000-4000-8000-0000000000f5")
FASHIONOUTLET = UUID("6f757400-0000-4000-8000-0000000000f5")
FG = UUID("66670000-0000-4000-8000-0000000000f5")
CUSTOMER = UUID("63757300-0000-4000-8000-0000000000f5")
TWIN = UUID("74776900-0000-4000-8000-0000000000f5")
"""The same person, once more by another address; both cards become one."""
KEY = UUID("6b657900-0000-4000-8000-0000000000f5")
STAFF = UUID("73746100-0000-4000-8000-0000000000f5")
SATURDAYS = UUID("73617400-0000-4000-8000-0000000000f5")
TOTE_BAG = UUID("74746500-0000-4000-8000-0000000000f5")
SCARF = UUID("73636600-0000-4000-8000-0000000000f5")
CARD = ids.card_id(CUSTOMER, FG)
OTHER_CARD = ids.card_id(TWIN, FG)
WELCOME_LOT = uuid5(CARD, "welcome")
BIRTHDAY_LOT = uuid5(CARD, "birthday")
PURCHASE = uuid5(CARD, "purchase")
"""The operation, and the lot of its points: both bear the event's id."""
STAMPING = uuid5(CARD, "stamping")
REDEMPTION = uuid5(CARD, "redemption")
RESERVATION = uuid5(CARD, "reservation")
UNLOCKED = uuid5(CARD, "unlocked")
DELIVERY = uuid5(CARD, "delivery")
EVENT = uuid5(CARD, "event")
NUMBER = "4929123456781234"
NEW_NUMBER = "4929876543214321"
CODE = "K7P2M9XA"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OBJECT = "3388000000022000001.card"
ZONE = "Europe/Luxembourg"
SATURDAY = date(2026, 6, 6)
WELCOMED_AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
BOUGHT_AT = datetime(2026, 6, 6, 12, 0, 0, 250_000, tzinfo=UTC)

NAMES: enrollment.Texts = {
    "en": "Fashion Group Loyalty",
    "fr": "Fidélité Fashion Group",
    "de": "Fashion Group Treue",
    "lb": "Fashion Group Trei",
}

ON_CARD = {"card_id": CARD, "customer_id": CUSTOMER, "program_id": FG}
AT_STORE = {**ON_CARD, "program_version": 1, "store_id": FASHIONHUB}


def example(kind: type[msgspec.Struct], part: Mapping[str, Any], /, **fields: Any) -> msgspec.Struct:
    return kind(**{**part, **fields})


def end_of(day: date) -> datetime:
    """Of a day in a Luxembourg summer."""
    return datetime(day.year, day.month, day.day, 22, 0, tzinfo=UTC)
