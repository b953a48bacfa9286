"""The welcome bonus, once per person and merchant, as the join page promised it (R25, R26)."""

from uuid import UUID

from ledger.domain import crediting
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.fitting import Fitting
from ledger.domain.terms import ProgramTerms
from ledger.domain.unlocking import complete
from stampbook_events.ledger import Moves, Timing, WelcomeBonusGranted, WelcomePromise


def promise_of(terms: ProgramTerms) -> WelcomePromise | None:
    rules = terms.rules
    if not (terms.welcome_points or rules.welcome_stamps):
        return None
    return WelcomePromise(points=terms.welcome_points, stamps=rules.welcome_stamps, timing=rules.welcome_timing)


def pay(case: Case, card: Card, timing: Timing, purchase: UUID | None = None) -> None:
    """Pay what waits for *timing*, if anything does. On a card that is not active it waits on; after the end of the
    program there is none. It is dated to when it is recorded, in the home store.
    """
    promise = card.promise
    if promise is None or promise.timing != timing or card.customer_id in case.tenant.welcomed:
        return
    ending = case.tenant.program(card.program_id).ending
    if card.state != "active" or (ending is not None and case.at >= ending.ends_at):
        return
    with case.as_recorded(card):
        _grant(case, card, promise, purchase)


def _grant(case: Case, card: Card, promise: WelcomePromise, purchase: UUID | None) -> None:
    terms, before = case.terms(card), card.holdings.available(case.at)
    fitting = Fitting(card, promise.stamps, terms) if promise.stamps else None
    moves = crediting.credit(case, card, promise.points, terms) if promise.points else Moves()
    event = WelcomeBonusGranted(
        **case.standing(card, moves),
        points=promise.points,
        stamps=fitting.given if fitting else 0,
        timing=promise.timing,
        purchase=purchase,
        stamping=fitting.stamping(card) if fitting and fitting.given else None,
    )
    case.tell(card.card_id, event, case.effective)
    crediting.tell_reach(case, card, before)
    if fitting:
        complete(case, card, terms, fitting.filled)


def figures(case: Case, card: Card) -> dict[str, object]:
    """What every answer about a card ends with."""
    return {
        "card_id": card.card_id,
        "balance": card.holdings.balance(case.at),
        "available": card.holdings.available(case.at),
        "stamps": card.count,
        "stamp_target": card.target,
    }
