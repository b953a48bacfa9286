"""What tills, shops and integrators tell of a customer who stands before them, or once did (R13-R24, R41-R59)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from stampbook_events.ledger.terms import Currency

AmountMinor = Annotated[int, msgspec.Meta(description="Whole minor units of the currency (R1).")]
Receipt = Annotated[str, msgspec.Meta(max_length=200)]
Code = Annotated[str, msgspec.Meta(max_length=32)]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Channel = Literal["till", "online", "offline", "api"]


class Terminal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the device that tells: how far its clock was ahead at its last sync (R69), and its revocation (R71)."""

    ahead_ms: int = 0
    last_sync: datetime | None = None
    revoked_at: datetime | None = None


class Telling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all of them have in common. Without a store the card's home store stands in (R3).

    *card_number*: the number that was shown, if one was (R67). *by_ticket*: the holder of a join ticket, unchecked.
    *linked_to*: the operation that a manager sends again (R65, R71).
    """

    store_id: UUID | None = None
    channel: Channel = "till"
    card_number: str | None = None
    by_ticket: bool = False
    terminal: Terminal | None = None
    linked_to: UUID | None = None


class EarnPoints(Telling, frozen=True, kw_only=True, tag="ledger.earn_points.v1"):
    card_id: UUID
    amount_minor: AmountMinor
    currency: Currency
    receipt: Receipt | None = None


class GiveStamps(Telling, frozen=True, kw_only=True, tag="ledger.give_stamps.v1"):
    """*override*: why staff give again within the cooldown (R62)."""

    card_id: UUID
    stamps: int
    receipt: Receipt | None = None
    override: Note | None = None


class HoldReward(Telling, frozen=True, kw_only=True, tag="ledger.hold_reward.v1"):
    card_id: UUID
    reward_id: UUID
    quantity: int = 1


class CaptureReservation(Telling, frozen=True, kw_only=True, tag="ledger.capture_reservation.v1"):
    """All of it without a *quantity* (R49)."""

    card_id: UUID
    reservation_id: UUID
    quantity: int | None = None
    receipt: Receipt | None = None


class ReleaseReservation(Telling, frozen=True, kw_only=True, tag="ledger.release_reservation.v1"):
    card_id: UUID
    reservation_id: UUID


class RedeemReward(Telling, frozen=True, kw_only=True, tag="ledger.redeem_reward.v1"):
    """Points are spent at hand-over (R44); ``channel`` *offline*: it happened already (R72)."""

    card_id: UUID
    reward_id: UUID
    quantity: int = 1
    receipt: Receipt | None = None


class UseCode(Telling, frozen=True, kw_only=True, tag="ledger.use_code.v1"):
    """What a redeem code stands for is handed over: an unlocked reward, or all that a reservation holds (R46)."""

    code: Code
    receipt: Receipt | None = None


class VoidOperation(Telling, frozen=True, kw_only=True, tag="ledger.void_operation.v1"):
    """It never happened (R52)."""

    operation_id: UUID


class RefundPurchase(Telling, frozen=True, kw_only=True, tag="ledger.refund_purchase.v1"):
    """Goods came back (R53). *store_id* takes them, *sold_by* printed the receipt; without an amount all that is left.

    *receipt_day* is the date on it, where receipt numbers start again. *keep_reward*: what was redeemed under the
    receipt stays redeemed; *with_reward*, *with_stamps*: a partial refund takes these back too (R58).
    """

    program_id: UUID
    receipt: Receipt
    sold_by: UUID | None = None
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None
    receipt_day: date | None = None
    refund_number: Receipt | None = None
    keep_reward: bool = False
    with_reward: bool = False
    with_stamps: bool = False
