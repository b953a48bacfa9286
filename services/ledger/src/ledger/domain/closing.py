"""Who leaves leaves nothing behind, and what comes back later ends at once (R66)."""

from ledger.domain import due, holding, movements
from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    CardClosed,
    CloseCard,
    DebtForgiven,
    Moves,
    PointsExpired,
    RewardSettled,
    Stamping,
)


def close(case: Case, card: Card, command: CloseCard) -> dict[str, object]:
    if card.state == "closed":
        raise Refused("card_closed")
    for held in card.open_holds():
        holding.let_go(case, card, held)
    due.end_all(case, card, "closed")
    forgive(case, card)
    case.tell(card.card_id, CardClosed(**case.about(card), cause=command.cause))
    return figures(case, card)


def forgive(case: Case, card: Card) -> None:
    """Debt and owed stamps are written off."""
    owed, owed_stamps = card.holdings.totals.owed, card.owed_stamps
    if not (owed or owed_stamps):
        return
    stamping = None
    if owed_stamps:
        settled = tuple(
            RewardSettled(unlocked_id=used.id, owed=-used.owed, written_off=used.owed)
            for used in card.used()
            if used.owed
        )
        stamping = Stamping(
            count=card.count,
            target=card.target or 0,
            capped_by=card.capped_by,
            lines=entry("stamps", absorbed=-owed_stamps, debt=owed_stamps),
            settled=settled,
        )
    moves = Moves(lines=entry("points", absorbed=-owed, debt=owed))
    event = DebtForgiven(**case.standing(card, moves), points=owed, stamps=owed_stamps, stamping=stamping)
    case.tell(card.card_id, event)


def forgive_points(case: Case, card: Card) -> None:
    owed = card.holdings.totals.owed
    moves = Moves(lines=entry("points", absorbed=-owed, debt=owed))
    case.tell(card.card_id, DebtForgiven(**case.standing(card, moves), points=owed))


def sweep(case: Case, card: Card) -> None:
    """On a closed card what came back expires."""
    lots = [lot for lot in card.holdings.in_order() if lot.free]
    if card.state != "closed" or not lots:
        return
    event = PointsExpired(
        **case.standing(card, movements.expire(lots)),
        points=sum(lot.free for lot in lots),
        due=case.at,
        cause="closed",
    )
    case.tell(card.card_id, event)
