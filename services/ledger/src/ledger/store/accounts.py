"""A merchant's accounts as of any instant, by program and store: what is booked, and what has fallen due besides (R78)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ledger.domain.changes import Changes
from ledger.domain.looking import seen
from ledger.domain.reported import Cohort, CohortChange
from ledger.domain.terms import Program
from ledger.store import reporting
from ledger.store.looking import tenant_of
from ledger.store.writing.reports import FIGURES, summed

Db = Any
Place = tuple[UUID, UUID]
"""Program and store."""
Figures = dict[str, int]
"""By the names of ``FIGURES``."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Accounts:
    """*zones*: of the merchant's stores. *looked_at* and *lapsed*: what has fallen due by *now* and is not booked."""

    db: Db
    merchant: UUID
    now: datetime
    zones: Mapping[UUID, str]
    programs: Mapping[UUID, Program]
    looked_at: list[Changes]
    lapsed: list[Any]

    async def before(self, until_in: Callable[[str], datetime], program_id: UUID | None) -> dict[Place, Figures]:
        """All that counts before an instant that *until_in* tells for each zone."""
        until = {zone: until_in(zone).astimezone(UTC) for zone in sorted(set(self.zones.values()))}
        found: dict[Place, Figures] = {}
        for at in sorted(set(until.values())):
            stores = [store_id for store_id, zone in self.zones.items() if until[zone] == at]
            begins = at.replace(hour=0, minute=0, second=0, microsecond=0)
            for row in await self.db.fetch(reporting.SUMS, self.merchant, program_id, stores, at, begins):
                found[row["program_id"], row["store_id"]] = {name: row[name] for name in FIGURES}
        for place, figures in self._due({store_id: until[zone] for store_id, zone in self.zones.items()}):
            if program_id in {None, place[0]}:
                sums = found.setdefault(place, dict.fromkeys(FIGURES, 0))
                for name, amount in figures.items():
                    sums[name] += amount
        return found

    def _due(self, until: Mapping[UUID, datetime]) -> Iterator[tuple[Place, Figures]]:
        for changes in self.looked_at:
            posted = [one for one in changes.posted if one.counts_at < until[one.store_id]]
            rewards = [one for one in changes.rewards if one.counts_at < until[one.store_id]]
            for (program_id, store_id, _), figures in summed(posted, rewards).items():
                yield (program_id, store_id), dict(zip(FIGURES, figures, strict=True))
        for row in self.lapsed:
            if row["expires_at"] < until[row["home"]]:
                yield (row["program_id"], row["home"]), {"issued": -row["points"], "expired": row["points"]}

    async def cohorts(self, program_id: UUID | None) -> dict[Cohort, CohortChange]:
        """What became of each by *now*."""
        found: dict[Cohort, CohortChange] = {}
        for row in await self.db.fetch(reporting.COHORTS, self.merchant, program_id):
            found[Cohort(*row[:3])] = CohortChange(*row[3:])
        for cohort, change in self._cohorts_due():
            if program_id in {None, cohort.program_id}:
                found[cohort] = found.get(cohort, CohortChange()).plus(change)
        return found

    def _cohorts_due(self) -> Iterator[tuple[Cohort, CohortChange]]:
        for changes in self.looked_at:
            yield from changes.cohorts.items()
        for row in self.lapsed:
            cohort = Cohort(row["program_id"], row["store_id"], row["cohort"])
            yield cohort, CohortChange(expired=row["points"], open=-row["points"])


async def accounts(db: Db, merchant: UUID, now: datetime) -> Accounts:
    """Within a transaction that sees one moment."""
    zones = {row["store_id"]: row["time_zone"] for row in await db.fetch(reporting.ZONES, merchant)}
    due = [row["card_id"] for row in await db.fetch(reporting.TO_LOOK_AT, merchant, now)]
    programs = (await tenant_of(db, merchant, (), now)).programs
    looked_at = [
        await _looked_at(db, merchant, due[start : start + AT_ONCE], now) for start in range(0, len(due), AT_ONCE)
    ]
    lapsed = await db.fetch(reporting.LAPSED, merchant, now, due)
    return Accounts(db, merchant, now, zones, programs, looked_at, lapsed)


async def _looked_at(db: Db, merchant: UUID, card_ids: list[UUID], now: datetime) -> Changes:
    """What booking all that is due would write; it is not written."""
    tenant = await tenant_of(db, merchant, card_ids, now)
    for card_id in card_ids:
        seen(tenant, tenant.cards[card_id], now)
    return tenant.changes
