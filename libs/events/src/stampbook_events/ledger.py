"""What the ledger is told and what it publishes. Rules R1-R78 are the rule book's.

A field is only ever added, with a default; a changed meaning is a new tag and an upcaster.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language, Texts

Points = Annotated[int, msgspec.Meta(ge=0, le=999_999_999, description="Whole points (R1).")]
AmountMinor = Annotated[int, msgspec.Meta(description="Whole minor units of the currency (R1).")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
Receipt = Annotated[str, msgspec.Meta(max_length=200)]


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """*points* per *per_minor* minor units of one currency (R13)."""

    points: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    per_minor: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class PublishProgram(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.publish_program.v1"):
    """Publish the next version of a program; it is in force from when it is recorded (R9)."""

    program_id: UUID
    names: Texts
    rates: dict[Currency, Rate]
    rounding: Literal["down", "nearest", "up"] = "down"
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


class ProgramPublished(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_published.v1"):
    program_id: UUID
    program_version: int
    names: Texts
    rates: dict[str, Rate]
    rounding: Literal["down", "nearest", "up"]
    welcome_points: int
    stamp_target: int | None = None


class CardOpened(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.card_opened.v1"):
    """The first event of a card; demands the enrollment mail."""

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    program_version: int
    store_id: UUID
    card_number: str
    language: Language
    test: bool
    stamp_target: int | None = None


class WelcomeBonusGranted(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.welcome_bonus_granted.v1"):
    """Once per person and merchant (R25); its lot bears the event's id."""

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    program_version: int
    store_id: UUID
    points: int
    balance: int


class StoreLinked(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.store_linked.v1"):
    card_id: UUID
    customer_id: UUID
    program_id: UUID
    store_id: UUID


class PointsEarned(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.points_earned.v1"):
    """A purchase, recorded with the points it gave, also when that is none (R17); its lot bears the event's id."""

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    program_version: int
    store_id: UUID
    amount_minor: int
    currency: str
    points: int
    balance: int
    receipt: str | None = None


class StampsEarned(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.stamps_earned.v1"):
    """*stamps* were given, *not_given* did not fit on the card (R22, ``card_full``); *count* is what it shows now."""

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    program_version: int
    store_id: UUID
    stamps: int
    not_given: int
    count: int
    target: int
    receipt: str | None = None


class EarningRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.earning_refused.v1"):
    card_id: UUID
    store_id: UUID
    code: str


class StampsRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.stamps_refused.v1"):
    card_id: UUID
    store_id: UUID
    code: str


class CardRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.card_refused.v1"):
    """A card was not opened or a store not linked."""

    card_id: UUID
    store_id: UUID
    code: str


class ProgramRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_refused.v1"):
    program_id: UUID
    code: str


LedgerCommand = PublishProgram | OpenCard | LinkStore | EarnPoints | GiveStamps
LedgerEvent = (
    ProgramPublished
    | CardOpened
    | WelcomeBonusGranted
    | StoreLinked
    | PointsEarned
    | StampsEarned
    | EarningRefused
    | StampsRefused
    | CardRefused
    | ProgramRefused
)
