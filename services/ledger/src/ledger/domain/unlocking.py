"""Full cards and birthdays unlock rewards, whose terms are frozen then (R20, R21, R45)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

import msgspec

from ledger.domain import stamp_card
from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.crediting import restored_day
from ledger.domain.days import end_of, local_day
from ledger.domain.stamp_card import Cycle, Filled
from ledger.domain.terms import ProgramTerms
from stampbook_events.ledger import RewardTerms, RewardUnlocked, Stamping, UnlockedReward


def cycle_of(terms: ProgramTerms, card: Card) -> Cycle:
    """Where stamps are no longer offered, the open cycle goes on with its own target."""
    target = terms.stamp_target or card.target or 0
    return Cycle(target, terms.rules.overfill, terms.rules.bank_limit)


def complete(case: Case, card: Card, terms: ProgramTerms, filled: Filled) -> tuple[UnlockedReward, ...]:
    """Tell what the cycles in *filled* unlocked, if any."""
    if not filled.completed:
        return ()
    rewards = tuple(
        unlocked(case, card, terms.rules.full_card_reward, target, n) for n, target in enumerate(filled.completed)
    )
    spent = sum(filled.completed)
    stamping = Stamping(
        count=filled.stamps,
        target=filled.target,
        capped_by=rewards[-1].unlocked_id if filled.capped else None,
        lines=entry("stamps", issued=-spent, redeemed=spent),
    )
    _tell(case, card, rewards, stamping)
    return rewards


def shown(rewards: Sequence[UnlockedReward]) -> list[dict[str, object]]:
    """As every answer names what was unlocked: staff hand the code on."""
    return [
        {"unlocked_id": one.unlocked_id, "code": one.code, "reward_id": one.reward_id, "expires_on": one.expires_on}
        for one in rewards
    ]


def recomplete(case: Case, card: Card) -> tuple[UnlockedReward, ...]:
    """There may be room for another reward now, or enough stamps for one (R21)."""
    if not card.target:
        return ()
    terms = case.terms(card)
    return complete(case, card, terms, stamp_card.fill(card, 0, cycle_of(terms, card)))


def left(case: Case, card: Card, unlocked_id: UUID) -> Stamping | None:
    """What the card is like when a waiting reward is used or expires: of a capped one the next cycle opens (R21)."""
    if card.capped_by != unlocked_id:
        return None
    target = case.terms(card).stamp_target or card.target or 0
    return Stamping(count=card.count, target=target, capped_by=None)


def give_birthday(case: Case, card: Card, reward_id: UUID, birthday: UUID) -> UnlockedReward:
    reward = msgspec.structs.replace(unlocked(case, card, reward_id), birthday=birthday)
    _tell(case, card, (reward,), None)
    return reward


def unlocked(case: Case, card: Card, reward_id: UUID | None, target: int = 0, number: int = 0) -> UnlockedReward:
    """The *number*-th of the event that is told next."""
    reward = case.tenant.rewards.get(reward_id) if reward_id else None
    version = reward.in_force(case.effective) if reward else None
    offered = reward.offered(case.effective) if reward else None
    terms = offered or RewardTerms(program_id=card.program_id, names={})
    zone = case.zone(card)
    expires_on = expires_at = None
    if terms.valid_days is not None:
        expires_on = local_day(case.effective, zone) + timedelta(days=terms.valid_days)
        expires_at = end_of(expires_on, zone)
        if expires_at <= case.at and not case.overdue:
            expires_on = restored_day(case, card, case.at, zone)
            expires_at = end_of(expires_on, zone)
    return UnlockedReward(
        unlocked_id=uuid5(case.next_id, str(number)),
        code=case.draw_code(),
        unlocked_at=case.effective,
        since=case.effective if case.overdue else case.at,
        zone=zone,
        reward_id=reward_id,
        reward_version=version.number if version and offered else None,
        target=target,
        value_minor=terms.value_minor,
        store_id=case.store_of(card),
        stores=terms.stores,
        expires_on=expires_on,
        expires_at=expires_at,
    )


def _tell(case: Case, card: Card, rewards: Sequence[UnlockedReward], stamping: Stamping | None) -> None:
    event = RewardUnlocked(**case.about(card), store_id=case.store_of(card), rewards=tuple(rewards), stamping=stamping)
    case.tell(card.card_id, event, case.effective)
