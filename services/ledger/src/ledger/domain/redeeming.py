"""A reward is paid with points at hand-over, or was while the terminal was offline (R44, R72)."""

from uuid import UUID

from ledger.domain import guards, movements, spending
from ledger.domain.account import entry
from ledger.domain.activity import active, reverse_expiry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.keys import ReceiptKey, Tally
from ledger.domain.lots import Lot, in_order
from ledger.domain.refusals import Refused
from ledger.domain.terms import Reward
from ledger.domain.welcome import figures
from stampbook_events.ledger import LotMoved, LotRedated, Moves, RedeemReward, RewardRedeemed

POINTS_MISSING = "points_missing"


def redeem(case: Case, card: Card, command: RedeemReward) -> dict[str, object]:
    if command.channel == "offline":
        return _redeemed_offline(case, card, command)
    spending.begin(case, card, command)
    quantity = spending.quantity_of(command.quantity)
    key = guards.receipt_key(case, card, command.receipt)
    reward, _, cost = spending.wanted(case, card, command.reward_id, quantity)
    movements.must_have(card.holdings, cost * quantity, case.at)
    redated = active(case, card)
    return _tell(
        case, card, command, reward, cost, key, movements.spend(card.holdings, cost * quantity, case.at), redated
    )


def _redeemed_offline(case: Case, card: Card, command: RedeemReward) -> dict[str, object]:
    """Lots usable at the effective time are consumed; what is missing follows the policy (R72)."""
    guards.in_store(case, card, command)
    wrong_time = guards.happened(case, card, command)
    spending.begin(case, card, command)
    quantity = spending.quantity_of(command.quantity)
    if wrong_time is not None:
        raise wrong_time
    key = guards.receipt_key(case, card, command.receipt)
    reward, _, cost = spending.wanted(case, card, command.reward_id, quantity, short_stock_is_fine=True)
    points = cost * quantity
    _within_offline_cap(case, card, points)
    usable = [lot for lot in in_order(card.holdings.lots.values()) if _was_usable(lot, case)]
    reverse_expiry(case, card, _needed_again(usable, points, case))
    redated = active(case, card)
    moves, missing = _taken(case, card, usable, points)
    if missing:
        case.flags.append(POINTS_MISSING)
    return _tell(case, card, command, reward, cost, key, moves, redated, missing)


def _within_offline_cap(case: Case, card: Card, points: int) -> None:
    store = case.store or case.tenant.stores[card.store_id]
    if store.offline_points is None:
        raise Refused("offline_not_allowed")
    if points > store.offline_points:
        raise Refused("points_too_large", most=store.offline_points)
    if case.tenant.tally(Tally("offline", str(card.card_id), case.day(card))) >= store.offline_operations:
        raise Refused("cap_card_day")


def _was_usable(lot: Lot, case: Case) -> bool:
    """Not over at the effective time, whatever is booked since."""
    return not lot.ended and not (lot.lapsed(case.at) and lot.lapsed(case.effective))


def _needed_again(usable: list[Lot], points: int, case: Case) -> list[tuple[UUID, int]]:
    """How many of the expired points of which lots would have been used then (R36)."""
    back = []
    for lot in usable:
        booked = lot.expired if lot.lapsed(case.at) else 0
        some = min(lot.free + booked, points)
        points -= some
        if some > lot.free:
            back.append((lot.lot_id, some - lot.free))
    return back


def _taken(case: Case, card: Card, usable: list[Lot], points: int) -> tuple[Moves, int]:
    moved, missing = [], points
    for lot in usable:
        some = min(lot.free, missing)
        missing -= some
        if some:
            moved.append(LotMoved(lot_id=lot.lot_id, free=-some, redeemed=some))
    short = {"debt": -missing} if case.terms(card).rules.policy == "debt" else {"absorbed": -missing}
    return Moves(lines=entry("points", issued=missing - points, **short, redeemed=points), moved=tuple(moved)), missing


def _tell(
    case: Case,
    card: Card,
    command: RedeemReward,
    reward: Reward,
    cost: int,
    key: ReceiptKey | None,
    moves: Moves,
    redated: tuple[LotRedated, ...],
    missing: int = 0,
) -> dict[str, object]:
    event = RewardRedeemed(
        **case.standing(card, Moves(lines=moves.lines, moved=moves.moved, redated=redated)),
        reward_id=reward.id,
        reward_version=spending.version_of(case, reward),
        quantity=command.quantity,
        cost=cost,
        points=cost * command.quantity,
        day=case.day(card),
        receipt=key.receipt if key else None,
        period=key.period if key else "",
        missing=missing,
        policy=case.terms(card).rules.policy,
        channel=command.channel,
        flags=tuple(case.flags),
        said_at=case.said_at,
    )
    operation_id = case.tell(card.card_id, event, case.effective)
    answer = figures(case, card) | {
        "operation_id": operation_id,
        "points": event.points,
        "quantity": event.quantity,
        "effective_at": case.effective,
    }
    return answer | ({"flags": event.flags, "missing": missing} if event.flags else {})
