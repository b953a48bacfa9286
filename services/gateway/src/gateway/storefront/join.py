"""The join page: the form, and what comes of sending it. A stranger cannot tell from it who is a customer already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from gateway.api.context import address_of, request_id_of
from gateway.form_token import FILL_SECONDS_MIN
from gateway.joining import (
    REFUSALS,
    enrollment_of,
    join_command_id,
    nobody_to_reach,
    said_in,
    settings_of,
    today_in,
)
from gateway.map import Shop
from gateway.pages.draft import Draft
from gateway.pages.errors import FieldError
from gateway.pages.form import JoinForm, kept_values, parse_join
from gateway.pages.locale import Language
from gateway.principals import ANONYMOUS
from gateway.problems import Refused
from gateway.storefront.context import Asked, Front, front_of, language_in, now_in, page, place_in, see_other, shop_of
from gateway.storefront.views import store_view
from gateway.submitting import Sending
from stampbook_events.enrollment import EnrollCustomer
from stampbook_events.registry import tag_of
from stampbook_messaging.messages import Answer
from stampbook_messaging.queries import QueryUnavailable

ANSWER_SECONDS_MIN = 0.3
"""No answer comes sooner, so that its time does not tell a new address from a known one."""
WAIT_SECONDS = 5.0
_FIELDS_MAX = 40
_FORM = "application/x-www-form-urlencoded"
_STATUS = {"unavailable": 503, "too_many_attempts": 429}


@get("/{language:str}/join")
async def show_join(request: Asked, language: FromPath[str]) -> Response[str]:
    shop, read = await shop_of(request), language_in(language)
    if not shop.open_at(now_in(request)):
        return _closed(request, shop, read, status=200)
    return _form_page(request, shop, read, _fresh(front_of(request), shop, {}), [])


@post("/{language:str}/join", status_code=200)
async def send_join(request: Asked, language: FromPath[str]) -> Response[str] | Response[bytes]:
    """The command's id follows from form and content: sent twice it is one join, with one ticket."""
    front = front_of(request)
    began = front.parts.clock.monotonic()
    shop, read = await shop_of(request), language_in(language)
    if not front.parts.joins.take(address_of(request)):
        sent = await _sent(request)
        return _form_page(request, shop, read, _draft(sent), [FieldError("form", "too_many_attempts")])
    if not shop.open_at(now_in(request)):
        return _closed(request, shop, read, status=409)
    join = _Join(request, front, shop, read, await _sent(request))
    answer = await join.answer()
    await front.parts.clock.sleep(max(join.early_by(), ANSWER_SECONDS_MIN - (front.parts.clock.monotonic() - began), 0))
    return answer


