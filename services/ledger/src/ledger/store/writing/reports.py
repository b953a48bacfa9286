"""Rows of what reports sum up (R76-R78): changes of a day or of a cohort, to be added to what is there."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from ledger.domain.account import ACCOUNTS
from ledger.domain.changes import Posted
from ledger.domain.reported import RewardChange
from ledger.domain.tenant import Tenant
from ledger.store.writing.ownership import Values

FIGURES = (*ACCOUNTS, "stamps", "rewards", "rewards_value")
"""Of a day, in the order of the columns of ``account_day``."""
_PLACE = {account: place for place, account in enumerate(ACCOUNTS)}
_STAMPS, _REWARDS, _VALUE = range(len(ACCOUNTS), len(FIGURES))
Day = tuple[UUID, UUID, date]
"""Program, store, and the day in UTC."""


def reward_changes(tenant: Tenant) -> Iterator[Values]:
    for one in tenant.changes.rewards:
        yield (tenant.merchant, *one)


def account_days(tenant: Tenant) -> Iterator[Values]:
    changes = tenant.changes
    for day, figures in sorted(summed(changes.posted, changes.rewards).items()):
        yield (tenant.merchant, *day, *figures)


def summed(posted: Iterable[Posted], rewards: Iterable[RewardChange]) -> dict[Day, list[int]]:
    """Also where it comes to nothing. Test customers are left out."""
    days: dict[Day, list[int]] = {}
    for one in posted:
        if not one.test:
            figures = _day(days, one.program_id, one.store_id, one.counts_at)
            for line in one.lines:
                if line.unit == "points":
                    figures[_PLACE[line.account]] += line.amount
                elif line.account == "issued":
                    figures[_STAMPS] += line.amount
    for change in rewards:
        figures = _day(days, change.program_id, change.store_id, change.counts_at)
        figures[_REWARDS] += change.change
        figures[_VALUE] += change.change * change.value_minor
    return days


def _day(days: dict[Day, list[int]], program_id: UUID, store_id: UUID, counts_at: datetime) -> list[int]:
    return days.setdefault((program_id, store_id, counts_at.astimezone(UTC).date()), [0] * len(FIGURES))


def cohorts(tenant: Tenant) -> Iterator[Values]:
    for cohort, change in sorted(tenant.changes.cohorts.items()):
        yield (tenant.merchant, *cohort, *change)
