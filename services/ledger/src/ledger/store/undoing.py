"""What has to be known before an operation is voided or goods come back: the operation first, then all of its cards."""

from uuid import UUID

from ledger.domain.keys import Operation
from ledger.domain.receipts import periods_of
from ledger.domain.tenant import Tenant
from ledger.store.asking import Asked, Depth, printed
from ledger.store.following import at_till, on_card
from stampbook_events.ledger import (
    PointsEarned,
    RefundPurchase,
    RewardRedeemed,
    RewardUsed,
    StampsEarned,
    VoidOperation,
)
from stampbook_messaging.messages import Received


def need_void(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: VoidOperation = received.command
    at_till(asked, tenant, command, None)
    operation = _operation(asked, tenant, command.operation_id)
    if operation is not None:
        _undo(asked, tenant, received, operation)
    elif asked.has_looked:
        asked.deepen(tenant.merchant)  # Of this very batch, or of nobody: any of its cards may be meant.


def need_refund(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: RefundPurchase = received.command
    at_till(asked, tenant, command, None)
    receipt = printed(command.receipt)
    if receipt is None:
        return
    if (tenant.merchant, receipt) in asked.receipts:
        asked.deepen(tenant.merchant)
    sold_by = command.sold_by or command.store_id
    if sold_by is not None:
        asked.ask("stores", tenant.merchant, sold_by)
        for period in periods_of(command.receipt_day):
            asked.ask("receipts_named", tenant.merchant, command.program_id, sold_by, receipt, period)
            key = command.program_id, sold_by, receipt, period
            for use in tenant.receipts.get(key, ()):  # type: ignore[call-overload]
                operation = _operation(asked, tenant, use.operation_id)
                if operation is not None:
                    _undo(asked, tenant, received, operation)
    _by_id(asked, tenant, received, receipt)


def _by_id(asked: Asked, tenant: Tenant, received: Received, receipt: str) -> None:
    """Where there was no number the operation's id stands in (R19)."""
    try:
        operation_id = UUID(receipt)
    except ValueError:
        return
    operation = _operation(asked, tenant, operation_id)
    if operation is not None:
        _undo(asked, tenant, received, operation)
    elif asked.has_looked:
        asked.deepen(tenant.merchant)


def _operation(asked: Asked, tenant: Tenant, operation_id: UUID) -> Operation | None:
    asked.ask("operations", tenant.merchant, operation_id)
    return tenant.operations.get(operation_id)


def _undo(asked: Asked, tenant: Tenant, received: Received, operation: Operation) -> None:
    """Its card with all that it holds, its store and its receipt; of a purchase also the bonus that it may have brought."""
    merchant, event = tenant.merchant, operation.event
    _, card = on_card(asked, tenant, received, operation.card_id, Depth.ALL)
    asked.ask("stores", merchant, event.store_id)
    if isinstance(event, PointsEarned | StampsEarned | RewardRedeemed | RewardUsed) and event.receipt is not None:
        asked.ask("receipts_named", merchant, event.program_id, event.store_id, event.receipt, event.period)
    if card is not None and isinstance(event, PointsEarned | StampsEarned):
        of_welcome(asked, tenant, event.customer_id)


def of_welcome(asked: Asked, tenant: Tenant, customer_id: UUID) -> Operation | None:
    """The welcome bonus of a person, once it is known."""
    asked.ask("welcomes", tenant.merchant, customer_id)
    bonus_id = tenant.welcomed.get(customer_id)
    return _operation(asked, tenant, bonus_id) if bonus_id is not None else None
