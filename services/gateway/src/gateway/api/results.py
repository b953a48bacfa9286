"""What comes of a ledger command: the ``result`` of its outcome. Fields are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec


class ProgramVersion(msgspec.Struct, frozen=True, kw_only=True):
    program_id: UUID
    program_version: int


class ProgramEnd(msgspec.Struct, frozen=True, kw_only=True):
    program_id: UUID
    ends_at: datetime
    last_day: date


class CampaignVersion(msgspec.Struct, frozen=True, kw_only=True):
    campaign_id: UUID
    campaign_version: int


class RewardVersion(msgspec.Struct, frozen=True, kw_only=True):
    reward_id: UUID
    reward_version: int


class RewardRetired(msgspec.Struct, frozen=True, kw_only=True):
    reward_id: UUID


class Unlocked(msgspec.Struct, frozen=True, kw_only=True):
    """A reward that can be fetched by its *code*, on *expires_on* for the last time if there is such a day (R45)."""

    unlocked_id: UUID
    code: str
    reward_id: UUID | None
    expires_on: date | None


class CardFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The card afterwards (R39): *balance* with what is held and less what is owed, *available* for spending.

    *card_id* is the card that answers: of one that was merged, the card that stayed.
    """

    card_id: UUID
    balance: int
    available: int
    stamps: int
    stamp_target: int | None


class PointsEarned(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    """*points* = *base* + *campaign*; *repaid* of them went into a debt. *flags*: what a manager should look at."""

    operation_id: UUID
    points: int
    base: int
    campaign: int
    repaid: int
    effective_at: datetime
    program_version: int
    not_given: int = 0
    not_given_because: str | None = None
    flags: tuple[str, ...] = ()


class StampsGiven(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    """*given* as far as they fit. *overridden_by*: who gave within the cooldown all the same."""

    operation_id: UUID
    given: int
    not_given: int
    repaid: int
    effective_at: datetime
    program_version: int
    not_given_because: str | None = None
    unlocked: tuple[Unlocked, ...] = ()
    overridden_by: str | None = None
    flags: tuple[str, ...] = ()


class RewardHeld(CardFigures, frozen=True, kw_only=True):
    reservation_id: UUID
    points: int
    redeem_code: str
    ends_at: datetime


class ReservationCaptured(CardFigures, frozen=True, kw_only=True):
    operation_id: UUID
    reservation_id: UUID
    points: int
    quantity: int


class ReservationReleased(CardFigures, frozen=True, kw_only=True):
    reservation_id: UUID


class RewardRedeemed(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    """*missing*: how many of the points were not there when it was handed over offline (R72)."""

    operation_id: UUID
    points: int
    quantity: int
    effective_at: datetime
    missing: int = 0
    flags: tuple[str, ...] = ()


class CodeUsed(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    """An unlocked reward was handed over: *unlocked_id*, *redeem_code* and, if it has one, *reward_id*; or a reservation was
    captured: *reservation_id*, *points* and *quantity*.
    """

    operation_id: UUID
    unlocked_id: UUID | None = None
    reward_id: UUID | None = None
    redeem_code: str | None = None
    reservation_id: UUID | None = None
    points: int | None = None
    quantity: int | None = None


class OperationVoided(CardFigures, frozen=True, kw_only=True):
    """*voided*: the operation that never happened; *points* and *given*, the stamps, are what it had moved."""

    voided: UUID
    points: int
    given: int


class PurchaseRefunded(CardFigures, frozen=True, kw_only=True):
    """*points* were reversed for *amount_minor*; *refunded* is the purchase."""

    refunded: UUID
    points: int
    amount_minor: int


class PointsAdjusted(CardFigures, frozen=True, kw_only=True):
    operation_id: UUID
    points: int


class StampsAdjusted(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    """*given* is below zero for stamps that were taken."""

    operation_id: UUID
    given: int
    not_given: int = 0
    not_given_because: str | None = None
    unlocked: tuple[Unlocked, ...] = ()


class DebtForgiven(CardFigures, frozen=True, kw_only=True):
    points: int


class CardReplaced(CardFigures, frozen=True, kw_only=True):
    card_number: str


class CycleLowered(CardFigures, frozen=True, kw_only=True, omit_defaults=True):
    unlocked: tuple[Unlocked, ...] = ()


class LotsExtended(CardFigures, frozen=True, kw_only=True):
    """*points* have a later date."""

    points: int
