"""Bodies of what tills, shops and integrators tell of a customer who stands before them, or once did."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from gateway.api.bodies.words import AmountMinor, CardNumber, Moment, Quantity, Stamps
from stampbook_events.ledger import Channel, Currency, Receipt

_YEAR_MS = 366 * 86_400_000
Online = Literal["till", "online", "api"]
Note = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


class TerminalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of the terminal's clock: how far it was ahead of ours at its last sync, and when that was (R69)."""

    ahead_ms: Annotated[int, msgspec.Meta(ge=-_YEAR_MS, le=_YEAR_MS)] = 0
    last_sync: Moment | None = None


class TellingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*store_id* may be left out by who works in one store only, and by a system: then the card's home store counts (R3)."""

    store_id: UUID | None = None


class GivingBody(TellingBody, frozen=True, kw_only=True):
    """*channel*: a member of staff is at the *till*, or was *offline* there; a system's is *api*, or *online* for a shop.

    *occurred_at*: when it happened, if not now; offline it is needed. *card_number*: the number that was shown.
    *linked_to*: the refusal of what a manager sends again, for a card that was frozen or a device that was revoked.
    """

    receipt: Receipt | None = None
    occurred_at: Moment | None = None
    channel: Channel | None = None
    terminal: TerminalBody | None = None
    card_number: CardNumber | None = None
    linked_to: UUID | None = None


class EarnPointsBody(GivingBody, frozen=True, kw_only=True):
    """A purchase: what the customer paid for goods that count, in minor units of *currency* (R14)."""

    amount_minor: AmountMinor
    currency: Currency


class GiveStampsBody(GivingBody, frozen=True, kw_only=True):
    """*override*: why staff give again within the cooldown (R62)."""

    stamps: Stamps = 1
    override: Note | None = None


class HoldRewardBody(TellingBody, frozen=True, kw_only=True):
    """*by_ticket*: all that the customer showed is the ticket of the join page (R67)."""

    reward_id: UUID
    quantity: Quantity = 1
    channel: Online | None = None
    card_number: CardNumber | None = None
    by_ticket: bool = False


class CaptureReservationBody(TellingBody, frozen=True, kw_only=True):
    """Without *quantity* all that is held; what is not captured is released in the same step (R49)."""

    quantity: Quantity | None = None
    receipt: Receipt | None = None
    channel: Online | None = None
    card_number: CardNumber | None = None
    by_ticket: bool = False


class ReleaseReservationBody(TellingBody, frozen=True, kw_only=True):
    """Where it is given up; it need not be said."""


class RedeemRewardBody(TellingBody, frozen=True, kw_only=True):
    """Points are spent at hand-over (R44). *offline* it happened already: *occurred_at* says when (R72)."""

    reward_id: UUID
    quantity: Quantity = 1
    receipt: Receipt | None = None
    occurred_at: Moment | None = None
    channel: Channel | None = None
    terminal: TerminalBody | None = None
    card_number: CardNumber | None = None
    by_ticket: bool = False


class UseCodeBody(TellingBody, frozen=True, kw_only=True):
    """A redeem code as it is read: any case, with spaces or dashes between (R46)."""

    code: Code
    receipt: Receipt | None = None
    channel: Online | None = None


class VoidOperationBody(TellingBody, frozen=True, kw_only=True):
    """Where it is taken back: staff and store managers void what their own store did (R61)."""


class RefundPurchaseBody(TellingBody, frozen=True, kw_only=True):
    """*store_id* takes the goods back, *sold_by* printed the receipt; without an amount all that is left (R53).

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
