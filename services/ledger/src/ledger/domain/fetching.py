"""A redeem code is shown at a till, and what it stands for is handed over (R45, R46)."""

from ledger.domain import guards, holding, spending, unlocking
from ledger.domain.activity import active
from ledger.domain.card import Card, Unlocked
from ledger.domain.case import Case
from ledger.domain.codes import normalised
from ledger.domain.keys import CodeUse
from ledger.domain.refusals import Refused
from ledger.domain.welcome import figures
from stampbook_events.ledger import Moves, RewardUsed, UseCode


def code_of(case: Case, command: UseCode) -> CodeUse:
    use = case.tenant.codes.get(normalised(command.code))
    if use is None:
        raise Refused("code_unknown")
    return use


def use(case: Case, card: Card, command: UseCode) -> dict[str, object]:
    known = code_of(case, command)
    if known.dead:
        raise Refused("code_expired")
    spending.begin(case, card, command)
    key = guards.receipt_key(case, card, command.receipt)
    held = card.holds.get(known.subject_id)
    if held is not None:
        if held.state == "captured":
            raise Refused("code_already_used", used_at=held.ended_at, used_store=held.used_store)
        if held.state != "open":
            raise Refused("code_expired", ended_at=held.ended_at)
        return holding.hand_over(case, card, held, held.quantity, key)
    one = card.unlocked[known.subject_id]
    _must_be_usable(case, card, one)
    redated = active(case, card)
    event = RewardUsed(
        **case.about(card),
        store_id=case.store_of(card),
        unlocked_id=one.id,
        code=one.code,
        day=case.day(card),
        reward_id=one.terms.reward_id,
        receipt=key.receipt if key else None,
        period=key.period if key else "",
        stamping=unlocking.left(case, card, one.id),
        moves=Moves(redated=redated),
    )
    operation_id = case.tell(card.card_id, event)
    unlocking.recomplete(case, card)
    return figures(case, card) | {
        "operation_id": operation_id,
        "unlocked_id": one.id,
        "reward_id": one.terms.reward_id,
        "redeem_code": one.code,
    }


def _must_be_usable(case: Case, card: Card, one: Unlocked) -> None:
    """Once, in its time, and only where it is offered."""
    if one.state == "used":
        raise Refused("code_already_used", used_at=one.ended_at, used_store=one.used_store)
    if one.state != "open":
        raise Refused("code_expired", ended_at=one.ended_at)
    if one.terms.stores is not None and case.store_of(card) not in one.terms.stores:
        raise Refused("reward_not_at_store")
