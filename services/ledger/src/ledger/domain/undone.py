"""What became of an operation since it was recorded (R52, R53, R58)."""

from ledger.domain import counting, subjects
from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.keys import Tally
from ledger.domain.tenant import Tenant
from stampbook_events import Actor
from stampbook_events import ledger as events


def voided(tenant: Tenant, card: Card, event: events.OperationVoided, place: Place, actor: Actor) -> None:  # noqa: ARG001
    operation = tenant.operations[event.operation_id]
    tenant.changes.undone.add(event.operation_id)
    if event.refund and event.kind == "stamps":
        operation.taken_back = True
        return
    operation.voided = True
    counting.free_receipt(tenant, operation)
    match operation.event:
        case events.PointsEarned() as earned:
            counting.count_earned(tenant, card, earned, operation.actor, -earned.points)
        case events.StampsEarned() as stamped:
            counting.count_stamped(tenant, card, stamped, operation.actor, -stamped.stamps)
            counting.ungive(tenant, card, stamped.store_id, operation)
        case events.RewardRedeemed() as redeemed:
            counting.take_from_stock(tenant, card, redeemed.reward_id, -redeemed.quantity, redeemed.day)
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


def use_voided(tenant: Tenant, card: Card, event: events.UseVoided, place: Place, actor: Actor) -> None:  # noqa: ARG001
    subjects.note_subject(tenant, card, event.unlocked_id)
    operation = tenant.operations[event.operation_id]
    operation.voided = True
    tenant.changes.undone.add(event.operation_id)
    counting.free_receipt(tenant, operation)


def refunded(tenant: Tenant, card: Card, event: events.PurchaseRefunded, place: Place, actor: Actor) -> None:  # noqa: ARG001
    operation = tenant.operations[event.operation_id]
    operation.refunded += event.amount_minor
    if event.refund_number is not None:
        operation.refund_numbers.append(event.refund_number)
    tenant.changes.undone.add(event.operation_id)