@dataclass(slots=True)
class _Join:
    request: Asked
    front: Front
    shop: Shop
    language: Language
    sent: Mapping[str, str]

    async def answer(self) -> Response[str] | Response[bytes]:
        assert self.shop.form is not None
        draft = _draft(self.sent)
        settings = settings_of(self.shop.form, self.shop.program)
        if self.front.tokens.issued_at(self.shop.store.store_id, draft.form_token, draft.idempotency_key) is None:
            return self._again(self._anew(), FieldError("form", "form_expired"))
        form = parse_join(self.sent, settings, self.language, today_in(self.shop, self.front.parts.clock))
        if isinstance(form, list):
            return _form_page(self.request, self.shop, self.language, draft, form)
        unreachable = nobody_to_reach(form, settings)
        if unreachable is not None:
            return self._again(draft, unreachable)
        return await self._enroll(form, draft)

    def early_by(self) -> float:
        """How much sooner than a person could the form came back; whoever is that quick just waits for the answer."""
        draft = _draft(self.sent)
        issued = self.front.tokens.issued_at(self.shop.store.store_id, draft.form_token, draft.idempotency_key)
        if issued is None:
            return 0.0
        early = FILL_SECONDS_MIN - (self.front.parts.clock.now() - issued).total_seconds()
        return min(early, FILL_SECONDS_MIN)  # a clock that was set back must not hold an answer back for as long

    async def _enroll(self, form: JoinForm, draft: Draft) -> Response[str] | Response[bytes]:
        parts, merchant = self.front.parts, self.shop.store.merchant_id
        fingerprint = parts.ids.fingerprint(tag_of(EnrollCustomer), said_in(self.shop, form, test=self._test))
        command_id = join_command_id(parts.ids, merchant, draft.idempotency_key, fingerprint)
        ticket = parts.ids.ticket(command_id)
        try:
            command = await enrollment_of(parts.sealer, self.shop, form, ticket, test=self._test)
            sending = self._sending(command_id, command, fingerprint)
            answer = (await parts.submitter.submit(sending, WAIT_SECONDS)).answer
        except (QueryUnavailable, Refused):
            answer = None
        if answer is None or answer.status not in {"applied", "refused"}:
            # Sent again, the same form is the same command: nobody is enrolled twice by trying again.
            return self._again(draft, FieldError("form", "unavailable"))
        if answer.status == "applied":
            return see_other(place_in(self.request, self.language, None).local(f"/welcome/{ticket}"))
        return self._refused(answer)

    def _sending(self, command_id: UUID, command: EnrollCustomer, fingerprint: bytes) -> Sending:
        return Sending(
            id=command_id,
            command=command,
            merchant=self.shop.store.merchant_id,
            actor=ANONYMOUS.actor(self.shop.store.store_id),
            correlation=request_id_of(self.request),
            fingerprint=fingerprint,
        )

    def _refused(self, answer: Answer) -> Response[str]:
        """A refused command stays refused: what is sent next must be another one, so the form is a new one."""
        code = answer.code or ""
        if code in {"not_open_for_joining", "store_unknown"}:
            return _closed(self.request, self.shop, self.language, status=409)
        field, word = REFUSALS.get(code, ("form", "unavailable"))
        return self._again(self._anew(), FieldError(field, word))

    def _anew(self) -> Draft:
        return _fresh(self.front, self.shop, self.sent, test=self._test)

    @property
    def _test(self) -> bool:
        """Whether the form was handed out for a test customer (A4)."""
        draft = _draft(self.sent)
        return self.front.tokens.is_test(self.shop.store.store_id, draft.form_token, draft.idempotency_key)

    def _again(self, draft: Draft, error: FieldError) -> Response[str]:
        return _form_page(self.request, self.shop, self.language, draft, [error])


async def _sent(request: Asked) -> dict[str, str]:
    """The fields of a plain form; the first of two of one name counts."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refused("media_type_unsupported")
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise Refused("body_malformed") from None
    return dict(reversed(pairs))


def _draft(sent: Mapping[str, str]) -> Draft:
    return Draft(
        form_token=sent.get("form_token", ""),
        idempotency_key=sent.get("idempotency_key", ""),
        values=kept_values(sent),
    )


def _fresh(front: Front, shop: Shop, sent: Mapping[str, str], *, test: bool = False) -> Draft:
    token = front.tokens.issue(shop.store.store_id, test=test)
    return Draft(form_token=token.token, idempotency_key=token.key, values=kept_values(sent))


def _form_page(request: Asked, shop: Shop, language: Language, draft: Draft, errors: list[FieldError]) -> Response[str]:
    if shop.form is None:
        return _closed(request, shop, language, status=409)
    html = front_of(request).pages.join(
        store_view(shop, now_in(request)),
        place_in(request, language, "/join"),
        settings_of(shop.form, shop.program),
        draft,
        errors,
    )
    status = next((_STATUS[error.code] for error in errors if error.code in _STATUS), 422) if errors else 200
    headers = {"Retry-After": "5"} if status in {429, 503} else None
    return page(request, html, language, status=status, headers=headers)


def _closed(request: Asked, shop: Shop, language: Language, *, status: int) -> Response[str]:
    html = front_of(request).pages.closed(store_view(shop, now_in(request)), place_in(request, language, "/join"))
    return page(request, html, language, status=status)
