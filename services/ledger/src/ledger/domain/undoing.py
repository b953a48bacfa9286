"""An operation is taken back: what it gave, what it took, what it brought (R26, R54-R60)."""

from typing import Any, assert_never

from ledger.domain import crediting, movements, reversing, stamp_card, unlocking
from ledger.domain.account import entry
from ledger.domain.card import Card, Taken
from ledger.domain.case import Case
from ledger.domain.closing import sweep
from ledger.domain.days import end_of
from ledger.domain.evolving import taken_of
from ledger.domain.keys import Operation
from stampbook_events import ledger as events
from stampbook_events.ledger import (
    LotOpened,
    Moves,
    OperationVoided,
    Policy,
    RewardRedated,
    Stamping,
    UseVoided,
    Voidable,
)


def undo(case: Case, card: Card, operation: Operation, *, refund: bool = False) -> None:
    """Take *operation* back, whoever may ask for it."""
    event = operation.event
    match event:
        case events.PointsEarned():
            moves = _reversed(case, card, operation, event.points, event.policy)
            _tell(case, card, operation, moves, None, refund=refund)
            _take_back_bonus(case, card, operation)
        case events.StampsEarned():
            _tell(case, card, operation, Moves(), _stamps_back(card, event.stamps, event.policy), refund=refund)
            _take_back_bonus(case, card, operation)
        case events.RewardRedeemed():
            _undo_redemption(case, card, operation, refund=refund)
        case events.RewardUsed():
            _undo_use(case, card, operation)
        case events.WelcomeBonusGranted() | events.BirthdayBonusGranted():
            reverse_bonus(case, card, operation)
        case events.PointsAdjusted():
            _undo_points(case, card, operation)
        case events.StampsAdjusted():
            _undo_stamps(case, card, operation)
        case _:
            assert_never(event)


def take_stamps_back(case: Case, card: Card, operation: Operation) -> None:
    """With a refund: the receipt's number stays taken, and they count for the caps of their day (R58)."""
    stamped: events.StampsEarned = operation.event
    _tell(case, card, operation, Moves(), _stamps_back(card, stamped.stamps, stamped.policy), refund=True)


def policy_on(card: Card, policy: Policy) -> Policy:
    """Any reversal on a closed card absorbs (R56)."""
    return "absorb" if card.state == "closed" else policy


def _reversed(
    case: Case, card: Card, operation: Operation, points: int, policy: Policy, giver: Any = "granted"
) -> Moves:
    if not points:
        return Moves()
    return reversing.reverse(card.holdings, operation.operation_id, points, policy_on(card, policy), case.at, giver)


def _stamps_back(card: Card, stamps: int, policy: Policy, giver: str = "granted") -> Stamping | None:
    if not stamps:
        return None
    return stamp_card.take_back(card, stamps, policy_on(card, policy), giver).stamping


def _tell(
    case: Case,
    card: Card,
    operation: Operation,
    moves: Moves,
    stamping: Stamping | None,
    *,
    refund: bool = False,
    key_freed: bool = False,
) -> None:
    event = OperationVoided(
        **case.standing(card, moves),
        operation_id=operation.operation_id,
        kind=KINDS[type(operation.event)],
        points=getattr(operation.event, "points", 0),
        stamps=getattr(operation.event, "stamps", 0),
        refund=refund,
        key_freed=key_freed,
        stamping=stamping,
    )
    case.tell(card.card_id, event)


def _take_back_bonus(case: Case, card: Card, operation: Operation) -> None:
    """A voided first purchase never happened, nor did the bonus it brought: its key is free again (R26)."""
    customer_id = operation.event.customer_id  # Who made the purchase, whoever's card it is now.
    bonus = case.tenant.operations.get(case.tenant.welcomed.get(customer_id, operation.operation_id))
    if bonus is None or bonus.voided or getattr(bonus.event, "purchase", None) != operation.operation_id:
        return
    reverse_bonus(case, card, bonus, key_freed=True)


def reverse_bonus(case: Case, card: Card, operation: Operation, *, key_freed: bool = False) -> None:
    """Always absorbs (R56). Of a birthday's reward what is still open is withdrawn."""
    bonus = operation.event
    moves = _reversed(case, card, operation, bonus.points, "absorb")
    stamping = _stamps_back(card, bonus.stamps, "absorb")
    brought = [one.id for one in card.open_rewards() if one.terms.birthday == operation.operation_id]
    if brought:
        now = stamping or Stamping(count=card.count, target=card.target or 0, capped_by=card.capped_by)
        stamping = Stamping(
            count=now.count,
            target=now.target,
            capped_by=now.capped_by,
            lines=now.lines,
            settled=now.settled,
            withdrawn=(*now.withdrawn, *brought),
        )
    _tell(case, card, operation, moves, stamping, key_freed=key_freed)


