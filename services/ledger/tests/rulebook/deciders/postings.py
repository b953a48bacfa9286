"""Events as postings, one for each row of the table in R76."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from rulebook.deciders.telling import Logged
from rulebook.terms import Unit
from rulebook.views import Posting, PostingKind
from stampbook_events import ledger as told
from stampbook_events.ledger import Line

_KINDS: dict[type, PostingKind] = {
    told.PointsEarned: "earning",
    told.WelcomeBonusGranted: "bonus",
    told.BirthdayBonusGranted: "bonus",
    told.PointsAdjusted: "adjustment",
    told.StampsAdjusted: "adjustment",
    told.RewardHeld: "hold",
    told.ReservationReleased: "release",
    told.ReservationLapsed: "lapse",
    told.ExpiryReversed: "expiry_reversed",
    told.PurchaseRefunded: "reversal",
    told.BonusTakenBack: "reversal",
    told.DebtForgiven: "debt_forgiven",
    told.DebtSettled: "merge",
    told.CardTakenOver: "merge",
    told.StampsEarned: "stamps_given",
    told.RewardUnlocked: "stamps_completed",
    told.UseVoided: "stamps_undone",
}
_VOIDED: dict[str, PostingKind] = {"redemption": "redemption_voided"}
_EXPIRED: dict[str, PostingKind] = {"date": "expiry", "closed": "close", "program_ended": "end"}


def postings_of(card_id: UUID, logged: Logged) -> Iterator[Posting]:
    event = logged.event
    if isinstance(event, told.CardTakenOver) and event.other == card_id:
        yield from _both(event, logged, event.other_lines)
    elif logged.aggregate == card_id:
        moves, stamping = getattr(event, "moves", None), getattr(event, "stamping", None)
        yield from _both(event, logged, (*(moves.lines if moves else ()), *(stamping.lines if stamping else ())))


def _both(event: Any, logged: Logged, lines: tuple[Line, ...]) -> Iterator[Posting]:
    points = {line.account: line.amount for line in lines if line.unit == "points"}
    stamps = {line.account: line.amount for line in lines if line.unit == "stamps"}
    if points:
        yield _posting(event, logged, "points", points)
    yield from _of_stamps(event, logged, stamps)


def _of_stamps(event: Any, logged: Logged, lines: dict[Any, int]) -> Iterator[Posting]:
    """A reversal that undid rewards is two rows of the table, and what completes several cycles one each."""
    undone = lines.get("redeemed", 0)
    if isinstance(event, told.RewardUnlocked):
        for reward in event.rewards:
            if reward.target:
                yield _posting(event, logged, "stamps", {"issued": -reward.target, "redeemed": reward.target})
        return
    if undone < 0 and not isinstance(event, told.UseVoided):
        yield _posting(event, logged, "stamps", {"redeemed": undone, "issued": -undone}, "stamps_undone")
        lines = {name: amount for name, amount in lines.items() if name not in {"redeemed", "issued"}} | {
            "issued": lines.get("issued", 0) + undone
        }
        lines = {name: amount for name, amount in lines.items() if amount}
    if lines:
        yield _posting(event, logged, "stamps", lines)


def _posting(event: Any, logged: Logged, unit: Unit, lines: dict[Any, int], kind: PostingKind | None = None) -> Posting:
    return Posting(logged.key, kind or _kind(event), unit, logged.recorded_at, logged.effective_at, lines)


def _kind(event: Any) -> PostingKind:
    match event:
        case told.RewardRedeemed():
            return "capture" if event.reservation_id else "redemption"
        case told.PointsExpired():
            return _EXPIRED[event.cause]
        case told.OperationVoided():
            down = event.kind.endswith("adjustment") and (event.points < 0 or event.stamps < 0)
            return "adjustment_voided" if down else _VOIDED.get(event.kind, "reversal")
        case _:
            return _KINDS[type(event)]
