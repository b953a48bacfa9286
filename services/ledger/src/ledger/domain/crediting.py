"""Points come to a card: a lot with its date, a debt repaid first, and the rewards that are now within reach (R18, R29, R47)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from ledger.domain import movements
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.days import local_day
from ledger.domain.expiring import lapse, last_day
from ledger.domain.movements import Giver
from ledger.domain.terms import ProgramTerms, Reward
from stampbook_events.ledger import LotOpened, Moves, RewardWithinReach

AGAIN = timedelta(days=30)


def credit(case: Case, card: Card, points: int, terms: ProgramTerms, giver: Giver = "granted") -> Moves:
    """What *points* more would move; their lot bears the id of the event that is told next."""
    return movements.credit(card.holdings, points, new_lot(case, card, points, terms), giver)


def new_lot(case: Case, card: Card, points: int, terms: ProgramTerms) -> LotOpened:
    """A lot already past its end when it is made has restore_days from recorded-at (R36)."""
    zone, rules = case.zone(card), terms.rules
    expires_on = last_day(rules.expiry, local_day(case.effective, zone))
    expires_at = lapse(expires_on, rules.grace_days, zone) if expires_on else None
    if expires_at is not None and expires_at <= case.at:
        expires_on = restored_day(case, card, case.at, zone)
        expires_at = lapse(expires_on, rules.grace_days, zone)
    return LotOpened(
        lot_id=case.next_id,
        points=points,
        effective_at=case.effective,
        zone=zone,
        program_version=case.version(card).number,
        source=case.next_id,
        expiry=rules.expiry,
        grace_days=rules.grace_days,
        store_id=case.store_of(card),
        expires_on=expires_on,
        expires_at=expires_at,
        warned=born_late(expires_on, local_day(case.at, zone), rules.warn_days),
    )


def born_late(expires_on: date | None, today: date, warn_days: int) -> bool:
    """With so little to live that nobody is warned of it (R38)."""
    return expires_on is not None and (expires_on - today).days <= warn_days


def restored_day(case: Case, card: Card, at: datetime, zone: str) -> date:
    return local_day(at, zone) + timedelta(days=case.terms(card, at).rules.restore_days)


def comeback(case: Case, card: Card, at: datetime, kept_back: int = 0) -> movements.Comeback:
    """How points come back with the event that is told next."""
    rules = case.terms(card, at).rules
    return movements.Comeback(case.next_id, rules.restore_days, rules.warn_days, kept_back)


def tell_reach(case: Case, card: Card, before: int) -> None:
    """Which rewards the card can pay that it could not with *before* available (R47)."""
    after = card.holdings.available(case.at)
    if after <= before or not case.tenant.rewards:
        return
    today = local_day(case.at, case.tenant.zone_of(card.store_id))
    for reward in sorted(case.tenant.rewards.values(), key=_by_id):
        version = reward.in_force(case.at)
        if version is None or not _reached(reward, card, case.at, today, before, after):
            continue
        event = RewardWithinReach(
            **case.about(card),
            store_id=case.store_of(card),
            reward_id=reward.id,
            reward_version=version.number,
            cost=version.terms.cost or 0,
            available=after,
        )
        case.tell(card.card_id, event, case.effective)


def _by_id(reward: Reward) -> UUID:
    return reward.id


def _reached(reward: Reward, card: Card, at: datetime, today: date, before: int, after: int) -> bool:
    terms, told, left = reward.offered(at), card.reached.get(reward.id), reward.left(at)
    return (
        terms is not None
        and terms.cost is not None
        and before < terms.cost <= after
        and terms.program_id == card.program_id
        and (terms.first_day is None or terms.first_day <= today)
        and (terms.last_day is None or today <= terms.last_day)
        and (left is None or left > 0)
        and not (told is not None and at - told < AGAIN)
    )
