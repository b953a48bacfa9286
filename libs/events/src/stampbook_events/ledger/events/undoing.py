"""What was taken back, given back and put right (R52-R60)."""

from datetime import date
from typing import Literal
from uuid import UUID

from stampbook_events.ledger.commands.cards import Reason
from stampbook_events.ledger.events.about import Stamped, Standing

Voidable = Literal["earning", "stamps", "redemption", "welcome", "birthday", "points_adjustment", "stamps_adjustment"]


class OperationVoided(Stamped, frozen=True, kw_only=True, tag="ledger.operation_voided.v1"):
    """*operation_id* never happened (R52): *points* and *stamps* are what it had moved.

    *refund*: a refund took it back with it (R58). *key_freed*: a welcome bonus that may be paid again (R26).
    """

    operation_id: UUID
    kind: Voidable
    points: int = 0
    stamps: int = 0
    refund: bool = False
    key_freed: bool = False


class PurchaseRefunded(Standing, frozen=True, kw_only=True, tag="ledger.purchase_refunded.v1"):
    """Goods came back for *amount_minor* (R53); *points* is this refund's share (R54), *refunded_minor* the sum so far.

    Without an earning under the receipt both are none.
    """

    operation_id: UUID
    receipt: str
    amount_minor: int
    currency: str | None
    refunded_minor: int
    points: int
    refund_number: str | None = None


class PointsAdjusted(Standing, frozen=True, kw_only=True, tag="ledger.points_adjusted.v1"):
    """By hand (R60); a lot that it makes bears the event's id."""

    points: int
    reason: Reason
    day: date


class StampsAdjusted(Stamped, frozen=True, kw_only=True, tag="ledger.stamps_adjusted.v1"):
    """By hand; *not_given* did not fit (R22)."""

    stamps: int
    reason: Reason
    day: date
    not_given: int = 0
    because: str | None = None


class DebtForgiven(Stamped, frozen=True, kw_only=True, tag="ledger.debt_forgiven.v1"):
    """By hand, or because the card was closed (R56, R66)."""

    points: int
    stamps: int = 0
