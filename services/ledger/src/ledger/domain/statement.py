"""What a card's statement tells: events that moved something, or that its holder would want to know of (C14)."""

from typing import Any, NamedTuple

from ledger.domain.recording import lines_of
from stampbook_events import ledger as events
from stampbook_events import tag_of

SHOWN: tuple[type, ...] = (
    events.CardOpened,
    events.CardReopened,
    events.CardFrozen,
    events.CardUnfrozen,
    events.CardClosed,
    events.CardReplaced,
    events.CardMerged,
    events.CardTakenOver,
    events.PointsEarned,
    events.StampsEarned,
    events.RewardUnlocked,
    events.WelcomeBonusGranted,
    events.BirthdayBonusGranted,
    events.BonusTakenBack,
    events.RewardHeld,
    events.RewardRedeemed,
    events.ReservationReleased,
    events.ReservationLapsed,
    events.RewardUsed,
    events.RewardExpired,
    events.UseVoided,
    events.OperationVoided,
    events.PurchaseRefunded,
    events.PointsAdjusted,
    events.StampsAdjusted,
    events.DebtForgiven,
    events.DebtSettled,
    events.PointsExpired,
    events.ExpiryReversed,
    events.LotsExtended,
    events.ClockWentOn,
    events.CycleLowered,
)
"""All but refusals, warnings, and what is known of the holder."""

KINDS = frozenset(tag_of(kind).split(".")[1] for kind in SHOWN)
_CUSTOMERS = frozenset({"issued", "held", "debt"})


class Amounts(NamedTuple):
    """By how much the balance changed, what is set aside of it, and the stamps less those that are owed."""

    points: int
    held: int
    stamps: int


def amounts(event: Any) -> Amounts:
    points = held = stamps = 0
    for line in lines_of(event):
        if line.account not in _CUSTOMERS:
            continue
        if line.unit == "stamps":
            stamps += line.amount
        else:
            points += line.amount
            held += line.amount if line.account == "held" else 0
    return Amounts(points, held, stamps)


def stamps_after(event: Any) -> tuple[int, int] | None:
    """Count and target as the card showed them then (R21); None for an event that left them alone."""
    stamping: events.Stamping | None = getattr(event, "stamping", None)
    if stamping is None:
        return None
    return stamping.target if stamping.capped_by else stamping.count, stamping.target
