"""What the ledger publishes."""

from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language, Texts
from stampbook_events.ledger.terms import Rate, Rounding


class ProgramPublished(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_published.v1"):
    program_id: UUID
    program_version: int
    names: Texts
    rates: dict[str, Rate]
    rounding: Rounding
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
