"""From rows of the ledger's tables to what the domain knows; each comes as the columns that ``statements.BOOKS`` names."""

from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.card import Card
from ledger.domain.program import Terms
from ledger.domain.receipts import FirstUse, ReceiptKey
from ledger.domain.tenant import Store
from stampbook_events.enrollment import Texts
from stampbook_events.ledger import Rate

Row = Any
_CARD = (
    "card_id", "customer_id", "program_id", "store_id", "number", "language", "test", "opened_at", "state",
    "balance", "stamps", "stamp_target", "version",
)  # fmt: skip
_names = msgspec.json.Decoder(Texts)
_rates = msgspec.json.Decoder(dict[str, Rate])


def card_from(row: Row) -> tuple[UUID, Card]:
    merchant, *values = row
    return merchant, Card(**dict(zip(_CARD, values, strict=True)))


def store_from(row: Row) -> tuple[UUID, Store]:
    merchant, *values = row
    return merchant, Store(*values)


def terms_from(row: Row) -> tuple[UUID, UUID, Terms]:
    merchant, program_id, version, effective_from, names, rates, rounding, welcome_points, stamp_target = row
    terms = Terms(
        version=version,
        effective_from=effective_from,
        names=_names.decode(names),
        rates=_rates.decode(rates),
        rounding=rounding,
        welcome_points=welcome_points,
        stamp_target=stamp_target,
    )
    return merchant, program_id, terms


def receipt_from(row: Row) -> tuple[UUID, ReceiptKey, FirstUse]:
    merchant, *values = row
    return merchant, ReceiptKey(*values[:4]), FirstUse(*values[4:])
