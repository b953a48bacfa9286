"""``/v1/cards/{card_id}/…``: figures put right, a card frozen, closed, replaced, merged, brought up to newer terms."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath, FromQuery, JSONBody

from gateway.api.bodies import AdjustPointsBody, AdjustStampsBody, CloseCardBody, MergeCardsBody
from gateway.api.context import Asked, principal_in
from gateway.api.telling import store_of
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import Action, own_tenant
from gateway.command_ids import new_card_number
from stampbook_events.ledger import (
    AdjustPoints,
    AdjustStamps,
    CheckHolder,
    CloseCard,
    ExtendLots,
    ForgiveDebt,
    FreezeCard,
    LowerCycle,
    MergeCards,
    ReplaceCard,
    UnfreezeCard,
)


@post(
    "/v1/cards/{card_id:uuid}/adjustments/points",
    operation_id="adjust_points",
    summary="Put points right by hand",
    status_code=200,
)
async def adjust_points(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[AdjustPointsBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Up or down by the sign, within the limits of the role. Never into debt."""
    asking = principal_in(request)
    of = own_tenant(asking, "adjust_points", merchant)
    store_id = store_of(request, asking, data.store_id)
    command = AdjustPoints(card_id=card_id, points=data.points, reason=data.reason, store_id=store_id)
    return await _write(request, of, command, "POST /v1/cards/{card_id}/adjustments/points", card_id, store_id)


@post(
    "/v1/cards/{card_id:uuid}/adjustments/stamps",
    operation_id="adjust_stamps",
    summary="Put stamps right by hand",
    status_code=200,
)
async def adjust_stamps(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[AdjustStampsBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Up or down by the sign, within the limits of the role. Never undoes a reward."""
    asking = principal_in(request)
    of = own_tenant(asking, "adjust_stamps", merchant)
    store_id = store_of(request, asking, data.store_id)
    command = AdjustStamps(card_id=card_id, stamps=data.stamps, reason=data.reason, store_id=store_id)
    return await _write(request, of, command, "POST /v1/cards/{card_id}/adjustments/stamps", card_id, store_id)


@post(
    "/v1/cards/{card_id:uuid}/debt/forgive",
    operation_id="forgive_debt",
    summary="Forgive all that is owed",
    status_code=200,
)
async def forgive_debt(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """The merchant writes it off. Nothing owed is nothing to forgive: applied, with 0 points."""
    return await _on(request, "forgive_debt", merchant, ForgiveDebt(card_id=card_id), "debt/forgive")


@post("/v1/cards/{card_id:uuid}/freeze", operation_id="freeze_card", summary="Freeze a card", status_code=200)
async def freeze_card(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Nothing is earned or spent, and nothing lapses, until it is unfrozen."""
    return await _on(request, "freeze_card", merchant, FreezeCard(card_id=card_id), "freeze")


@post("/v1/cards/{card_id:uuid}/unfreeze", operation_id="unfreeze_card", summary="Unfreeze a card", status_code=200)
async def unfreeze_card(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """What would have lapsed meanwhile has a later day."""
    return await _on(request, "unfreeze_card", merchant, UnfreezeCard(card_id=card_id), "unfreeze")


@post("/v1/cards/{card_id:uuid}/close", operation_id="close_card", summary="Close a card", status_code=200)
async def close_card(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[CloseCardBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """What lies on it expires, what is owed is written off. Joining again opens the same card at zero."""
    return await _on(request, "close_card", merchant, CloseCard(card_id=card_id, cause=data.cause), "close")


@post(
    "/v1/cards/{card_id:uuid}/replace",
    operation_id="replace_card",
    summary="Give a lost card a new number",
    status_code=200,
)
async def replace_card(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Same card, nothing moves. The old number is blocked and open redeem codes are renewed."""
    command = ReplaceCard(card_id=card_id, card_number=new_card_number())
    return await _on(request, "replace_card", merchant, command, "replace", said=[card_id])


@post(
    "/v1/cards/{card_id:uuid}/holder-check",
    operation_id="check_holder",
    summary="Say that staff have seen who holds the ticket",
    status_code=200,
)
async def check_holder(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """From then on the card may be redeemed from, whatever it was found by."""
    return await _on(request, "check_holder", merchant, CheckHolder(card_id=card_id), "holder-check")


@post(
    "/v1/cards/{card_id:uuid}/merge", operation_id="merge_cards", summary="Merge a card into another", status_code=200
)
async def merge_cards(
    request: Asked, card_id: FromPath[UUID], data: JSONBody[MergeCardsBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """All that lies on this one goes over to the other, which answers to both ids from then on."""
    command = MergeCards(card_id=card_id, into=data.into)
    return await _on(request, "merge_cards", merchant, command, "merge", keys=(card_id, data.into))


@post(
    "/v1/cards/{card_id:uuid}/lower-cycle",
    operation_id="lower_cycle",
    summary="Give the open stamp cycle the lower target in force",
    status_code=200,
)
async def lower_cycle(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """Never raised. A card that has enough stamps completes at once."""
    return await _on(request, "lower_cycle", merchant, LowerCycle(card_id=card_id), "lower-cycle")


@post(
    "/v1/cards/{card_id:uuid}/extend-lots",
    operation_id="extend_lots",
    summary="Give points the later dates of the rule in force",
    status_code=200,
)
async def extend_lots(
    request: Asked, card_id: FromPath[UUID], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """No date is ever moved earlier."""
    return await _on(request, "extend_lots", merchant, ExtendLots(card_id=card_id), "extend-lots")


async def _on(
    request: Asked,
    action: Action,
    merchant: UUID | None,
    command: msgspec.Struct,
    what: str,
    *,
    said: object = None,
    keys: tuple[UUID, ...] = (),
) -> Response[CommandOutcome]:
    """What is done to a card as such, in whichever store whoever does it works."""
    asking = principal_in(request)
    of = own_tenant(asking, action, merchant)
    card_id: UUID = command.card_id  # type: ignore[attr-defined]
    store_id = next(iter(asking.stores)) if len(asking.stores) == 1 else None
    doing = Write(
        command=command,
        merchant=of,
        route=f"POST /v1/cards/{{card_id}}/{what}",
        store_id=store_id,
        keys=keys or (card_id,),
        said=said,
    )
    return await write(request, asking, doing)


async def _write(
    request: Asked, merchant: UUID, command: msgspec.Struct, route: str, card_id: UUID, store_id: UUID | None
) -> Response[CommandOutcome]:
    doing = Write(command=command, merchant=merchant, route=route, store_id=store_id, keys=(card_id,))
    return await write(request, principal_in(request), doing)


HANDLERS = (
    adjust_points,
    adjust_stamps,
    forgive_debt,
    freeze_card,
    unfreeze_card,
    close_card,
    replace_card,
    check_holder,
    merge_cards,
    lower_cycle,
    extend_lots,
)
