"""What a merchant owes and what was never fetched (R77, R78), counted from cards and from postings.

The reports that merchants get are counted in SQL; these count the same from the log, and both have to agree.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from ledger.domain.card import Card
from ledger.domain.days import local_day
from ledger.domain.lots import Lot
from stampbook_events.ledger import Line, PointValue


class Liability(NamedTuple):
    """*points* that may be spent or are set aside; *debt* stands beside them, never netted."""

    points: int
    debt: int
    money: int | None
    rewards: int
    rewards_value: int
    stamps: int


class Cohort(NamedTuple):
    """What became of the lots that were created in one month, with their successors."""

    granted: int
    reversed: int
    redeemed: int
    expired: int
    open: int


class RollForward(NamedTuple):
    """opening + granted + adjusted - redeemed - expired + debt + absorbed = closing."""

    opening: int
    granted: int
    adjusted: int
    redeemed: int
    expired: int
    debt: int
    absorbed: int
    closing: int


class Counted(NamedTuple):
    """Lines of points, and when reports count them (``reported.counts_at``)."""

    counts_at: datetime
    lines: tuple[Line, ...]


def liability(cards: Iterable[Card], at: datetime, value: PointValue | None) -> Liability:
    """*cards* are caught up to *at*. Test customers are kept apart, and so is what was merged into another card."""
    counted = [card for card in cards if not card.test and card.state != "merged"]
    points = sum(card.holdings.free(at) + card.holdings.totals.held for card in counted)
    rewards = [one for card in counted for one in card.unlocked.values() if one.state == "open"]
    return Liability(
        points=points,
        debt=sum(card.holdings.totals.owed for card in counted),
        money=money(points, value),
        rewards=len(rewards),
        rewards_value=sum(one.terms.value_minor for one in rewards),
        stamps=sum(card.count for card in counted),
    )


def money(points: int, value: PointValue | None) -> int | None:
    """In minor units, rounded up once on the total."""
    return None if value is None else -(-points * value.minor // value.points)


def cohort(cards: Iterable[Card], year: int, month: int) -> Cohort:
    """By the local month, in the zone of the lot (R29), in which the first lot was recorded."""
    lots = [lot for card in cards if not card.test for lot in _of_month(card.holdings.lots.values(), year, month)]
    return Cohort(
        granted=sum(lot.points for lot in lots if lot.successor_of is None),
        reversed=sum(lot.reversed for lot in lots),
        redeemed=sum(lot.redeemed for lot in lots),
        expired=sum(lot.expired for lot in lots),
        open=sum(lot.free + lot.held for lot in lots),
    )


def _of_month(lots: Iterable[Lot], year: int, month: int) -> list[Lot]:
    every = list(lots)
    born = {lot.source: local_day(lot.recorded_at, lot.zone) for lot in every if lot.successor_of is None}
    return [lot for lot in every if (born[lot.source].year, born[lot.source].month) == (year, month)]


def roll_forward(counted: Iterable[Counted], first: datetime, until: datetime) -> RollForward:
    """Of the period from *first* up to, and not with, *until*."""
    before: Counter[str] = Counter()
    change: Counter[str] = Counter()
    for one in counted:
        sums = before if one.counts_at < first else change
        if one.counts_at < until:
            for line in one.lines:
                sums[line.account] += line.amount
    opening = before["issued"] + before["held"]
    return RollForward(
        opening=opening,
        granted=-change["granted"],
        adjusted=-change["adjusted"],
        redeemed=change["redeemed"],
        expired=change["expired"],
        debt=-change["debt"],
        absorbed=-change["absorbed"],
        closing=opening + change["issued"] + change["held"],
    )
