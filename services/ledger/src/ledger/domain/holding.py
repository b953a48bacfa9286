"""Reservations: points set aside for a reward, then captured or given up (R48-R51)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ledger.domain import crediting, guards, movements, spending
from ledger.domain.activity import active
from ledger.domain.card import Card, Hold, Taken
from ledger.domain.case import Case
from ledger.domain.keys import ReceiptKey
from ledger.domain.movements import split
from ledger.domain.refusals import Refused
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    CaptureReservation,
    HoldReward,
    Moves,
    ReleaseReservation,
    ReservationReleased,
    RewardHeld,
    RewardRedeemed,
)

OPEN_MOST = 5


def hold(case: Case, card: Card, command: HoldReward) -> dict[str, object]:
    spending.begin(case, card, command)
    quantity = spending.quantity_of(command.quantity)
    if len(card.open_holds()) >= OPEN_MOST:
        raise Refused("too_many_reservations", most=OPEN_MOST)
    reward, _, cost = spending.wanted(case, card, command.reward_id, quantity)
    moves = movements.hold(card.holdings, cost * quantity, case.at)
    rules = case.terms(card).rules
    seconds = rules.hold_till_seconds if command.channel == "till" else rules.hold_online_seconds
    event = RewardHeld(
        **case.standing(card, moves),
        reward_id=reward.id,
        reward_version=spending.version_of(case, reward),
        quantity=quantity,
        cost=cost,
        points=cost * quantity,
        day=case.day(card),
        code=case.draw_code(),
        ends_at=case.at + timedelta(seconds=seconds),
        channel=command.channel,
    )
    reservation_id = case.tell(card.card_id, event)
    return figures(case, card) | {
        "reservation_id": reservation_id,
        "points": event.points,
        "redeem_code": event.code,
        "ends_at": event.ends_at,
    }


def capture(case: Case, card: Card, command: CaptureReservation) -> dict[str, object]:
    guards.in_store(case, card, command)
    held = _found(card, command.reservation_id)
    spending.begin(case, card, command)
    asked = held.quantity if command.quantity is None else command.quantity
    quantity = spending.quantity_of(asked, held.quantity)
    key = guards.receipt_key(case, card, command.receipt)
    must_be_open(held)
    return hand_over(case, card, held, quantity, key)


def hand_over(case: Case, card: Card, held: Hold, quantity: int, key: ReceiptKey | None) -> dict[str, object]:
    """The first points of the allocation are spent, the rest is given up in the same step (R49)."""
    spent, rest = split(held.taken, held.cost * quantity)
    redated = active(case, card)
    taken = movements.capture(spent)
    moves = Moves(lines=taken.lines, moved=taken.moved, redated=redated)
    event = RewardRedeemed(
        **case.standing(card, moves),
        reward_id=held.reward_id,
        reward_version=held.reward_version,
        quantity=quantity,
        cost=held.cost,
        points=held.cost * quantity,
        day=held.day,
        receipt=key.receipt if key else None,
        period=key.period if key else "",
        policy=case.terms(card).rules.policy,
        reservation_id=held.reservation_id,
    )
    operation_id = case.tell(card.card_id, event)
    if rest:
        _let_go(case, card, held, rest, held.quantity - quantity)
    return figures(case, card) | {
        "operation_id": operation_id,
        "reservation_id": held.reservation_id,
        "points": event.points,
        "quantity": quantity,
    }


def release(case: Case, card: Card, command: ReleaseReservation) -> dict[str, object]:
    """By anybody, on a card in any state (R64)."""
    held = _found(card, command.reservation_id)
    must_be_open(held)
    let_go(case, card, held)
    return figures(case, card) | {"reservation_id": held.reservation_id}


def let_go(case: Case, card: Card, held: Hold) -> None:
    _let_go(case, card, held, held.taken, held.quantity)


def _let_go(case: Case, card: Card, held: Hold, taken: Sequence[Taken], quantity: int) -> None:
    before = card.holdings.available(case.at)
    event = ReservationReleased(
        **case.standing(card, movements.release(card.holdings, taken, case.at)),
        reservation_id=held.reservation_id,
        reward_id=held.reward_id,
        quantity=quantity,
        points=held.cost * quantity,
    )
    case.tell(card.card_id, event)
    crediting.tell_reach(case, card, before)


def must_be_open(held: Hold) -> None:
    if held.state == "lapsed":
        raise Refused("reservation_lapsed", ended_at=held.ends_at)
    if held.state != "open":
        raise Refused("reservation_closed", ended_at=held.ended_at)


def _found(card: Card, reservation_id: UUID) -> Hold:
    held = card.holds.get(reservation_id)
    if held is None:
        raise Refused("reservation_unknown")
    return held
