"""Two cards of one person become one (R68)."""

import msgspec

from ledger.domain import guards, holding, stamp_card, unlocking
from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.lots import allocate
from ledger.domain.refusals import Refused
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    Account,
    BonusTakenBack,
    CardMerged,
    CardTakenOver,
    DebtSettled,
    Line,
    LotMoved,
    MergeCards,
    Moves,
    Stamping,
    Unit,
)


def merge(case: Case, card: Card, command: MergeCards) -> dict[str, object]:
    into = case.tenant.card(command.into)
    if into is card or into.program_id != card.program_id:
        raise Refused("card_unknown")
    guards.must_be_active(card)
    guards.must_be_active(into)
    for held in card.open_holds():
        holding.let_go(case, card, held)
    _younger_welcome_loses(case, card, into)
    case.tell(card.card_id, CardMerged(**case.about(card), into=into.card_id))
    _take_over(case, card, into)
    _settle(case, into)
    terms = case.terms(into)
    cycle = unlocking.cycle_of(terms, into)._replace(overfill="carry_over")
    unlocking.complete(case, into, terms, stamp_card.fill(into, 0, cycle))
    return figures(case, into)


def _younger_welcome_loses(case: Case, card: Card, into: Card) -> None:
    """What is left of its own lot, and no more. Of two of the same instant it is that of the card that goes."""
    if not (card.welcomes and into.welcomes):
        return
    granted = [(at, bonus, owner) for owner in (card, into) for bonus, at in owner.welcomes.items()]
    _, bonus, owner = max(granted, key=lambda one: one[0])
    lot = owner.holdings.lots.get(bonus)
    if lot is None or not lot.free:
        return
    moves = Moves(
        lines=entry("points", granted=lot.free, issued=-lot.free),
        moved=(LotMoved(lot_id=lot.lot_id, free=-lot.free, reversed=lot.free),),
    )
    case.tell(owner.card_id, BonusTakenBack(**case.standing(owner, moves), operation_id=bonus, points=lot.free))


def _take_over(case: Case, card: Card, into: Card) -> None:
    free, owed = sum(lot.free for lot in card.holdings.lots.values()), card.holdings.totals.owed
    count, owed_stamps = card.count, card.owed_stamps
    points = [line for line in (_line("points", "issued", free), _line("points", "debt", -owed)) if line.amount]
    stamped = [
        line for line in (_line("stamps", "issued", count), _line("stamps", "debt", -owed_stamps)) if line.amount
    ]
    target = into.target or card.target
    stamping = Stamping(count=into.count + count, target=target or 0, capped_by=into.capped_by, lines=tuple(stamped))
    event = CardTakenOver(
        **case.standing(into, Moves(lines=tuple(points))),
        other=card.card_id,
        other_lines=tuple(_negative(line) for line in (*points, *stamped)),
        stamping=stamping if target or stamped else None,  # Where there never were stamps there is no card of 0 now.
    )
    case.tell(into.card_id, event)


def _line(unit: Unit, account: Account, amount: int) -> Line:
    return Line(unit=unit, account=account, amount=amount)


def _negative(line: Line) -> Line:
    return msgspec.structs.replace(line, amount=-line.amount)


def _settle(case: Case, card: Card) -> None:
    """Debt from the lots by R40, owed stamps from the count."""
    taken = allocate(card.holdings.lots.values(), card.holdings.totals.owed, case.at)
    points = sum(some for _, some in taken)
    settled = stamp_card.repaid(card, card.count)
    repaid = sum(-one.owed for one in settled)
    if not (points or repaid):
        return
    moves = Moves(
        lines=entry("points", debt=points, issued=-points),
        moved=tuple(LotMoved(lot_id=lot.lot_id, free=-some, repaid=some) for lot, some in taken),
    )
    stamping = Stamping(
        count=card.count - repaid,
        target=card.target or 0,
        capped_by=card.capped_by,
        lines=entry("stamps", debt=repaid, issued=-repaid),
        settled=settled,
    )
    event = DebtSettled(
        **case.standing(card, moves), points=points, stamps=repaid, stamping=stamping if repaid else None
    )
    case.tell(card.card_id, event)
