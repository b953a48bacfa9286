"""A refund: goods came back, wholly or in part (R53, R54, R58)."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.domain import due, reversing, undoing
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.keys import Operation
from ledger.domain.money import AMOUNT_MINOR_MAX
from ledger.domain.receipts import normalised, uses_of
from ledger.domain.refusals import Refused, within
from ledger.domain.welcome import figures
from stampbook_events.ledger import Moves, PointsEarned, PurchaseRefunded, RefundPurchase, StampsEarned


def operations_of(case: Case, command: RefundPurchase) -> list[Operation]:
    """All that was recorded under the receipt, oldest first. Where there was no number the operation's id stands in (R19)."""
    case.tenant.program(command.program_id)
    receipt = normalised(command.receipt)
    sold_by = command.sold_by or command.store_id
    uses = uses_of(case.tenant, command.program_id, sold_by, receipt, command.receipt_day) if sold_by else []
    found = [case.tenant.operations[use.operation_id] for use in uses] or _by_id(case, receipt)
    if not found:
        raise Refused("receipt_unknown", receipt=receipt)
    return sorted(found, key=_recorded)


def _recorded(operation: Operation) -> tuple[object, UUID]:
    return operation.recorded_at, operation.operation_id


def _by_id(case: Case, receipt: str) -> list[Operation]:
    try:
        operation = case.tenant.operations.get(UUID(receipt))
    except ValueError:
        return []
    if operation is None or getattr(operation.event, "receipt", None) is not None:
        return []
    return [operation] if isinstance(operation.event, PointsEarned | StampsEarned) else []


class Found(NamedTuple):
    """What is under a receipt: the purchase that still counts, and what else was not taken back."""

    operations: Sequence[Operation]
    earning: Operation | None
    others: Sequence[Operation]

    @property
    def first(self) -> Operation:
        """What the refund is recorded with."""
        return self.earning or (self.others[0] if self.others else self.operations[0])


def found(case: Case, command: RefundPurchase) -> Found:
    operations = operations_of(case, command)
    return Found(
        operations,
        next((one for one in reversed(operations) if _is_earning(one) and not one.voided), None),
        [one for one in operations if not _is_earning(one) and not one.voided and not one.taken_back],
    )


def refund(case: Case, card: Card, command: RefundPurchase) -> dict[str, object]:
    """*card* is the one of the purchase, or of what else is under the receipt."""
    under = found(case, command)
    amount = _asked(under, command)
    for one in under.operations:
        due.catch_up(case, case.tenant.card(one.card_id))
    case.store = case.tenant.stores.get(command.store_id or command.sold_by or card.store_id)
    earning = under.earning
    full = earning is None or amount == earning.event.amount_minor - earning.refunded
    if (full and not command.keep_reward) or command.with_reward:
        for one in under.others:
            if not isinstance(one.event, StampsEarned):
                undoing.undo(case, case.tenant.card(one.card_id), one, refund=True)
    points = _tell(case, card, under, amount, command)
    if full or command.with_stamps:
        for one in under.others:
            if isinstance(one.event, StampsEarned):
                undoing.take_stamps_back(case, case.tenant.card(one.card_id), one)
    return figures(case, card) | {"points": points, "amount_minor": amount, "refunded": under.first.operation_id}


def _is_earning(operation: Operation) -> bool:
    return isinstance(operation.event, PointsEarned)


def _asked(under: Found, command: RefundPurchase) -> int:
    """The amount that comes back."""
    earning = under.earning
    if earning is None and (any(map(_is_earning, under.operations)) or all(one.voided for one in under.operations)):
        raise Refused("already_voided")
    if command.amount_minor is not None:
        within("amount", command.amount_minor, AMOUNT_MINOR_MAX)
    if earning is not None and command.currency not in {None, earning.event.currency}:
        raise Refused("currency_mismatch", currency=earning.event.currency)
    if command.refund_number is not None:
        number = normalised(command.refund_number)
        if any(number in one.refund_numbers for one in under.operations):
            raise Refused("refund_already_recorded", refund_number=number)
    if earning is None:
        if not under.others:
            raise Refused("refund_exceeds_purchase", left=0)
        return 0
    left: int = earning.event.amount_minor - earning.refunded
    if not left or (command.amount_minor or 0) > left:
        raise Refused("refund_exceeds_purchase", left=left)
    return left if command.amount_minor is None else command.amount_minor


def _tell(case: Case, card: Card, under: Found, amount: int, command: RefundPurchase) -> int:
    points, moves, earning = 0, Moves(), under.earning
    if earning is not None:
        points = share(earning, amount)
        policy = undoing.policy_on(card, earning.event.policy)
        if points:
            moves = reversing.reverse(card.holdings, earning.operation_id, points, policy, case.at)
    event = PurchaseRefunded(
        **case.standing(card, moves),
        operation_id=under.first.operation_id,
        receipt=normalised(command.receipt),
        amount_minor=amount,
        currency=earning.event.currency if earning else None,
        refunded_minor=under.first.refunded + amount,
        points=points,
        refund_number=normalised(command.refund_number) if command.refund_number else None,
    )
    case.tell(card.card_id, event)
    return points


def share(earning: Operation, amount: int) -> int:
    """Pro rata and cumulative: the last refund takes what is left, fractions stay with the customer (R54)."""
    points, paid = earning.event.points, earning.event.amount_minor
    reversed_so_far: int = points * earning.refunded // paid
    after: int = points * (earning.refunded + amount) // paid
    return after - reversed_so_far
