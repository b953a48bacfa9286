"""``/v1/cards/{card_id}/birthday…``: the date of birth put right, and consent to the birthday gift given or taken back."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath, FromQuery, JSONBody

from gateway.api.bodies import BirthdayGiftBody, ChangeBirthdayBody
from gateway.api.context import Asked, parts_of, principal_in
from gateway.api.reading import ledger_card
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import Action, own_tenant, sees_person
from gateway.problems import FieldProblem, Refused
from gateway.questions import LedgerCard
from stampbook_events.enrollment import ChangeBirthday, Personal, Sealed, SetBirthdayConsent
from stampbook_messaging.queries import QueryUnavailable


@post(
    "/v1/cards/{card_id:uuid}/birthday-gift",
    operation_id="set_birthday_consent",
    summary="Say that a customer agrees to the birthday gift, or does not any more",
    status_code=200,
)
async def set_birthday_consent(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[BirthdayGiftBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """It counts from the next day on; taken back, it ends at once."""
    card, of = await _card(request, "set_birthday_consent", card_id, merchant)
    command = SetBirthdayConsent(customer_id=card.customer_id, program_id=card.program_id, given=data.consent)
    return await _write(request, of, command, "POST /v1/cards/{card_id}/birthday-gift", card)


@post(
    "/v1/cards/{card_id:uuid}/birthday",
    operation_id="change_birthday",
    summary="Put a customer's date of birth right",
    status_code=200,
)
async def change_birthday(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[ChangeBirthdayBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Less than thirty days ahead of the birthday, the next gift waits until the year after."""
    card, of = await _card(request, "change_birthday", card_id, merchant)
    command = ChangeBirthday(
        customer_id=card.customer_id,
        store_id=card.store_id,
        program_id=card.program_id,
        personal=await _sealed(request, data),
    )
    said = [card.card_id, data.birthday]
    return await _write(request, of, command, "POST /v1/cards/{card_id}/birthday", card, said)


async def _card(request: Asked, action: Action, card_id: UUID, merchant: UUID | None) -> tuple[LedgerCard, UUID]:
    """For whoever may see the person; the card of a merged one is the one that stayed."""
    asking = principal_in(request)
    of = own_tenant(asking, action, merchant)
    card = await ledger_card(parts_of(request), of, card_id)
    if not sees_person(asking, card):
        raise Refused("not_permitted")
    return card, of


async def _sealed(request: Asked, data: ChangeBirthdayBody) -> Sealed | None:
    if data.birthday is None:
        return None
    if len(data.birthday) != len("1992-02-29"):
        raise Refused("form_refused", errors=(FieldProblem(pointer="/birthday", code="birthday_not_a_date"),))
    try:
        return await parts_of(request).sealer.seal("enrollment", msgspec.json.encode(Personal(birthday=data.birthday)))
    except QueryUnavailable:
        raise Refused("unavailable") from None


async def _write(
    request: Asked, merchant: UUID, command: msgspec.Struct, route: str, card: LedgerCard, said: object = None
) -> Response[CommandOutcome]:
    doing = Write(command=command, merchant=merchant, route=route, keys=(card.customer_id,), said=said)
    return await write(request, principal_in(request), doing)


HANDLERS = (set_birthday_consent, change_birthday)