def _undo_redemption(case: Case, card: Card, operation: Operation, *, refund: bool) -> None:
    """R57. What was missing offline comes back first: it repays a debt or undoes the write-off, else it is a credit (R72)."""
    redeemed: events.RewardRedeemed = operation.event
    before, missing = card.holdings.available(case.at), redeemed.missing
    owed = min(card.holdings.totals.owed, missing) if redeemed.policy == "debt" else 0
    written_off = missing if redeemed.policy == "absorb" else 0
    credited = missing - owed - written_off
    back = movements.give_back(card.holdings, _spent(redeemed), case.at, crediting.comeback(case, card, case.at, owed))
    sums = {line.account: line.amount for line in back.lines}
    lines = entry(
        "points",
        redeemed=sums.get("redeemed", 0) - missing,
        absorbed=sums.get("absorbed", 0) + written_off,
        debt=sums.get("debt", 0) + owed,
        issued=sums.get("issued", 0) + credited,
    )
    opened = (*back.opened, *_missing_lot(case, card, credited))
    _tell(case, card, operation, Moves(lines=lines, moved=back.moved, opened=opened), None, refund=refund)
    crediting.tell_reach(case, card, before)
    sweep(case, card)


def _missing_lot(case: Case, card: Card, points: int) -> tuple[LotOpened, ...]:
    return (crediting.new_lot(case, card, points, case.terms(card)),) if points else ()


def _spent(redeemed: events.RewardRedeemed) -> Any:
    """What left for good: from free points, or from what a reservation had set aside."""
    if redeemed.reservation_id is None:
        return taken_of(redeemed.moves)
    return [Taken(by.lot_id, -by.held) for by in redeemed.moves.moved if by.held < 0]


def _undo_use(case: Case, card: Card, operation: Operation) -> None:
    """Open again; or withdrawn, if stamps are owed or were written off for it (R45, R59)."""
    used: events.RewardUsed = operation.event
    one = card.unlocked[used.unlocked_id]
    settle = bool(one.owed or one.written_off) and card.state != "closed"
    redated = None
    late = one.expires_at is not None and one.expires_at <= case.at
    if not settle and late and card.state != "closed":
        on = crediting.restored_day(case, card, case.at, one.terms.zone)
        redated = RewardRedated(unlocked_id=one.id, expires_on=on, expires_at=end_of(on, one.terms.zone))
    event = UseVoided(
        **case.about(card),
        store_id=case.store_of(card),
        operation_id=operation.operation_id,
        unlocked_id=one.id,
        state="withdrawn" if settle or card.state == "closed" else "open",
        redated=redated,
        stamping=stamp_card.withdraw_used(card, one) if settle else None,
    )
    case.tell(card.card_id, event)
    if settle:
        unlocking.recomplete(case, card)


def _undo_points(case: Case, card: Card, operation: Operation) -> None:
    """Up: absorbs. Down: gives back by R57 (R60)."""
    adjusted: events.PointsAdjusted = operation.event
    if adjusted.points > 0:
        _tell(case, card, operation, _reversed(case, card, operation, adjusted.points, "absorb", "adjusted"), None)
        return
    before = card.holdings.available(case.at)
    back = movements.give_back(
        card.holdings, taken_of(adjusted.moves), case.at, crediting.comeback(case, card, case.at), "adjusted"
    )
    _tell(case, card, operation, back, None)
    crediting.tell_reach(case, card, before)
    sweep(case, card)


def _undo_stamps(case: Case, card: Card, operation: Operation) -> None:
    adjusted: events.StampsAdjusted = operation.event
    if adjusted.stamps > 0 or card.state == "closed":
        _tell(case, card, operation, Moves(), _stamps_back(card, max(0, adjusted.stamps), "absorb", "adjusted"))
        return
    settled = stamp_card.repaid(card, -adjusted.stamps)
    repaid = sum(-one.owed for one in settled)
    rest = -adjusted.stamps - repaid
    stamping = Stamping(
        count=card.count + rest,
        target=card.target or 0,
        capped_by=card.capped_by,
        lines=entry("stamps", adjusted=adjusted.stamps, debt=repaid, issued=rest),
        settled=settled,
    )
    _tell(case, card, operation, Moves(), stamping)
    unlocking.recomplete(case, card)


KINDS: dict[type, Voidable] = {
    events.PointsEarned: "earning",
    events.StampsEarned: "stamps",
    events.RewardRedeemed: "redemption",
    events.WelcomeBonusGranted: "welcome",
    events.BirthdayBonusGranted: "birthday",
    events.PointsAdjusted: "points_adjustment",
    events.StampsAdjusted: "stamps_adjustment",
}
