"""From rows of the ledger's tables to what the domain knows."""

from typing import Any

import msgspec

from ledger.domain.card import Card
from ledger.domain.program import Terms
from ledger.domain.receipts import FirstUse, ReceiptKey
from ledger.domain.tenant import Store
from stampbook_events.ledger import Rate

Row = Any


def card_from(row: Row) -> Card:
    return Card(
        card_id=row["card_id"],
        customer_id=row["customer_id"],
        program_id=row["program_id"],
        store_id=row["store_id"],
        number=row["number"],
        language=row["language"],
        test=row["test"],
        opened_at=row["opened_at"],
        state=row["state"],
        balance=row["balance"],
        stamps=row["stamps"],
        stamp_target=row["stamp_target"],
        version=row["version"],
    )


def terms_from(row: Row) -> Terms:
    return Terms(
        version=row["version"],
        effective_from=row["effective_from"],
        names=row["names"],
        rates=msgspec.convert(row["rates"], dict[str, Rate]),
        rounding=row["rounding"],
        welcome_points=row["welcome_points"],
        stamp_target=row["stamp_target"],
    )


def store_from(row: Row) -> Store:
    return Store(row["store_id"], row["program_id"], row["time_zone"], row["currency"], row["loyalty"])


def receipt_from(row: Row) -> tuple[ReceiptKey, FirstUse]:
    return (
        ReceiptKey(row["program_id"], row["store_id"], row["purpose"], row["receipt"]),
        FirstUse(row["operation_id"], row["card_id"], row["recorded_at"]),
    )
