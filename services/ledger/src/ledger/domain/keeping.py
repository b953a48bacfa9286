"""The keys that an event takes and frees: receipts, codes, numbers, day counts, once-only bonuses, stock (R19, R25, R42, R63)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.keys import (
    CodeUse,
    Given,
    NumberUse,
    Operation,
    Purpose,
    ReceiptKey,
    ReceiptUse,
    Tally,
)
from ledger.domain.tenant import Tenant
from stampbook_events import Actor
from stampbook_events import ledger as events

STAFF = ("staff",)
Kept = Callable[[Tenant, Card, Any, Place, Actor], None]


def keep(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:
    kind = type(event)
    if kind in _NAMED:
        tenant.operations[place.event_id] = Operation(
            operation_id=place.event_id,
            card_id=card.card_id,
            event=event,
            recorded_at=place.recorded_at,
            effective_at=place.effective_at,
            actor=actor,
        )
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
            _code(tenant, old, use._replace(dead=True))
    for subject_id, code in event.codes.items():
        _code(tenant, code, CodeUse(card.card_id, subject_id))
        _note_subject(tenant, card, subject_id)


def _note_subject(tenant: Tenant, card: Card, subject_id: UUID) -> None:
    new, old = (
        (tenant.changes.new_unlocked, tenant.changes.unlocked)
        if subject_id in card.unlocked
        else (tenant.changes.new_holds, tenant.changes.holds)
    )
    if subject_id not in new:
        old[subject_id] = card.card_id


def _code(tenant: Tenant, code: str, use: CodeUse) -> None:
    tenant.codes[code] = use
    tenant.changes.codes[code] = use


def _receipt(tenant: Tenant, card: Card, event: Any, place: Place, purpose: Purpose) -> None:
    if event.receipt is None:
        return
    key = ReceiptKey(card.program_id, event.store_id, event.receipt, event.period)
    use = ReceiptUse(purpose=purpose, operation_id=place.event_id, card_id=card.card_id, recorded_at=place.recorded_at)
    tenant.receipts.setdefault(key, []).append(use)
    tenant.changes.receipts.append((key, use))


def _earned(tenant: Tenant, card: Card, event: events.PointsEarned, place: Place, actor: Actor) -> None:
    _receipt(tenant, card, event, place, "points")
    _count_earned(tenant, card, event, actor, event.points)


def _count_earned(tenant: Tenant, card: Card, event: events.PointsEarned, actor: Actor, points: int) -> None:
    if event.day is not None and points:
        tenant.count(Tally("points_of_card", str(card.card_id), event.day), points)
        if actor.kind in STAFF:
            tenant.count(Tally("points_by_staff", actor.id, event.day), points)


def _stamped(tenant: Tenant, card: Card, event: events.StampsEarned, place: Place, actor: Actor) -> None:
    _receipt(tenant, card, event, place, "stamps")
    _count_stamped(tenant, card, event, actor, event.stamps)
    if event.channel in {"till", "offline"}:
        given = Given(place.effective_at, place.event_id)
        tenant.given.setdefault((card.card_id, event.store_id), []).append(given)
        tenant.changes.given.append((card.card_id, event.store_id, given))


def _count_stamped(tenant: Tenant, card: Card, event: events.StampsEarned, actor: Actor, stamps: int) -> None:
    if event.day is not None:
        tenant.count(Tally("stamps_of_card", str(card.card_id), event.day), stamps)
        if actor.kind in STAFF:
            tenant.count(Tally("stamps_by_staff", actor.id, event.day), stamps)


def _unlocked(tenant: Tenant, card: Card, event: events.RewardUnlocked, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for reward in event.rewards:
        tenant.changes.new_unlocked[reward.unlocked_id] = card.card_id
        _code(tenant, reward.code, CodeUse(card.card_id, reward.unlocked_id))


def _take(tenant: Tenant, card: Card, reward_id: UUID, quantity: int, day: Any) -> None:
    """*quantity* below zero gives back; it counts for the day of the hold or redemption (R43)."""
    tenant.rewards[reward_id].taken += quantity
    tenant.changes.taken[reward_id] = tenant.changes.taken.get(reward_id, 0) + quantity
    tenant.count(Tally("reward", f"{card.customer_id}:{reward_id}", day), quantity)


def _held(tenant: Tenant, card: Card, event: events.RewardHeld, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.changes.new_holds[place.event_id] = card.card_id
    _code(tenant, event.code, CodeUse(card.card_id, place.event_id))
    _take(tenant, card, event.reward_id, event.quantity, event.day)


def _redeemed(tenant: Tenant, card: Card, event: events.RewardRedeemed, place: Place, actor: Actor) -> None:  # noqa: ARG001
    _receipt(tenant, card, event, place, "redemption")
    if event.reservation_id is None:
        _take(tenant, card, event.reward_id, event.quantity, event.day)
    else:
        _note_subject(tenant, card, event.reservation_id)
    if event.channel == "offline":
        tenant.count(Tally("offline", str(card.card_id), event.day), 1)


def _let_go(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    hold = card.holds[event.reservation_id]
    _take(tenant, card, event.reward_id, -event.quantity, hold.day)
    _note_subject(tenant, card, event.reservation_id)


def _used(tenant: Tenant, card: Card, event: events.RewardUsed, place: Place, actor: Actor) -> None:
    _receipt(tenant, card, event, place, "redemption")
    _note_subject(tenant, card, event.unlocked_id)
    _note_stamping(tenant, card, event, place, actor)


def _note_stamping(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    """The rewards that it settled, withdrew, redated or ended."""
    if event.stamping is not None:
        for settled in event.stamping.settled:
            _note_subject(tenant, card, settled.unlocked_id)
        for unlocked_id in event.stamping.withdrawn:
            _note_subject(tenant, card, unlocked_id)


def _one_ended(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:
    _note_subject(tenant, card, event.unlocked_id)
    _note_stamping(tenant, card, event, place, actor)


def _ended(tenant: Tenant, card: Card, event: events.PointsExpired, place: Place, actor: Actor) -> None:
    if event.cause != "date":
        tenant.changes.ended.add(card.card_id)
    for unlocked_id in event.withdrawn:
        _note_subject(tenant, card, unlocked_id)
    _note_stamping(tenant, card, event, place, actor)


def _went_on(tenant: Tenant, card: Card, event: events.ClockWentOn, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for redated in event.rewards:
        _note_subject(tenant, card, redated.unlocked_id)


def _warned(tenant: Tenant, card: Card, event: events.PointsExpiring, place: Place, actor: Actor) -> None:  # noqa: ARG001
    for ending in event.lots:
        if ending.lot_id not in tenant.changes.new_lots:
            tenant.changes.lots[ending.lot_id] = card.card_id


def _use_voided(tenant: Tenant, card: Card, event: events.UseVoided, place: Place, actor: Actor) -> None:
    _one_ended(tenant, card, event, place, actor)
    operation = tenant.operations[event.operation_id]
    operation.voided = True
    tenant.changes.undone.add(event.operation_id)
    _free_receipt(tenant, operation)


def _free_receipt(tenant: Tenant, operation: Operation) -> None:
    for key, uses in tenant.receipts.items():
        for use in uses:
            if use.operation_id == operation.operation_id and not use.voided:
                use.voided = True
                tenant.changes.freed.append((key, use))


def _voided(tenant: Tenant, card: Card, event: events.OperationVoided, place: Place, actor: Actor) -> None:
    _note_stamping(tenant, card, event, place, actor)
    operation = tenant.operations[event.operation_id]
    tenant.changes.undone.add(event.operation_id)
    if event.refund and event.kind == "stamps":
        operation.taken_back = True
        return
    operation.voided = True
    _free_receipt(tenant, operation)
    match operation.event:
        case events.PointsEarned() as earned:
            _count_earned(tenant, card, earned, operation.actor, -earned.points)
        case events.StampsEarned() as stamped:
            _count_stamped(tenant, card, stamped, operation.actor, -stamped.stamps)
            _ungive(tenant, card, stamped.store_id, operation)
        case events.RewardRedeemed() as redeemed:
            _take(tenant, card, redeemed.reward_id, -redeemed.quantity, _day_of(card, redeemed))
            if redeemed.channel == "offline":
                tenant.count(Tally("offline", str(card.card_id), redeemed.day), -1)
        case events.PointsAdjusted() as adjusted:
            tenant.count(Tally("adjusted_points", operation.actor.id, adjusted.day), -abs(adjusted.points))
        case events.StampsAdjusted() as adjusted:
            tenant.count(Tally("adjusted_stamps", operation.actor.id, adjusted.day), -abs(adjusted.stamps))
        case events.WelcomeBonusGranted() as bonus if event.key_freed:
            del tenant.welcomed[bonus.customer_id]
            tenant.changes.unwelcomed.append(bonus.customer_id)
        case _:
            pass


def _day_of(card: Card, redeemed: events.RewardRedeemed) -> Any:
    """What was captured counts for the day of its hold (R43)."""
    hold = card.holds.get(redeemed.reservation_id) if redeemed.reservation_id else None
    return hold.day if hold else redeemed.day


def _ungive(tenant: Tenant, card: Card, store_id: UUID, operation: Operation) -> None:
    given = Given(operation.effective_at, operation.operation_id)
    known = tenant.given.get((card.card_id, store_id), [])
    tenant.given[card.card_id, store_id] = [one for one in known if one.operation_id != operation.operation_id]
    tenant.changes.ungiven.append((card.card_id, store_id, given))


def _refunded(tenant: Tenant, card: Card, event: events.PurchaseRefunded, place: Place, actor: Actor) -> None:  # noqa: ARG001
    operation = tenant.operations[event.operation_id]
    operation.refunded += event.amount_minor
    if event.refund_number is not None:
        operation.refund_numbers.append(event.refund_number)
    tenant.changes.undone.add(event.operation_id)


def _points_adjusted(tenant: Tenant, card: Card, event: events.PointsAdjusted, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.count(Tally("adjusted_points", actor.id, event.day), abs(event.points))


def _stamps_adjusted(tenant: Tenant, card: Card, event: events.StampsAdjusted, place: Place, actor: Actor) -> None:
    tenant.count(Tally("adjusted_stamps", actor.id, event.day), abs(event.stamps))
    _note_stamping(tenant, card, event, place, actor)


def _welcomed(tenant: Tenant, card: Card, event: events.WelcomeBonusGranted, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.welcomed[event.customer_id] = place.event_id
    tenant.changes.welcomed.append((event.customer_id, event.card_id, place.event_id))


def _birthday(tenant: Tenant, card: Card, event: Any, place: Place, actor: Actor) -> None:  # noqa: ARG001
    tenant.birthdays.add((card.card_id, event.day.year))
    tenant.changes.birthdays.append((card.card_id, event.day.year))


def _taken_over(tenant: Tenant, card: Card, event: events.CardTakenOver, place: Place, actor: Actor) -> None:  # noqa: ARG001
    """Keys and counts of the other card are this one's (R68); rows that are not loaded are moved where they are kept."""
    other = tenant.cards[event.other]
    moved = {str(other.card_id): str(card.card_id)}
    for tally in [one for one in tenant.tallies if one.subject in moved]:
        kept = tally._replace(subject=moved[tally.subject])
        tenant.tallies[kept] = tenant.tallies.get(kept, 0) + tenant.tallies.pop(tally)
    for owner, store_id in [key for key in tenant.given if key[0] == other.card_id]:
        tenant.given.setdefault((card.card_id, store_id), []).extend(tenant.given.pop((owner, store_id)))
    tenant.birthdays |= {(card.card_id, year) for owner, year in tenant.birthdays if owner == other.card_id}


_NAMED = frozenset(
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
    events.UseVoided: _use_voided,
    events.OperationVoided: _voided,
    events.PurchaseRefunded: _refunded,
    events.PointsAdjusted: _points_adjusted,
    events.StampsAdjusted: _stamps_adjusted,
    events.PointsExpired: _ended,
    events.PointsExpiring: _warned,
    events.ClockWentOn: _went_on,
    events.WelcomeBonusGranted: _welcomed,
    events.BirthdayBonusGranted: _birthday,
    events.BirthdaySkipped: _birthday,
}
