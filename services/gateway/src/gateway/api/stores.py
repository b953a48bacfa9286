"""``/v1/stores``: a join at the till, and the form for who only tries the page."""

from __future__ import annotations

import re
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from gateway.api.bodies import EnrollCustomerBody
from gateway.api.context import Asked, Parts, parts_of, principal_in
from gateway.api.reading import details
from gateway.api.telling import acting_store
from gateway.api.views import CardDetail, TestForm
from gateway.api.writing import CommandOutcome, Write, answered, command_id_of, submit, wait_seconds
from gateway.authorizer import permit
from gateway.form_token import FormTokens
from gateway.joining import enrollment_of, nobody_to_reach, said_in, settings_of, today_in
from gateway.map import Shop
from gateway.pages.errors import FieldError
from gateway.pages.form import JoinForm, parse_join
from gateway.pages.settings import JOIN_FIELDS, JoinSettings
from gateway.principals import Principal
from gateway.problems import FieldProblem, Refused
from gateway.questions import AskCardsOf, CardList, LedgerCard
from gateway.submitting import Submitted
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CARD_SECONDS = 0.05
_ROUTE = "POST /v1/stores/{store_id}/customers"


@post(
    "/v1/stores/{store_id:uuid}/customers",
    operation_id="enroll_customer",
    summary="Enroll a customer at the till",
    status_code=200,
)
async def enroll_customer(
    request: Asked, store_id: FromPath[UUID], data: JSONBody[EnrollCustomerBody]
) -> Response[CommandOutcome]:
    """With ``Prefer: wait`` the result holds the card. Somebody who is known already is found again, not doubled."""
    asking, parts = principal_in(request), parts_of(request)
    permit(asking, "enroll_customer")
    shop = await _shop(request, asking, acting_store(request, asking, store_id))
    form = _read(data, shop, parts)
    command_id = command_id_of(request, asking, shop.store.merchant_id, _ROUTE)
    try:
        command = await enrollment_of(parts.sealer, shop, form, None, test=data.test)
    except QueryUnavailable:
        raise Refused("unavailable") from None
    doing = Write(
        command=command,
        merchant=shop.store.merchant_id,
        route=_ROUTE,
        store_id=store_id,
        said=said_in(shop, form, test=data.test),
    )
    submitted = await submit(request, asking, doing, command_id)
    card = await _card(request, asking, shop, submitted)
    more = None if card is None else {"card_id": card.card_id, "card": card}
    return answered(request, doing, command_id, submitted, more)


@get(
    "/v1/stores/{store_id:uuid}/test-form",
    operation_id="open_test_form",
    summary="A join form's token for a test customer",
)
async def open_test_form(request: Asked, store_id: FromPath[UUID]) -> Response[TestForm]:
    """Sent in place of the page's own, so that the page can be tried without counting in any statistic."""
    asking, parts = principal_in(request), parts_of(request)
    permit(asking, "enroll_customer")
    shop = await _shop(request, asking, acting_store(request, asking, store_id))
    issued = FormTokens(parts.ids, parts.clock).issue(shop.store.store_id, test=True)
    form = TestForm(form_token=issued.token, idempotency_key=issued.key)
    return Response(form, headers={"Cache-Control": "no-store"})


async def _shop(request: Asked, asking: Principal, store_id: UUID) -> Shop:
    try:
        shop = await parts_of(request).directory.shop(store_id)
    except QueryUnavailable:
        raise Refused("unavailable") from None
    if shop is None or shop.store.merchant_id != asking.merchant:
        raise Refused("not_found")
    return shop


def _read(data: EnrollCustomerBody, shop: Shop, parts: Parts) -> JoinForm:
    """The same reading as the page's: the till's answers are put into the form's words."""
    if shop.form is None:
        raise Refused("not_open_for_joining")
    if shop.ended_at(parts.clock.now()):
        raise Refused("program_ended")
    settings = settings_of(shop.form, shop.program)
    superfluous: list[str] = [
        name for name in JOIN_FIELDS if getattr(data, name) is not None and name not in settings.asked
    ]
    if data.birthday_gift and not settings.birthday_gift:
        superfluous = [*superfluous, "birthday_gift"]
    if superfluous:
        raise Refused("form_refused", errors=tuple(_field(name, "field_not_asked") for name in superfluous))
    language = data.language or shop.store.default_language
    form = parse_join(_answers(data, settings), settings, language, today_in(shop, parts.clock))
    if isinstance(form, JoinForm):
        missing = nobody_to_reach(form, settings)
        form = [missing] if missing is not None else form
    if isinstance(form, list):
        raise Refused("form_refused", errors=tuple(_problem(error) for error in form))
    return form


def _answers(data: EnrollCustomerBody, settings: JoinSettings) -> dict[str, str]:
    answers: dict[str, str] = {str(name): getattr(data, name) or "" for name in JOIN_FIELDS if name != "birthday"}
    if data.birthday is not None:
        found = _ISO.fullmatch(data.birthday)
        if found is None:
            raise Refused("form_refused", errors=(_field("birthday", "birthday_not_a_date"),))
        answers |= {"birthday_year": found[1], "birthday_month": found[2], "birthday_day": found[3]}
    return {
        **answers,
        "terms": settings.terms_version,
        "marketing": "yes" if data.marketing else "",
        "birthday_gift": "yes" if data.birthday_gift else "",
    }


def _problem(error: FieldError) -> FieldProblem:
    return _field(error.field, error.code)


def _field(name: str, code: str) -> FieldProblem:
    return FieldProblem(pointer=f"/{name}", code=code)


async def _card(request: Asked, asking: Principal, shop: Shop, submitted: Submitted) -> CardDetail | None:
    """Opening the card is the ledger's next step; whoever waits sees it as soon as it is there."""
    answer, parts = submitted.answer, parts_of(request)
    if answer is None or answer.status != "applied":
        return None
    customer_id = msgspec.json.decode(answer.result, type=_Enrolled).customer_id
    question = AskCardsOf(merchant=shop.store.merchant_id, customer_ids=[customer_id])
    until = parts.clock.monotonic() + max(wait_seconds(request), 0)
    while True:
        try:
            found = await parts.queries.ask("ledger", "cards_of", question, CardList)
        except (QueryUnavailable, QueryRefused):
            return None  # The customer is enrolled; that the card is not to be seen yet takes nothing from it.
        of_program = [card for card in found.cards if card.program_id == shop.store.program_id]
        if of_program:
            return await _shown(request, asking, of_program[0], shop.store.merchant_id)
        if parts.clock.monotonic() >= until:
            return None
        await parts.clock.sleep(_CARD_SECONDS)


async def _shown(request: Asked, asking: Principal, card: LedgerCard, merchant: UUID) -> CardDetail | None:
    try:
        [shown] = await details(parts_of(request), asking, merchant, [card])
    except Refused:
        return None
    return shown


class _Enrolled(msgspec.Struct):
    customer_id: UUID
