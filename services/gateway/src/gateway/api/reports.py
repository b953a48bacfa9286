"""``/v1/merchants/{merchant}/reports``: what a merchant owes, and what was never fetched (R77, R78)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from gateway.api.context import Asked, parts_of, principal_in
from gateway.api.instants import MaybeInstant, instant_of
from gateway.api.reading import PATIENCE_SECONDS, ask
from gateway.api.strictness import YEARS
from gateway.authorizer import tenant
from gateway.problems import FieldProblem, Refused
from gateway.reports import (
    AskCohorts,
    AskLiability,
    AskPeriod,
    BreakageReport,
    CohortReport,
    LiabilityReport,
)

Report = TypeVar("Report", LiabilityReport, BreakageReport, CohortReport)
_PRIVATE = {"Cache-Control": "no-store"}
_Day = Annotated[str, QueryParameter(max_length=64, format="date", description="A day of the years 2000 to 2199.")]


@get(
    "/v1/merchants/{merchant:uuid}/reports/liability",
    operation_id="report_liability",
    summary="What a merchant owes, in points and in money",
)
async def report_liability(
    request: Asked, merchant: FromPath[UUID], at: MaybeInstant = None, program_id: FromQuery[UUID | None] = None
) -> Response[LiabilityReport]:
    """As of now, or of `at`, by what was recorded up to then; what had lapsed by then is left out, booked or not. By program,
    and by the stores in which points came and went. Test customers are not in it.
    """
    instant = instant_of(at) if at is not None else None
    question = AskLiability(merchant=merchant, program_id=program_id, at=instant)
    return await _report(request, "liability", question, LiabilityReport, "at")


@get(
    "/v1/merchants/{merchant:uuid}/reports/breakage",
    operation_id="report_breakage",
    summary="How the points owed rolled forward in a period, and what of them expired",
)
async def report_breakage(
    request: Asked,
    merchant: FromPath[UUID],
    first_day: _Day,
    last_day: _Day,
    program_id: FromQuery[UUID | None] = None,
) -> Response[BreakageReport]:
    """From the beginning of the first day to the end of the last one, in each store by its own clock. Points expire at the
    end of their day, however late that is booked. Periods join: the opening of one is the closing of the one before.
    """
    question = AskPeriod(
        merchant=merchant,
        first_day=_day_of(first_day, "first_day"),
        last_day=_day_of(last_day, "last_day"),
        program_id=program_id,
    )
    return await _report(request, "period", question, BreakageReport, "first_day")


@get(
    "/v1/merchants/{merchant:uuid}/reports/cohorts",
    operation_id="report_cohorts",
    summary="What became of the points of each month",
)
async def report_cohorts(
    request: Asked, merchant: FromPath[UUID], program_id: FromQuery[UUID | None] = None
) -> Response[CohortReport]:
    """As of now. What came back as another lot, because the first had lapsed, stays in the month of the first."""
    return await _report(request, "cohorts", AskCohorts(merchant=merchant, program_id=program_id), CohortReport, "")


async def _report(
    request: Asked, name: str, question: AskLiability | AskPeriod | AskCohorts, report: type[Report], time: str
) -> Response[Report]:
    """What the ledger says of times is said of the parameters."""
    tenant(principal_in(request), "see_reports", question.merchant)
    try:
        found = await ask(parts_of(request), "ledger", name, question, report, timeout_seconds=PATIENCE_SECONDS)
    except Refused as refused:
        if refused.code == "time_in_future":
            raise _wrong(time, refused.code) from None
        if refused.code == "period_reversed":
            raise _wrong("last_day", refused.code) from None
        raise
    return Response(found, headers=_PRIVATE)


def _day_of(text: str, name: str) -> date:
    try:
        found = msgspec.convert(text, date)
    except msgspec.ValidationError:
        raise _wrong(name, "not_a_day") from None
    if found.year not in YEARS:
        raise _wrong(name, "year_implausible")
    return found


def _wrong(name: str, code: str) -> Refused:
    return Refused("parameter_invalid", errors=(FieldProblem(pointer=f"/{name}", code=code),))


HANDLERS = (report_liability, report_breakage, report_cohorts)
