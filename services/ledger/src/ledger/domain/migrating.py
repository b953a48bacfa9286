"""What a merchant changes for cards that are there already: lower targets, later dates (R23, R37)."""

from ledger.domain import stamp_card, unlocking
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.days import local_day
from ledger.domain.expiring import lapse, last_day
from ledger.domain.lots import Lot
from ledger.domain.terms import ProgramTerms
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    CycleLowered,
    ExtendLots,
    LotRedated,
    LotsExtended,
    LowerCycle,
    Moves,
    NoExpiry,
    Stamping,
)


def lower_cycle(case: Case, card: Card, command: LowerCycle) -> dict[str, object]:  # noqa: ARG001  one shape for all
    """Never raised; who has enough stamps completes at once. A cycle that was capped is not open."""
    terms = case.terms(card)
    target = terms.stamp_target
    is_open = card.state in {"active", "frozen"} and card.capped_by is None and card.target is not None
    if target is None or not is_open or (card.target or 0) <= target:
        return figures(case, card)
    case.tell(
        card.card_id,
        CycleLowered(**case.about(card), stamping=Stamping(count=card.count, target=target)),
    )
    unlocked = unlocking.complete(case, card, terms, stamp_card.fill(card, 0, unlocking.cycle_of(terms, card)))
    return figures(case, card) | {"unlocked": unlocking.shown(unlocked)}


def extend_lots(case: Case, card: Card, command: ExtendLots) -> dict[str, object]:  # noqa: ARG001
    """No date is ever moved earlier; a lot without one keeps none."""
    terms, redated, points = case.terms(card), [], 0
    for lot in card.holdings.in_order():
        if lot.expires_on is None or lot.lapsed(case.at):
            continue
        to = _by(terms, lot)
        if to is not None:
            redated.append(to)
            points += lot.free + lot.held
    if redated:
        moves = Moves(redated=tuple(redated))
        case.tell(card.card_id, LotsExtended(**case.standing(card, moves), points=points))
    return figures(case, card) | {"points": points}


def _by(terms: ProgramTerms, lot: Lot) -> LotRedated | None:
    """The date that *lot* would have by *terms*, if that is later."""
    assert lot.expires_on is not None
    if isinstance(terms.rules.expiry, NoExpiry):
        return LotRedated(lot_id=lot.lot_id)
    later = last_day(terms.rules.expiry, local_day(lot.effective_at, lot.zone))
    if later is None or later <= lot.expires_on:
        return None
    return LotRedated(lot_id=lot.lot_id, expires_on=later, expires_at=lapse(later, lot.grace_days, lot.zone))
