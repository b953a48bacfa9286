"""The keys that an event takes and frees: numbers, codes, receipts, day counts, once-only bonuses, stock."""

from collections.abc import Callable
from typing import Any

from ledger.domain import counting, subjects, undone
from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.keys import CodeUse, Given, NumberUse, Operation, Tally
from ledger.domain.tenant import Tenant
from stampbook_events import Actor
from stampbook_events import ledger as events

Kept = Callable[[Tenant, Card, Any, Place, Actor], None]


def keep(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:
    kind = type(event)
    if kind in NAMED:
        tenant.operations[place.event_id] = Operation(
            operation_id=place.event_id,
            card_id=card.card_id,
            event=event,
            recorded_at=place.recorded_at,
            effective_at=place.effective_at,
            actor=actor,
        )
    subjects.note_rewards(tenant, card, getattr(event, "stamping", None))
    kept = _KEPT.get(kind)
    if kept is not None:
        kept(tenant, card, event, place, actor)


def _number(tenant: Tenant, number: str, use: NumberUse) -> None:
    tenant.numbers[number] = use
    tenant.changes.numbers[number] = use


def _opened(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:
    _number(tenant, event.card_number, NumberUse(card.card_id, None))
    _linked(tenant, card, event, place, actor)


def _reopened(tenant: Tenant, card: Card, event: events.CardReopened, place: Place, actor: Actor) -> None:
    _number(tenant, event.card_number, NumberUse(card.card_id, None))
    if (card.card_id, event.store_id) not in tenant.links:
        _linked(tenant, card, event, place, actor)


def _linked(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001  one shape for all
    tenant.links.add((card.card_id, event.store_id))
    tenant.changes.links.append((card.card_id, event.store_id, place.recorded_at))


def _replaced(tenant: Tenant, card: Card, event: events.CardReplaced, place: Place, actor: Actor) -> None:  # noqa: ARG001
    _number(tenant, event.old_number, NumberUse(card.card_id, place.recorded_at))
    _number(tenant, event.card_number, NumberUse(card.card_id, None))
    for old, use in list(tenant.codes.items()):
        if use.subject_id in event.codes and not use.dead:
            subjects.code(tenant, old, use._replace(dead=True))
    for subject_id, code in event.codes.items():
        subjects.code(tenant, code, CodeUse(card.card_id, subject_id))
        subjects.note_subject(tenant, card, subject_id)


def _earned(tenant: Tenant, card: Card, event: events.PointsEarned, place: Place, actor: Actor) -> None:
    counting.take_receipt(tenant, card, event, place, "points")
    counting.count_earned(tenant, card, event, actor, event.points)


def _stamped(tenant: Tenant, card: Card, event: events.StampsEarned, place: Place, actor: Actor) -> None:
    counting.take_receipt(tenant, card, event, place, "stamps")
    counting.count_stamped(tenant, card, event, actor, event.stamps)
    if event.channel in {"till", "offline"}:
        given = Given(place.effective_at, place.event_id)
        tenant.given.setdefault((card.card_id, event.store_id), []).append(given)
        tenant.changes.given.append((card.card_id, event.store_id, given))


def _unlocked(tenant: Tenant, card: Card, event: events.RewardUnlocked, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for reward in event.rewards:
        tenant.changes.new_unlocked[reward.unlocked_id] = card.card_id
        subjects.code(tenant, reward.code, CodeUse(card.card_id, reward.unlocked_id))


def _held(tenant: Tenant, card: Card, event: events.RewardHeld, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.changes.new_holds[place.event_id] = card.card_id
    subjects.code(tenant, event.code, CodeUse(card.card_id, place.event_id))
    counting.take_from_stock(tenant, card, event.reward_id, event.quantity, event.day)


def _redeemed(tenant: Tenant, card: Card, event: events.RewardRedeemed, place: Place, actor: Actor) -> None:  # noqa: ARG001
    counting.take_receipt(tenant, card, event, place, "redemption")
    if event.reservation_id is None:
        counting.take_from_stock(tenant, card, event.reward_id, event.quantity, event.day)
    else:
        subjects.note_subject(tenant, card, event.reservation_id)
    if event.channel == "offline":
        tenant.count(Tally("offline", str(card.card_id), event.day), 1)


def _let_go(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    hold = card.holds[event.reservation_id]
    counting.take_from_stock(tenant, card, event.reward_id, -event.quantity, hold.day)
    subjects.note_subject(tenant, card, event.reservation_id)


def _used(tenant: Tenant, card: Card, event: events.RewardUsed, place: Place, actor: Actor) -> None:  # noqa: ARG001
    counting.take_receipt(tenant, card, event, place, "redemption")
    subjects.note_subject(tenant, card, event.unlocked_id)


def _one_ended(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    subjects.note_subject(tenant, card, event.unlocked_id)


def _ended(tenant: Tenant, card: Card, event: events.PointsExpired, place: Place, actor: Actor) -> None:  # noqa: ARG001
    if event.cause != "date":
        ended = {card.card_id}
        for gone, into in reversed(tenant.changes.merged):  # Their lots are still written as theirs.
            if into in ended:
                ended.add(gone)
        tenant.changes.ended |= ended
    for unlocked_id in event.withdrawn:
        subjects.note_subject(tenant, card, unlocked_id)


def _went_on(tenant: Tenant, card: Card, event: events.ClockWentOn, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for redated in event.rewards:
        subjects.note_subject(tenant, card, redated.unlocked_id)


def _warned(tenant: Tenant, card: Card, event: events.PointsExpiring, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for ending in event.lots:
        if ending.lot_id not in tenant.changes.new_lots:
            tenant.changes.lots[ending.lot_id] = card.card_id


def _points_adjusted(tenant: Tenant, card: Card, event: events.PointsAdjusted, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.count(Tally("adjusted_points", actor.id, event.day), abs(event.points))


def _stamps_adjusted(tenant: Tenant, card: Card, event: events.StampsAdjusted, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.count(Tally("adjusted_stamps", actor.id, event.day), abs(event.stamps))


def _welcomed(tenant: Tenant, card: Card, event: events.WelcomeBonusGranted, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.welcomed[event.customer_id] = place.event_id
    tenant.changes.welcomed.append((event.customer_id, event.card_id, place.event_id))


def _birthday(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.birthdays.add((card.card_id, event.day.year))
    tenant.changes.birthdays.append((card.card_id, event.day.year))


def subjects_moved(tenant: Tenant, other: Card, card: Card) -> dict[str, str]:
    """What was counted for the one card, or for its holder's rewards of the program, counts for the other."""
    rewards = [one.id for one in tenant.rewards.values() if one.newest.terms.program_id == card.program_id]
    of_rewards = {f"{other.customer_id}:{one}": f"{card.customer_id}:{one}" for one in rewards}
    return {str(other.card_id): str(card.card_id)} | of_rewards


def _taken_over(tenant: Tenant, card: Card, event: events.CardTakenOver, place: Place, actor: Actor) -> None:  # noqa: ARG001
    """Keys and counts of the other card are this one's (R68); rows that are not loaded are moved where they are kept."""
    other = tenant.cards[event.other]
    tenant.numbers.setdefault(other.number, NumberUse(other.card_id, None))  # Nobody looks a card's own number up.
    moved = subjects_moved(tenant, other, card)
    for tally in [one for one in tenant.tallies if one.subject in moved]:
        kept = tally._replace(subject=moved[tally.subject])
        tenant.tallies[kept] = tenant.tallies.get(kept, 0) + tenant.tallies.pop(tally)
    for owner, store_id in [key for key in tenant.given if key[0] == other.card_id]:
        tenant.given.setdefault((card.card_id, store_id), []).extend(tenant.given.pop((owner, store_id)))
    tenant.birthdays |= {(card.card_id, year) for owner, year in tenant.birthdays if owner == other.card_id}


NAMED = frozenset(
    {
        events.PointsEarned,
        events.StampsEarned,
        events.RewardRedeemed,
        events.RewardUsed,
        events.PointsAdjusted,
        events.StampsAdjusted,
        events.WelcomeBonusGranted,
        events.BirthdayBonusGranted,
        events.RewardHeld,
        events.ReservationReleased,
        events.OperationVoided,
        events.UseVoided,
        events.PurchaseRefunded,
    }
)
"""What a void may name, be it to hear that it cannot be voided (R52)."""


_KEPT: dict[type, Kept] = {
    events.CardOpened: _opened,
    events.CardReopened: _reopened,
    events.StoreLinked: _linked,
    events.CardReplaced: _replaced,
    events.CardTakenOver: _taken_over,
    events.PointsEarned: _earned,
    events.StampsEarned: _stamped,
    events.RewardUnlocked: _unlocked,
    events.RewardHeld: _held,
    events.RewardRedeemed: _redeemed,
    events.ReservationReleased: _let_go,
    events.ReservationLapsed: _let_go,
    events.RewardUsed: _used,
    events.RewardExpired: _one_ended,
    events.UseVoided: undone.use_voided,
    events.OperationVoided: undone.voided,
    events.PurchaseRefunded: undone.refunded,
    events.PointsAdjusted: _points_adjusted,
    events.StampsAdjusted: _stamps_adjusted,
    events.PointsExpired: _ended,
    events.PointsExpiring: _warned,
    events.ClockWentOn: _went_on,
    events.WelcomeBonusGranted: _welcomed,
    events.BirthdayBonusGranted: _birthday,
    events.BirthdaySkipped: _birthday,
}
