"""Figures are put right by hand, within the limits of a role (R56, R60, R61)."""

from typing import NamedTuple

from ledger.domain import closing, crediting, guards, movements, stamps
from ledger.domain.account import entry
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.keys import Count, Tally
from ledger.domain.refusals import Refused, within
from ledger.domain.stamps import STAMPS_MAX
from ledger.domain.unlocking import complete, shown
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    AdjustPoints,
    AdjustStamps,
    ForgiveDebt,
    PointsAdjusted,
    Stamping,
    StampsAdjusted,
)

POINTS_MAX = 999_999_999


class Limits(NamedTuple):
    """Per operation, and per local day if there is such a limit."""

    points: int
    points_a_day: int | None
    stamps: int
    stamps_a_day: int | None


LIMITS = {
    "manager": Limits(500, 2_000, 5, 20),
    "owner": Limits(10_000, None, 50, None),
    "admin": Limits(10_000, None, 50, None),
}


def adjust_points(case: Case, card: Card, command: AdjustPoints) -> dict[str, object]:
    _begin(case, card, command)
    within("points", abs(command.points), POINTS_MAX)
    limits = _limits(case)
    _within(case, card, "adjusted_points", abs(command.points), limits.points, limits.points_a_day)
    before = card.holdings.available(case.at)
    if command.points > 0:
        moves = crediting.credit(case, card, command.points, case.terms(card), "adjusted")
    else:
        moves = movements.spend(card.holdings, -command.points, case.at, "adjusted")
    event = PointsAdjusted(
        **case.standing(card, moves), points=command.points, reason=command.reason, day=case.day(card)
    )
    operation_id = case.tell(card.card_id, event)
    crediting.tell_reach(case, card, before)
    return figures(case, card) | {"operation_id": operation_id, "points": command.points}


def adjust_stamps(case: Case, card: Card, command: AdjustStamps) -> dict[str, object]:
    _begin(case, card, command)
    within("stamps", abs(command.stamps), STAMPS_MAX)
    limits = _limits(case)
    _within(case, card, "adjusted_stamps", abs(command.stamps), limits.stamps, limits.stamps_a_day)
    return _stamps_up(case, card, command) if command.stamps > 0 else _stamps_down(case, card, command)


def _begin(case: Case, card: Card, command: AdjustPoints | AdjustStamps) -> None:
    case.store = case.tenant.live_store(command.store_id) if command.store_id else None
    if case.store is not None and case.store.program_id != card.program_id:
        raise Refused("store_unknown")  # The card's program has no such store.
    guards.must_run(case, card, earning=False)
    guards.must_be_active(card)


def _limits(case: Case) -> Limits:
    limits = LIMITS.get(guards.role_of(case))
    if limits is None:
        raise Refused("adjustment_over_limit", most=0)
    return limits


def _within(case: Case, card: Card, count: Count, asked: int, once: int, a_day: int | None) -> None:
    """Both signs count, over all cards (R61)."""
    earlier = case.tenant.tally(Tally(count, case.actor.id, case.day(card)))
    if asked > once or (a_day is not None and earlier + asked > a_day):
        raise Refused("adjustment_over_limit", most=once, most_a_day=a_day)


def _stamps_up(case: Case, card: Card, command: AdjustStamps) -> dict[str, object]:
    terms = case.terms(card)
    stamps.must_offer(card, terms)
    fitting = stamps.fit(card, command.stamps, terms)
    not_given = command.stamps - fitting.given
    event = StampsAdjusted(
        **case.standing(card),
        stamps=fitting.given,
        reason=command.reason,
        day=case.day(card),
        not_given=not_given,
        because=fitting.because if not_given else None,
        stamping=fitting.stamping(card, "adjusted"),
    )
    operation_id = case.tell(card.card_id, event)
    unlocked = complete(case, card, terms, fitting.filled)
    return figures(case, card) | {
        "operation_id": operation_id,
        "given": event.stamps,
        "not_given": not_given,
        "not_given_because": event.because,
        "unlocked": shown(unlocked),
    }


def _stamps_down(case: Case, card: Card, command: AdjustStamps) -> dict[str, object]:
    """Never an undone reward."""
    if card.count < -command.stamps:
        raise Refused("not_enough_stamps", stamps=card.count)
    stamping = Stamping(
        count=card.count + command.stamps,
        target=card.target or 0,
        capped_by=card.capped_by,
        lines=entry("stamps", adjusted=-command.stamps, issued=command.stamps),
    )
    event = StampsAdjusted(
        **case.standing(card),
        stamps=command.stamps,
        reason=command.reason,
        day=case.day(card),
        stamping=stamping,
    )
    operation_id = case.tell(card.card_id, event)
    return figures(case, card) | {"operation_id": operation_id, "given": command.stamps}


def forgive(case: Case, card: Card, command: ForgiveDebt) -> dict[str, object]:  # noqa: ARG001  one shape for all
    """All that is owed; nothing owed is nothing to tell (R56)."""
    if guards.role_of(case) not in LIMITS:
        raise Refused("adjustment_over_limit", most=0)
    owed = card.holdings.totals.owed
    if owed:
        closing.forgive_points(case, card)
    return figures(case, card) | {"points": owed}
