"""A void: it never happened (R52), if whoever asks may say so (R61)."""

from ledger.domain import guards
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.days import local_day
from ledger.domain.keys import Operation
from ledger.domain.refusals import Refused
from ledger.domain.undoing import KINDS, undo
from ledger.domain.welcome import figures
from stampbook_events import ledger as events
from stampbook_events.ledger import VoidOperation

MANAGER_DAYS = 90


def operation_of(case: Case, command: VoidOperation) -> Operation:
    operation = case.tenant.operations.get(command.operation_id)
    if operation is None:
        raise Refused("operation_unknown")
    return operation


def void(case: Case, card: Card, command: VoidOperation) -> dict[str, object]:
    operation = operation_of(case, command)
    if type(operation.event) not in KINDS and not isinstance(operation.event, events.RewardUsed):
        raise Refused("not_voidable")
    if operation.voided:
        raise Refused("already_voided")
    if operation.refunded or operation.refund_numbers or operation.taken_back:
        raise Refused("has_refunds")
    case.store = case.tenant.stores.get(command.store_id) if command.store_id else None
    _allowed(case, card, operation)
    undo(case, card, operation)
    return figures(case, card) | {
        "voided": operation.operation_id,
        "points": getattr(operation.event, "points", 0),
        "given": getattr(operation.event, "stamps", 0),
    }


def _allowed(case: Case, card: Card, operation: Operation) -> None:
    """Staff the same store and day, a manager the same store and 90 days, owner and admin any (R61)."""
    role = guards.role_of(case)
    if role in {"owner", "admin"}:
        return
    store_id = getattr(operation.event, "store_id", None)
    zone = case.zone(card)
    happened = local_day(operation.effective_at, case.tenant.zone_of(store_id) if store_id else zone)
    days = (local_day(case.at, zone) - happened).days
    most = {"staff": 0, "manager": MANAGER_DAYS}.get(role)
    if most is None or case.store is None or store_id != case.store.store_id or days > most:
        raise Refused("void_not_allowed")
