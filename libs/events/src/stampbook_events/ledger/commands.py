"""What the ledger is told."""

from typing import Annotated
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language, Texts
from stampbook_events.ledger.terms import Currency, Points, Rate, Rounding

AmountMinor = Annotated[int, msgspec.Meta(description="Whole minor units of the currency (R1).")]
Receipt = Annotated[str, msgspec.Meta(max_length=200)]


class PublishProgram(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.publish_program.v1"):
    """Publish the next version of a program; it is in force from when it is recorded (R9)."""

    program_id: UUID
    names: Texts
    rates: dict[Currency, Rate]
    rounding: Rounding = "down"
    welcome_points: Points = 0
    stamp_target: Annotated[int, msgspec.Meta(ge=2, le=50)] | None = None


class OpenCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.open_card.v1"):
    """The policy 'customer enrolled → open the card'."""

    customer_id: UUID
    program_id: UUID
    store_id: UUID
    card_number: str
    language: Language
    test: bool


class LinkStore(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.link_store.v1"):
    """The policy 'customer recognised → link the store'."""

    customer_id: UUID
    program_id: UUID
    store_id: UUID


class EarnPoints(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.earn_points.v1"):
    card_id: UUID
    store_id: UUID
    amount_minor: AmountMinor
    currency: Currency
    receipt: Receipt | None = None


class GiveStamps(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.give_stamps.v1"):
    card_id: UUID
    store_id: UUID
    stamps: int
    receipt: Receipt | None = None


LedgerCommand = PublishProgram | OpenCard | LinkStore | EarnPoints | GiveStamps
