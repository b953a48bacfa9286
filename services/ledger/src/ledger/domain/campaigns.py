"""Campaigns multiply the points of purchases; multipliers never multiply each other (R15, R16)."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, assert_never
from uuid import UUID

from ledger.domain.money import PLAIN

Stacking = Literal["best", "add"]


class Campaign(NamedTuple):
    """One version; *multiplier* in hundredths. What is None limits nothing. *weekdays*: Monday is 0."""

    campaign_id: UUID
    version: int
    multiplier: int
    stores: frozenset[UUID] | None = None
    weekdays: frozenset[int] | None = None
    first_day: date | None = None
    last_day: date | None = None

    def matches(self, store_id: UUID | None, day: date) -> bool:
        """*day* is the operation's local day; the first and the last day are included."""
        return (
            (self.stores is None or store_id in self.stores)
            and (self.weekdays is None or day.weekday() in self.weekdays)
            and (self.first_day is None or self.first_day <= day)
            and (self.last_day is None or day <= self.last_day)
        )


class Multiplied(NamedTuple):
    """*by* in hundredths; *campaigns* are those that count, for the event to name."""

    by: int
    campaigns: tuple[Campaign, ...]


def multiplier(campaigns: Iterable[Campaign], stacking: Stacking, store_id: UUID | None, day: date) -> Multiplied:
    """*campaigns*: of each the version in force. Of several equally good ones the first by its id counts."""
    matching = sorted(
        (one for one in campaigns if one.matches(store_id, day)), key=lambda one: (-one.multiplier, one.campaign_id)
    )
    if not matching:
        return Multiplied(PLAIN, ())
    match stacking:
        case "best":
            return Multiplied(matching[0].multiplier, (matching[0],))
        case "add":
            return Multiplied(PLAIN + sum(one.multiplier - PLAIN for one in matching), tuple(matching))
        case _:
            assert_never(stacking)
