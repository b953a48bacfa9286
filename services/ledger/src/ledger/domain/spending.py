"""What every way of getting a reward for points asks first (R6, R41, R43)."""

from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from ledger.domain import guards
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.terms import Reward
from stampbook_events.ledger import RewardTerms, Telling

QUANTITY_MOST = 10
STOCK_MISSING = "stock_missing"


def begin(case: Case, card: Card, telling: Telling) -> None:
    """The checks up to the card's state, and the ticket that nobody has checked (R67)."""
    guards.in_store(case, card, telling)
    guards.must_run(case, card, earning=False)
    guards.number_shown(case, card, telling.card_number, giving=False)
    guards.of_a_trusted_device(case, telling)
    guards.must_be_active(card)
    guards.sent_again(case, card, telling)
    if telling.by_ticket and not card.checked:
        raise Refused("ticket_not_for_redeeming")


def quantity_of(asked: int, most: int = QUANTITY_MOST) -> int:
    if not 1 <= asked <= most:
        raise Refused("quantity_invalid", most=most)
    return asked


def wanted(
    case: Case, card: Card, reward_id: UUID, quantity: int, *, short_stock_is_fine: bool = False
) -> tuple[Reward, RewardTerms, int]:
    """The reward, its terms and cost, if the card may have *quantity* of it today."""
    reward = case.tenant.rewards.get(reward_id)
    if reward is None:
        raise Refused("reward_unknown")
    terms, today = reward.offered(case.effective), case.day(card)
    if terms is None or terms.cost is None or terms.program_id != card.program_id:
        raise Refused("reward_not_valid")
    if (terms.first_day and today < terms.first_day) or (terms.last_day and today > terms.last_day):
        raise Refused("reward_not_valid", first_day=terms.first_day, last_day=terms.last_day)
    if terms.stores is not None and case.store_of(card) not in terms.stores:
        raise Refused("reward_not_at_store")
    left = reward.left(case.effective)
    if left is not None and left < quantity:
        if not short_stock_is_fine:
            raise Refused("out_of_stock", left=max(0, left))
        case.flags.append(STOCK_MISSING)
    _within_limit(case, card, reward, terms, quantity)
    return reward, terms, terms.cost


def _within_limit(case: Case, card: Card, reward: Reward, terms: RewardTerms, quantity: int) -> None:
    """Per person and merchant, by the day of the hold; what was voided does not count (R43)."""
    if terms.limit is None:
        return
    subject, today = f"{card.customer_id}:{reward.id}", case.day(card)
    taken = sum(
        number
        for tally, number in case.tenant.tallies.items()
        if tally.kind == "reward" and tally.subject == subject and _same(tally.day, today, terms.limit_per)
    )
    if taken + quantity > terms.limit:
        raise Refused("limit_reached", limit=terms.limit, per=terms.limit_per)


def _same(one: date, other: date, per: Literal["day", "month", "year", "ever"]) -> bool:
    match per:
        case "day":
            return one == other
        case "month":
            return (one.year, one.month) == (other.year, other.month)
        case "year":
            return one.year == other.year
        case "ever":
            return True
        case _:
            assert_never(per)


def version_of(case: Case, reward: Reward) -> int:
    version = reward.in_force(case.effective)
    assert version is not None, reward
    return version.number
