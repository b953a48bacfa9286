"""Liability, roll-forward with breakage, and cohorts of a merchant: each of its programs and stores (R77, R78)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.days import end_of, local_day, start_of
from ledger.domain.reported import Cohort, CohortChange
from ledger.domain.reports import money
from ledger.queries.past import past
from ledger.queries.questions import AskCohorts, AskLiability, AskPeriod
from ledger.queries.report_views import (
    CohortReport,
    CohortShown,
    LiabilityReport,
    Moved,
    Owed,
    PeriodReport,
    ProgramCohorts,
    ProgramMoved,
    ProgramOwed,
    StoreCohorts,
    StoreMoved,
    StoreOwed,
)
from ledger.store.accounts import Accounts, Figures, Place, accounts
from ledger.store.looking import one_moment
from ledger.store.writing.reports import FIGURES
from stampbook_events.ledger import PointValue
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

Sums = Mapping[Place, Figures]
_AFTER = timedelta(microseconds=1)
_NOTHING: Figures = dict.fromkeys(FIGURES, 0)


@dataclass(frozen=True, slots=True)
class ReportQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {
            "liability": (AskLiability, self.liability),
            "period": (AskPeriod, self.period),
            "cohorts": (AskCohorts, self.cohorts),
        }

    async def liability(self, request: AskLiability) -> LiabilityReport:
        now = self.clock.now()
        at = past(request.at, self.clock) if request.at is not None else now
        async with one_moment(self.pool) as db:
            books = await accounts(db, request.merchant, now)
            asked = _asked(books, request.program_id)
            sums = await books.before(lambda _zone: at + _AFTER, request.program_id)
        programs = [_program_owed(one, _value(books, one, at), _of(sums, one)) for one in asked]
        owed = _owed(_sum(sums.values()), None)
        return LiabilityReport(at=at, total=_with_money(owed, programs), programs=programs)

    async def period(self, request: AskPeriod) -> PeriodReport:
        """Periods join: the opening of one is the closing of the one before."""
        now = self.clock.now()
        if request.last_day < request.first_day:
            raise Refusal("period_reversed")
        async with one_moment(self.pool) as db:
            books = await accounts(db, request.merchant, now)
            asked = _asked(books, request.program_id)
            if all(request.first_day > local_day(now, zone) for zone in books.zones.values()):
                raise Refusal("time_in_future")
            before = await books.before(partial(start_of, request.first_day), request.program_id)
            until = await books.before(partial(end_of, request.last_day), request.program_id)
        programs = []
        for one in asked:
            ends = [end_of(request.last_day, zone) for zone in books.zones.values()]
            value = _value(books, one, min(now, max(ends) - _AFTER))
            programs.append(_program_moved(one, value, _of(before, one), _of(until, one)))
        moved = _moved(_sum(before.values()), _sum(until.values()), None)
        total = _with_breakage(moved, programs)
        return PeriodReport(
            first_day=request.first_day, last_day=request.last_day, at=now, total=total, programs=programs
        )

    async def cohorts(self, request: AskCohorts) -> CohortReport:
        now = self.clock.now()
        async with one_moment(self.pool) as db:
            books = await accounts(db, request.merchant, now)
            asked = _asked(books, request.program_id)
            found = await books.cohorts(request.program_id)
        programs = [_program_cohorts(one, {k: v for k, v in found.items() if k.program_id == one}) for one in asked]
        return CohortReport(at=now, programs=programs)


def _asked(books: Accounts, program_id: UUID | None) -> list[UUID]:
    """All programs, or the one; a stranger's is unknown."""
    if program_id is None:
        return sorted(books.programs)
    if program_id not in books.programs:
        raise Refusal("program_unknown")
    return [program_id]


def _value(books: Accounts, program_id: UUID, at: datetime) -> PointValue | None:
    version = books.programs[program_id].in_force(at)
    return version.terms.rules.point_value if version is not None else None


