"""Receipts that are taken and freed, and what is counted for a day: stamps, points, adjustments, rewards (R19, R42, R43, R62, R63)."""

from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.keys import Given, Operation, Purpose, ReceiptKey, ReceiptUse, Tally
from ledger.domain.tenant import Tenant
from stampbook_events import Actor
from stampbook_events import ledger as events

STAFF = ("staff",)


def take_receipt(tenant: Tenant, card: Card, event: Any, place: Place, purpose: Purpose) -> None:
    if event.receipt is None:
        return
    key = ReceiptKey(card.program_id, event.store_id, event.receipt, event.period)
    use = ReceiptUse(purpose=purpose, operation_id=place.event_id, card_id=card.card_id, recorded_at=place.recorded_at)
    tenant.receipts.setdefault(key, []).append(use)
    tenant.changes.receipts.append((key, use))


def free_receipt(tenant: Tenant, operation: Operation) -> None:
    for key, uses in tenant.receipts.items():
        for use in uses:
            if use.operation_id == operation.operation_id and not use.voided:
                use.voided = True
                tenant.changes.freed.append((key, use))


def count_earned(tenant: Tenant, card: Card, event: events.PointsEarned, actor: Actor, points: int) -> None:
    if event.day is not None and points:
        tenant.count(Tally("points_of_card", str(card.card_id), event.day), points)
        if actor.kind in STAFF:
            tenant.count(Tally("points_by_staff", actor.id, event.day), points)


def count_stamped(tenant: Tenant, card: Card, event: events.StampsEarned, actor: Actor, stamps: int) -> None:
    if event.day is not None:
        tenant.count(Tally("stamps_of_card", str(card.card_id), event.day), stamps)
        if actor.kind in STAFF:
            tenant.count(Tally("stamps_by_staff", actor.id, event.day), stamps)


def take_from_stock(tenant: Tenant, card: Card, reward_id: UUID, quantity: int, day: Any) -> None:
    """*quantity* below zero gives back; it counts for the day of the hold or redemption (R43).

    A card that is folded again knows nothing of the reward: what it takes is added to what others took.
    """
    reward = tenant.rewards.get(reward_id)
    if reward is not None:
        reward.taken += quantity
    tenant.changes.taken[reward_id] = tenant.changes.taken.get(reward_id, 0) + quantity
    tenant.count(Tally("reward", f"{card.customer_id}:{reward_id}", day), quantity)


def ungive(tenant: Tenant, card: Card, store_id: UUID, operation: Operation) -> None:
    given = Given(operation.effective_at, operation.operation_id)
    known = tenant.given.get((card.card_id, store_id), [])
    tenant.given[card.card_id, store_id] = [one for one in known if one.operation_id != operation.operation_id]
    tenant.changes.ungiven.append((card.card_id, store_id, given))
