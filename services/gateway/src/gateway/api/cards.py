"""``/v1/cards``: find, see and list cards; give points and stamps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from gateway.api.bodies import EarnPointsBody, GiveStampsBody, SearchBody
from gateway.api.context import Asked, Parts, parts_of, principal_in
from gateway.api.cursors import Cursor, Limit, given_out, place_in
from gateway.api.earning import earn, stamp
from gateway.api.reading import ask, details, whole_detail
from gateway.api.views import CardPage, WholeCardDetail
from gateway.api.writing import CommandOutcome
from gateway.authorizer import own_tenant
from gateway.pages.contact import parse_email, parse_phone
from gateway.problems import FieldProblem, Refused
from gateway.questions import (
    AskCardByNumber,
    AskCards,
    AskCardsOf,
    CardList,
    FindCustomer,
    Found,
    LedgerCard,
)
from stampbook_messaging.queries import QueryUnavailable

_Number = Annotated[str | None, QueryParameter(pattern=r"^[0-9 ]{16,24}$")]
_PRIVATE = {"Cache-Control": "no-store"}


@get("/v1/cards", operation_id="list_cards", summary="One card by its number, or all of a merchant's, newest first")
async def list_cards(
    request: Asked,
    number: _Number = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    merchant: FromQuery[UUID | None] = None,
) -> Response[CardPage]:
    asking, parts = principal_in(request), parts_of(request)
    if number is not None:
        of = own_tenant(asking, "find_card", merchant)
        by_number = AskCardByNumber(merchant=of, number=number.replace(" ", ""))
        card = await ask(parts, "ledger", "card_by_number", by_number, LedgerCard)
        return Response(CardPage(cards=await details(parts, asking, of, [card])), headers=_PRIVATE)
    of = own_tenant(asking, "list_cards", merchant)
    listed = ("cards", of)
    question = AskCards(merchant=of, cursor=place_in(parts, listed, cursor), limit=limit)
    page = await ask(parts, "ledger", "cards", question, CardList)
    shown = await details(parts, asking, of, page.cards)
    return Response(CardPage(cards=shown, next=given_out(parts, listed, page.next)), headers=_PRIVATE)


@get("/v1/cards/{card_id:uuid}", operation_id="see_card", summary="A card with its person and all that waits on it")
async def see_card(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[WholeCardDetail]:
    """Unlocked rewards and reservations with their redeem codes, and the lots that are used first."""
    asking = principal_in(request)
    of = own_tenant(asking, "see_card", merchant)
    return Response(await whole_detail(parts_of(request), asking, of, card_id), headers=_PRIVATE)


@post("/v1/cards/search", operation_id="find_cards", summary="The cards of a person, by mail or phone", status_code=200)
async def find_cards(
    request: Asked, data: JSONBody[SearchBody], merchant: FromQuery[UUID | None] = None
) -> Response[CardPage]:
    """A search, not a write: it needs no Idempotency-Key."""
    asking, parts = principal_in(request), parts_of(request)
    of = own_tenant(asking, "find_card", merchant)
    found = await ask(parts, "enrollment", "find_customer", await _sought(parts, of, data), Found)
    if not found.customer_ids:
        return Response(CardPage(cards=[]), headers=_PRIVATE)
    question = AskCardsOf(merchant=of, customer_ids=found.customer_ids)
    cards = await ask(parts, "ledger", "cards_of", question, CardList)
    return Response(CardPage(cards=await details(parts, asking, of, cards.cards)), headers=_PRIVATE)


@post(
    "/v1/cards/{card_id:uuid}/points",
    operation_id="earn_points",
    summary="Give points for a purchase",
    status_code=200,
)
async def earn_points(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[EarnPointsBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Also when the purchase is too small for a point: it is recorded, and the receipt is taken."""
    asking = principal_in(request)
    of = own_tenant(asking, "earn_points", merchant)
    return await earn(request, asking, of, card_id, data, "POST /v1/cards/{card_id}/points")


@post("/v1/cards/{card_id:uuid}/stamps", operation_id="give_stamps", summary="Give stamps", status_code=200)
async def give_stamps(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[GiveStampsBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """As many as fit; the result says how many did not, and why. A full card's redeem code is in it."""
    asking = principal_in(request)
    of = own_tenant(asking, "give_stamps", merchant)
    return await stamp(request, asking, of, card_id, data, "POST /v1/cards/{card_id}/stamps")


async def _sought(parts: Parts, merchant: UUID, data: SearchBody) -> FindCustomer:
    if (data.email is None) == (data.phone is None):
        raise Refused("form_refused", "Give exactly one of email and phone.")
    if data.email is not None:
        address = parse_email(data.email)
        value = address.address if address is not None else None
    else:
        value = parse_phone(data.phone or "")
    kind = "email" if data.email is not None else "phone"
    if value is None:
        raise Refused("form_refused", errors=(FieldProblem(pointer=f"/{kind}", code=f"{kind}_invalid"),))
    try:
        sealed = await parts.sealer.seal("enrollment", value.encode())
    except QueryUnavailable:
        raise Refused("unavailable") from None
    return FindCustomer(merchant=merchant, kind="email" if kind == "email" else "phone", value=sealed)