def _of(sums: Sums, program_id: UUID) -> dict[UUID, Figures]:
    """By store."""
    return {store_id: figures for (of, store_id), figures in sums.items() if of == program_id}


def _sum(figures: Iterable[Figures]) -> Figures:
    total = Counter(_NOTHING)
    for one in figures:
        total.update(one)
    return dict(total)


def _fields_of(figures: Figures, value: PointValue | None) -> dict[str, Any]:
    points = figures["issued"] + figures["held"]
    return {
        "points": points,
        "debt": -figures["debt"],
        "money_minor": money(points, value),
        "rewards": figures["rewards"],
        "rewards_value_minor": figures["rewards_value"],
        "stamps": figures["stamps"],
    }


def _owed(figures: Figures, value: PointValue | None) -> Owed:
    return Owed(**_fields_of(figures, value))


def _program_owed(program_id: UUID, value: PointValue | None, stores: Mapping[UUID, Figures]) -> ProgramOwed:
    return ProgramOwed(
        **_fields_of(_sum(stores.values()), value),
        program_id=program_id,
        point_value=value,
        stores=[StoreOwed(**_fields_of(stores[one], value), store_id=one) for one in sorted(stores)],
    )


def _with_money(owed: Owed, programs: Iterable[ProgramOwed]) -> Owed:
    parts = [one.money_minor for one in programs if one.points]
    return msgspec.structs.replace(owed, money_minor=_money(parts))


def _money(parts: list[int | None]) -> int | None:
    """Rounded in each program, which has a value of its own."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _change(before: Figures, until: Figures, value: PointValue | None) -> dict[str, Any]:
    change = {name: until[name] - before[name] for name in FIGURES}
    return {
        "opening": before["issued"] + before["held"],
        "granted": -change["granted"],
        "adjusted": -change["adjusted"],
        "redeemed": change["redeemed"],
        "expired": change["expired"],
        "debt": -change["debt"],
        "absorbed": -change["absorbed"],
        "closing": until["issued"] + until["held"],
        "breakage_minor": money(change["expired"], value),
    }


def _moved(before: Figures, until: Figures, value: PointValue | None) -> Moved:
    return Moved(**_change(before, until, value))


def _program_moved(
    program_id: UUID, value: PointValue | None, before: Mapping[UUID, Figures], until: Mapping[UUID, Figures]
) -> ProgramMoved:
    return ProgramMoved(
        **_change(_sum(before.values()), _sum(until.values()), value),
        program_id=program_id,
        point_value=value,
        stores=[
            StoreMoved(**_change(before.get(one, _NOTHING), until.get(one, _NOTHING), value), store_id=one)
            for one in sorted(before.keys() | until.keys())
        ],
    )


def _with_breakage(moved: Moved, programs: Iterable[ProgramMoved]) -> Moved:
    parts = [one.breakage_minor for one in programs if one.expired]
    return msgspec.structs.replace(moved, breakage_minor=_money(parts))


def _program_cohorts(program_id: UUID, found: Mapping[Cohort, CohortChange]) -> ProgramCohorts:
    stores = sorted({cohort.store_id for cohort in found})
    return ProgramCohorts(
        program_id=program_id,
        cohorts=_by_month(found.items()),
        stores=[
            StoreCohorts(store_id=one, cohorts=_by_month((k, v) for k, v in found.items() if k.store_id == one))
            for one in stores
        ],
    )


def _by_month(found: Iterable[tuple[Cohort, CohortChange]]) -> list[CohortShown]:
    months: dict[date, CohortChange] = {}
    for cohort, change in found:
        months[cohort.month] = months.get(cohort.month, CohortChange()).plus(change)
    return [
        CohortShown(month=f"{month:%Y-%m}", **months[month]._asdict(), breakage_percent=_percent(months[month]))
        for month in sorted(months)
    ]


def _percent(change: CohortChange) -> float | None:
    """To a tenth, a half of it up."""
    kept = change.granted - change.reversed
    return (2000 * change.expired + kept) // (2 * kept) / 10 if kept > 0 else None
