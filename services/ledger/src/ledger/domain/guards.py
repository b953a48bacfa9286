"""What stands between a till and a card: its state, its number, its device, caps, the cooldown (R6, R62-R67, R71)."""

import math
from datetime import timedelta
from typing import NamedTuple

from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.days import end_of
from ledger.domain.keys import Count, ReceiptKey, Tally
from ledger.domain.receipts import normalised, period_of
from ledger.domain.refusals import Refused
from ledger.domain.times import MOVED, effective_time
from stampbook_events.ledger import EarningRefused, GiveStamps, RedemptionRefused, StampsRefused, Telling

UNLIMITED = 2**63 - 1
"""Where there is no cap: more than any purchase gives, so that nothing is cut (R63)."""
RESEND = timedelta(days=30)
LINKED = frozenset({"card_frozen", "review"})
COOLING = "cooldown"


def must_be_active(card: Card) -> None:
    """What a customer gains or spends needs an active card (R64)."""
    if card.state != "active":
        raise Refused(f"card_{card.state}")


def must_run(case: Case, card: Card, *, earning: bool) -> None:
    """The card's program is in force and, for earning, has not ended (R12)."""
    ending = case.tenant.program(card.program_id).ending
    case.version(card)
    if ending is None:
        return
    over = end_of(ending.last_day, case.tenant.zone_of(card.store_id)) <= case.at
    if over or (earning and case.effective >= ending.ends_at):
        raise Refused("program_ended")


def in_store(case: Case, card: Card, telling: Telling) -> None:
    """The operation's store takes part, in the card's program; without one it counts for the home store (R3)."""
    case.tenant.must_take_part(telling.store_id)
    case.store = case.tenant.stores[telling.store_id] if telling.store_id else None
    if case.store is not None and case.store.program_id != card.program_id:
        raise Refused("store_unknown")  # The card's program has no such store.


def number_shown(case: Case, card: Card, number: str | None, *, giving: bool) -> None:
    """An old number still takes what happened before it was replaced (R67); a merged card's is its survivor's (R64)."""
    if number is None or number == card.number:
        return
    use = case.tenant.numbers.get(number)
    if use is None or case.tenant.card(use.card_id) is not card:
        raise Refused("card_unknown")
    if number == case.tenant.cards[use.card_id].number:
        return
    if use.until is None:
        raise Refused("card_unknown")
    if not giving or case.effective >= use.until:
        raise Refused("card_number_blocked")


def begin_giving(case: Case, card: Card, telling: Telling) -> Refused | None:
    """The checks of R6 up to the card's state. A wrong time is kept for its turn, after the ranges."""
    in_store(case, card, telling)
    wrong_time = happened(case, card, telling)
    must_run(case, card, earning=True)
    number_shown(case, card, telling.card_number, giving=True)
    of_a_trusted_device(case, telling)
    must_be_active(card)
    sent_again(case, card, telling)
    return wrong_time


def happened(case: Case, card: Card, telling: Telling) -> Refused | None:
    """When it counts; what is wrong with what was said is kept for its turn."""
    try:
        case.effective, far = effective_time(case.received, telling, card.opened_at)
    except Refused as refused:
        return refused
    if far:
        case.flags.append(MOVED)
    return None


def of_a_trusted_device(case: Case, telling: Telling) -> None:
    """What a revoked device did before waits for a manager, what came after is refused (R71)."""
    revoked_at = telling.terminal.revoked_at if telling.terminal else None
    if revoked_at is None:
        return
    if case.effective >= revoked_at:
        raise Refused("device_revoked")
    if telling.linked_to is None:
        raise Refused("review")


def sent_again(case: Case, card: Card, telling: Telling) -> None:
    """A manager sends again what a frozen card or a revoked device held up (R65)."""
    if telling.linked_to is None:
        return
    first = case.tenant.refused.get(telling.linked_to)
    if not isinstance(first, EarningRefused | StampsRefused | RedemptionRefused) or first.code not in LINKED:
        raise Refused("operation_unknown")
    if role_of(case) not in {"manager", "owner", "admin"}:
        raise Refused("void_not_allowed")
    if card.unfrozen_at is not None and case.at > card.unfrozen_at + RESEND:
        raise Refused("too_late")


def role_of(case: Case) -> str:
    """Whose limits hold (R61)."""
    match case.actor.kind:
        case "super_admin":
            return "admin"
        case "merchant_key":
            return "owner"
        case "staff":
            return {"merchant_owner": "owner", "store_manager": "manager"}.get(case.actor.role or "", "staff")
        case _:
            return "none"


def receipt_key(case: Case, card: Card, receipt: str | None) -> ReceiptKey | None:
    if receipt is None:
        return None
    text = normalised(receipt)
    return ReceiptKey(
        card.program_id,
        case.store_of(card),
        text,
        period_of(case.tenant.stores.get(case.store_of(card)), case.day(card)),
    )


class Room(NamedTuple):
    """How much still fits under the caps of the day, and the code of the cap that cuts (R63)."""

    left: int
    code: str


def room(case: Case, card: Card, of_card: Count, per_card: int | None, by_staff: Count, per_staff: int | None) -> Room:
    day = case.day(card)
    card_left = staff_left = UNLIMITED
    if per_card is not None:
        card_left = max(0, per_card - case.tenant.tally(Tally(of_card, str(card.card_id), day)))
    if per_staff is not None and case.actor.kind == "staff":
        staff_left = max(0, per_staff - case.tenant.tally(Tally(by_staff, case.actor.id, day)))
    return Room(min(card_left, staff_left), "cap_card_day" if card_left <= staff_left else "cap_staff_day")


def cool_down(case: Case, card: Card, command: GiveStamps) -> str | None:
    """The reason of whoever gives all the same; offline it only raises a flag (R62)."""
    if command.channel not in {"till", "offline"}:
        return None
    span = timedelta(seconds=case.terms(card).rules.cooldown_seconds)
    before = case.tenant.given.get((card.card_id, case.store_of(card)), ())
    left = max((span - abs(case.effective - given.effective_at) for given in before), default=timedelta(0))
    if left <= timedelta(0):
        return None
    if command.channel == "offline":
        case.flags.append(COOLING)
        return None
    if command.override is None:
        raise Refused("cooldown", seconds_left=math.ceil(left / timedelta(seconds=1)))
    return command.override
