"""Receipt numbers: one earning and one giving of stamps per program, store and receipt (R19)."""

from datetime import date
from uuid import UUID

from ledger.domain.keys import Purpose, ReceiptKey, ReceiptUse
from ledger.domain.refusals import Refused
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Store

LONGEST = 64


def normalised(receipt: str) -> str:
    """Trimmed and upper-cased; refuses what a till could not have printed."""
    text = receipt.strip().upper()
    if not 1 <= len(text) <= LONGEST or not text.isprintable():
        raise Refused("receipt_invalid")
    return text


def period_of(store: Store | None, day: date) -> str:
    """Where tills start their numbers again, the local year or day belongs to the number."""
    match store.receipt_scope if store else "for_ever":
        case "year":
            return str(day.year)
        case "day":
            return day.isoformat()
        case _:
            return ""


def fresh(tenant: Tenant, key: ReceiptKey, purpose: Purpose) -> None:
    """Refuse a number that is taken, and name the first operation."""
    for use in tenant.receipts.get(key, ()):
        if use.purpose == purpose and not use.voided:
            first = {"operation_id": use.operation_id, "card_id": use.card_id, "recorded_at": use.recorded_at}
            raise Refused("receipt_already_recorded", receipt=key.receipt, first=first)


def periods_of(day: date | None) -> tuple[str, ...]:
    """What a number with this *day* printed beside it may have been kept under."""
    return ("", str(day.year), day.isoformat()) if day else ("",)


def uses_of(tenant: Tenant, program_id: UUID, store_id: UUID, receipt: str, day: date | None) -> list[ReceiptUse]:
    """All that was recorded under a printed receipt; its *day* is needed where numbers come again."""
    periods = periods_of(day)
    return [
        use
        for key, uses in tenant.receipts.items()
        if key[:3] == (program_id, store_id, receipt) and key.period in periods
        for use in uses
    ]
