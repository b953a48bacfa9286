"""What a customer does keeps their points (R32, R36)."""

from collections.abc import Sequence
from uuid import UUID

from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.days import local_day
from ledger.domain.expiring import lapse, moved_by_activity
from stampbook_events.ledger import ExpiryReversed, LotMoved, LotRedated, Moves


def active(case: Case, card: Card) -> tuple[LotRedated, ...]:
    """The later dates of all lots that live on from activity and had not lapsed when it happened.

    Those whose expiry is booked already come back at once (``expiry_reversed``); the others are for the activity's event.
    """
    kept, saved, back = [], [], []
    for lot in card.holdings.in_order():
        if lot.expires_at is None or (lot.lapsed(case.at) and lot.expires_at <= case.effective) or lot.ended:
            continue
        later = moved_by_activity(lot.expiry, lot.expires_on, local_day(case.effective, lot.zone))
        if later is None:
            continue
        redated = LotRedated(lot_id=lot.lot_id, expires_on=later, expires_at=lapse(later, lot.grace_days, lot.zone))
        if lot.expired and redated.expires_at is not None and redated.expires_at > case.at:
            saved.append(redated)
            back.append((lot.lot_id, lot.expired))
        else:
            kept.append(redated)
    reverse_expiry(case, card, back, tuple(saved))
    return tuple(kept)


def reverse_expiry(
    case: Case, card: Card, back: Sequence[tuple[UUID, int]], redated: tuple[LotRedated, ...] = ()
) -> None:
    """Expired points come back to their lots; a debt is repaid first (R18, R76)."""
    points = sum(some for _, some in back)
    if not points:
        return
    owed = repaid = min(card.holdings.totals.owed, points)
    moved = []
    for lot_id, some in back:
        settled = min(owed, some)
        owed -= settled
        moved.append(LotMoved(lot_id=lot_id, expired=-some, repaid=settled, free=some - settled))
    moves = Moves(
        lines=entry("points", expired=-points, debt=repaid, issued=points - repaid),
        moved=tuple(moved),
        redated=redated,
    )
    case.tell(card.card_id, ExpiryReversed(**case.standing(card, moves), points=points), case.effective)
