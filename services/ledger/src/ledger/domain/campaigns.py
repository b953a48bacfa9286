"""Campaigns multiply the points of purchases; multipliers never multiply each other (R15, R16)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple, assert_never
from uuid import UUID

from ledger.domain.money import PLAIN
from ledger.domain.terms import Campaign
from stampbook_events.ledger import CampaignTerms

Stacking = Literal["best", "add"]


class Counted(NamedTuple):
    """*multiplier* in hundredths."""

    multiplier: int
    campaign_id: UUID
    version: int


class Multiplied(NamedTuple):
    """*by* in hundredths; *campaigns* are those that count, for the event to name."""

    by: int
    campaigns: tuple[Counted, ...]


def matches(terms: CampaignTerms, store_id: UUID, day: date) -> bool:
    """*day* is the operation's local day; the first and the last day are included."""
    return (
        (terms.stores is None or store_id in terms.stores)
        and (terms.weekdays is None or day.weekday() in terms.weekdays)
        and (terms.first_day is None or terms.first_day <= day)
        and (terms.last_day is None or day <= terms.last_day)
    )


def multiplier(
    campaigns: Iterable[Campaign], stacking: Stacking, store_id: UUID, day: date, at: datetime
) -> Multiplied:
    """Of each campaign the version in force at *at*. Of several equally good ones the first by its id counts."""
    matching = [
        Counted(version.terms.multiplier, campaign.id, version.number)
        for campaign in campaigns
        if (version := campaign.in_force(at)) is not None and matches(version.terms, store_id, day)
    ]
    if not matching:
        return Multiplied(PLAIN, ())
    matching.sort(key=lambda one: (-one.multiplier, one.campaign_id))
    match stacking:
        case "best":
            return Multiplied(matching[0].multiplier, (matching[0],))
        case "add":
            return Multiplied(PLAIN + sum(one.multiplier - PLAIN for one in matching), tuple(matching))
        case _:
            assert_never(stacking)
