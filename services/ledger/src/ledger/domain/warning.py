"""Customers are told in time which points will end (R38)."""

from datetime import timedelta

from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.clock import stands_at
from ledger.domain.days import local_day, start_of
from ledger.domain.guards import must_be_active
from ledger.domain.lots import Lot, in_order
from ledger.domain.welcome import figures
from stampbook_events.ledger import PointsEnding, PointsExpiring, WarnOfExpiry

TOGETHER = timedelta(days=6)
"""What ends within so many more days is told of in the same mail, so that there is one a week at most."""


def warn(case: Case, card: Card, command: WarnOfExpiry) -> dict[str, object]:  # noqa: ARG001  one shape for all
    must_be_active(card)
    event = ending_soon(case, card)
    if event is None:
        return figures(case, card)
    zone = case.tenant.zone_of(card.store_id)
    case.tell(card.card_id, event, start_of(local_day(case.at, zone), zone))
    return figures(case, card) | {"points": event.points}


def ending_soon(case: Case, card: Card) -> PointsExpiring | None:
    """What is to be told of today; None if nothing ends so soon that was not told of before."""
    today = local_day(case.at, case.tenant.zone_of(card.store_id))
    begins = start_of(today, case.tenant.zone_of(card.store_id))
    version = case.tenant.program(card.program_id).in_force(begins)
    warn_days = timedelta(days=version.terms.rules.warn_days if version else 0)
    worth = [lot for lot in in_order(card.holdings.lots.values()) if _worth_telling(case, card, lot)]
    first = min((lot.expires_on for lot in worth if lot.expires_on), default=None)
    if not warn_days or first is None or first > today + warn_days:
        return None
    ending = tuple(
        PointsEnding(lot_id=lot.lot_id, points=lot.free, expires_on=lot.expires_on)
        for lot in worth
        if lot.expires_on is not None and lot.expires_on <= today + warn_days + TOGETHER
    )
    return PointsExpiring(
        **case.about(card),
        points=sum(one.points for one in ending),
        first_day=first,
        lots=ending,
        store_id=card.store_id,
    )


def _worth_telling(case: Case, card: Card, lot: Lot) -> bool:
    return bool(
        lot.free
        and not lot.warned
        and lot.expires_on is not None
        and not lot.lapsed(case.at)
        and not stands_at(case.tenant.stops_of(card, lot.store_id), case.at)
    )
