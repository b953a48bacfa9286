"""Receipt numbers: one earning and one giving of stamps per program, store and receipt (R19)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from ledger.domain.refusals import Refused

LONGEST = 64
Purpose = Literal["points", "stamps"]


class ReceiptKey(NamedTuple):
    program_id: UUID
    store_id: UUID
    purpose: Purpose
    receipt: str


class FirstUse(NamedTuple):
    """The operation that a receipt number stands for."""

    operation_id: UUID
    card_id: UUID
    recorded_at: datetime


def normalised(receipt: str) -> str:
    """Trimmed and upper-cased; refuses what a till could not have printed."""
    text = receipt.strip().upper()
    if not 1 <= len(text) <= LONGEST or not text.isprintable():
        raise Refused("receipt_invalid")
    return text


def fresh(
    known: Mapping[ReceiptKey, FirstUse], program_id: UUID, store_id: UUID, purpose: Purpose, receipt: str | None
) -> str | None:
    """The normalised receipt number, if one was given; refuses one that is taken and names the first operation."""
    if receipt is None:
        return None
    text = normalised(receipt)
    first = known.get(ReceiptKey(program_id, store_id, purpose, text))
    if first is not None:
        raise Refused("receipt_already_recorded", receipt=text, first=first._asdict())
    return text
