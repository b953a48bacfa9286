"""What crosses cards: receipts, codes, numbers, day counts, and the operations that may be undone."""

from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from stampbook_events import Actor

Purpose = Literal["points", "stamps", "redemption"]
Count = Literal[
    "stamps_of_card", "stamps_by_staff", "points_of_card", "points_by_staff", "adjusted_points", "adjusted_stamps",
    "offline", "reward",
]  # fmt: skip
CARD_COUNTS: tuple[Count, ...] = ("stamps_of_card", "points_of_card", "offline")
"""Those whose subject is a card."""


class ReceiptKey(NamedTuple):
    """*period*: the year or day where tills start again, else empty (R19)."""

    program_id: UUID
    store_id: UUID
    receipt: str
    period: str


class ReceiptUse(msgspec.Struct, kw_only=True):
    """One operation under a receipt. A void frees the number, and the receipt is remembered as voided."""

    purpose: Purpose
    operation_id: UUID
    card_id: UUID
    recorded_at: datetime
    voided: bool = False


class Tally(NamedTuple):
    """What is counted for a local day: *kind* says of what; *subject* is a card, a member of staff, or a customer and the reward (R43, R61, R63)."""

    kind: Count
    subject: str
    day: date


class NumberUse(NamedTuple):
    """Whose number it is; until when, if the card has another one now (R67)."""

    card_id: UUID
    until: datetime | None


class CodeUse(NamedTuple):
    """*subject_id* is an unlocked reward or a reservation; *dead*: it has another code now (R67). No code ever comes again."""

    card_id: UUID
    subject_id: UUID
    dead: bool = False


class Given(NamedTuple):
    """Stamps given at a terminal (R62)."""

    effective_at: datetime
    operation_id: UUID


class Operation(msgspec.Struct, kw_only=True):
    """What was recorded, and what was undone of it since (R52, R53)."""

    operation_id: UUID
    card_id: UUID
    event: Any
    recorded_at: datetime
    effective_at: datetime
    actor: Actor
    voided: bool = False
    taken_back: bool = False
    refunded: int = 0
    refund_numbers: list[str] = msgspec.field(default_factory=list)
