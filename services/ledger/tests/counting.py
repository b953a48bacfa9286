"""Reports counted by hand from a story that is told again up to an instant, and caught up with then."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ledger import testing as rules
from ledger.domain import reports
from ledger.domain.days import end_of, local_day
from ledger.domain.looking import seen
from ledger.domain.tenant import Tenant

from .asking import tenant_at
from .stories import Story

ZONE = "Europe/Luxembourg"
BEFORE = timedelta(microseconds=1)


def caught_up(story: Story, at: datetime) -> Tenant:
    """All that was recorded up to *at*, and all that was due by then."""
    tenant = tenant_at(story, at)
    for card in list(tenant.cards.values()):
        seen(tenant, card, at)
    return tenant


def liability(tenant: Tenant, program_id: UUID, at: datetime) -> dict[str, Any]:
    cards = [card for card in tenant.cards.values() if card.program_id == program_id]
    version = tenant.programs[program_id].in_force(at)
    counted = reports.liability(cards, at, version.terms.rules.point_value if version else None)
    names = {"money": "money_minor", "rewards_value": "rewards_value_minor"}
    return {names.get(name, name): figure for name, figure in counted._asdict().items()}


def by_store(tenant: Tenant, program_id: UUID) -> dict[UUID, Counter[str]]:
    """The accounts of points, stamps on cards and open rewards by store: all lines there are, whenever they count."""
    sums: dict[UUID, Counter[str]] = {}
    for one in tenant.changes.posted:
        if one.program_id == program_id:
            for line in one.lines:
                account = line.account if line.unit == "points" else f"stamps {line.account}"
                sums.setdefault(one.store_id, Counter())[account] += line.amount
    for card in tenant.cards.values():
        for reward in card.open_rewards() if card.program_id == program_id else ():
            assert reward.terms.store_id is not None
            sums.setdefault(reward.terms.store_id, Counter())["rewards"] += 1
    return sums


def owed_by_store(tenant: Tenant, program_id: UUID) -> dict[UUID, tuple[int, ...]]:
    """Points, debt, stamps, rewards."""
    return {
        store_id: (sums["issued"] + sums["held"], -sums["debt"], sums["stamps issued"], sums["rewards"])
        for store_id, sums in by_store(tenant, program_id).items()
    }


SIGNS = {"granted": -1, "adjusted": -1, "redeemed": 1, "expired": 1, "debt": -1, "absorbed": -1}


def moved_by_store(first: Tenant, until: Tenant, program_id: UUID) -> dict[UUID, dict[str, int]]:
    """What a period brought, as the difference between its two ends."""
    before, after = by_store(first, program_id), by_store(until, program_id)
    moved = {}
    for store_id, now in after.items():
        then = before.get(store_id, Counter())
        changes = {name: sign * (now[name] - then[name]) for name, sign in SIGNS.items()}
        ends = {"opening": then["issued"] + then["held"], "closing": now["issued"] + now["held"]}
        moved[store_id] = changes | ends
    return moved


def days_of(story: Story) -> list[tuple[date, Tenant, Tenant]]:
    """The first 30 local days of the story, each with the books at its beginning and at its end."""
    days = [local_day(rules.NOON, ZONE) + timedelta(days=n) for n in range(30)]
    books = [caught_up(story, end_of(day, ZONE) - BEFORE) for day in (days[0] - timedelta(days=1), *days)]
    return list(zip(days, books, books[1:], strict=False))


def cohorts_of(tenant: Tenant, program_id: UUID) -> dict[str, dict[str, int]]:
    """By month, of all months that have lots."""
    cards = [card for card in tenant.cards.values() if card.program_id == program_id]
    months = {
        (day.year, day.month)
        for card in cards
        for lot in card.holdings.lots.values()
        for day in [local_day(lot.recorded_at, lot.zone)]
        if lot.successor_of is None
    }
    return {f"{year}-{month:02}": reports.cohort(cards, year, month)._asdict() for year, month in sorted(months)}


MOVED = ("opening", *SIGNS, "closing")
BECAME = reports.Cohort._fields


def total(moved: dict[UUID, dict[str, int]]) -> dict[str, int]:
    return {name: sum(one[name] for one in moved.values()) for name in MOVED}
