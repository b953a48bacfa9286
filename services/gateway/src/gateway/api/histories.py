"""``/v1/cards/{card_id}/statement``, ``…/as-of``, ``…/explanation``: what happened on a card, and why its figures are so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec.structs import replace

from gateway.api.context import Asked, Parts, parts_of, principal_in
from gateway.api.cursors import Cursor, Limit, given_out, place_in
from gateway.api.elsewhere import explanation_shown, statement_shown, waiting_shown
from gateway.api.instants import Instant, MaybeInstant, instant_of, not_an_instant
from gateway.api.reading import PATIENCE_SECONDS, ask
from gateway.authorizer import own_tenant
from gateway.histories import (
    AskCardAsOf,
    AskExplanation,
    AskStatement,
    CardAsOf,
    Explanation,
    Figure,
    StatementPage,
)
from gateway.problems import FieldProblem, Refused

T = TypeVar("T")
_PRIVATE = {"Cache-Control": "no-store"}
_OF_TIMES = {"time_in_future", "time_without_zone", "before_card_opened"}
_Begin = Annotated[
    Literal["newest", "oldest"],
    QueryParameter(description="Where the first page begins; a cursor knows by itself which way it leads."),
]
_Figure = Annotated[
    Figure,
    QueryParameter(
        description="The balance, the stamps, or what `subject` names: a lot, an unlocked reward, or an operation, "
        "which is any event of the statement."
    ),
]


@get("/v1/cards/{card_id:uuid}/statement", operation_id="see_statement", summary="What happened on a card")
async def see_statement(
    request: Asked,
    card_id: FromPath[UUID],
    begin: _Begin = "newest",
    cursor: Cursor = None,
    limit: Limit = 50,
    merchant: FromQuery[UUID | None] = None,
) -> Response[StatementPage]:
    """Like a bank's: in recorded order, the newest first, with both times and who acted. A page never changes, whatever is
    written meanwhile; `newer` of the first page leads to what came since. Of cards that became one it tells of all.
    """
    asking, parts = principal_in(request), parts_of(request)
    of = own_tenant(asking, "see_statement", merchant)
    listed = ("statement", of, card_id)
    newer, place = _way(place_in(parts, listed, cursor), begin)
    question = AskStatement(merchant=of, card_id=card_id, cursor=place, newer=newer, limit=limit)
    page = await ask(parts, "ledger", "statement", question, StatementPage)
    shown = StatementPage(
        card_id=page.card_id,
        entries=page.entries,
        older=given_out(parts, listed, page.older and f"older {page.older}"),
        newer=given_out(parts, listed, page.newer and f"newer {page.newer}"),
    )
    return Response(statement_shown(asking, shown), headers=_PRIVATE)


@get("/v1/cards/{card_id:uuid}/as-of", operation_id="see_card_as_of", summary="A card as it was at a past instant")
async def see_card_as_of(
    request: Asked, card_id: FromPath[UUID], at: Instant, merchant: FromQuery[UUID | None] = None
) -> Response[CardAsOf]:
    """By what was recorded up to then, with what had fallen due by then, so that it never changes afterwards. The card of
    that time: of one that was merged by then, the card that stayed.
    """
    asking, parts = principal_in(request), parts_of(request)
    of = own_tenant(asking, "see_card_as_of", merchant)
    question = AskCardAsOf(merchant=of, card_id=card_id, at=instant_of(at))
    found = await _of_the_past(parts, "card_as_of", question, CardAsOf)
    return Response(waiting_shown(asking, found), headers=_PRIVATE)


@get(
    "/v1/cards/{card_id:uuid}/explanation",
    operation_id="explain_figure",
    summary="How a figure of a card came about",
)
async def explain_figure(
    request: Asked,
    card_id: FromPath[UUID],
    figure: _Figure = "balance",
    subject: FromQuery[UUID | None] = None,
    at: MaybeInstant = None,
    cursor: Cursor = None,
    merchant: FromQuery[UUID | None] = None,
) -> Response[Explanation]:
    """The figure unfolds into parts, each part into events, each event into the versions of program, campaign and reward that
    it went by, its lines and the lots it touched. As of now, or of `at`; a cursor stays with the instant of its first page.
    """
    asking, parts = principal_in(request), parts_of(request)
    of = own_tenant(asking, "explain_figure", merchant)
    whole = figure in {"balance", "stamps"}
    if whole != (subject is None):
        raise _wrong("subject", "not_for_this_figure" if whole else "missing")
    instant: datetime | None = instant_of(at) if at is not None else None
    listed = ("explanation", of, card_id, figure, subject)
    question = AskExplanation(
        merchant=of,
        card_id=card_id,
        figure=figure,
        subject=subject,
        at=instant,
        cursor=place_in(parts, listed, cursor),
    )
    found = explanation_shown(asking, await _of_the_past(parts, "explain", question, Explanation))
    return Response(replace(found, next=given_out(parts, listed, found.next)), headers=_PRIVATE)


def _way(place: str | None, begin: str) -> tuple[bool, str | None]:
    """Whether towards newer entries, and from where."""
    if place is None:
        return begin == "oldest", None
    way, _, where = place.partition(" ")
    return way == "newer", where


async def _of_the_past(parts: Parts, name: str, question: AskCardAsOf | AskExplanation, reply: type[T]) -> T:
    """A long log takes a while to fold. What the ledger says of the instant is said of the parameter."""
    try:
        return await ask(parts, "ledger", name, question, reply, timeout_seconds=PATIENCE_SECONDS)
    except Refused as refused:
        if refused.code in _OF_TIMES:
            raise not_an_instant(refused.code) from None
        raise


def _wrong(name: str, code: str) -> Refused:
    return Refused("parameter_invalid", errors=(FieldProblem(pointer=f"/{name}", code=code),))


HANDLERS = (see_statement, see_card_as_of, explain_figure)
