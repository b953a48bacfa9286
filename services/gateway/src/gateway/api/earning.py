"""Points and stamps: the same two writes for a card and for the card behind a ticket."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from gateway.api.bodies import EarnPointsBody, GiveStampsBody
from gateway.api.context import Asked
from gateway.api.telling import till_store, told_of
from gateway.api.writing import CommandOutcome, Write, write
from gateway.principals import Principal
from stampbook_events.ledger import EarnPoints, GiveStamps


async def earn(
    request: Asked,
    asking: Principal,
    merchant: UUID,
    card_id: UUID,
    data: EarnPointsBody,
    route: str,
    *,
    by_ticket: bool = False,
) -> Response[CommandOutcome]:
    store_id = till_store(request, asking, data.store_id)
    command = EarnPoints(
        card_id=card_id,
        store_id=store_id,
        amount_minor=data.amount_minor,
        currency=data.currency,
        by_ticket=by_ticket,
        **told_of(asking, data),
    )
    doing = Write(
        command=command,
        merchant=merchant,
        route=route,
        store_id=store_id,
        keys=(card_id,),
        occurred_at=data.occurred_at,
    )
    return await write(request, asking, doing)


async def stamp(
    request: Asked,
    asking: Principal,
    merchant: UUID,
    card_id: UUID,
    data: GiveStampsBody,
    route: str,
    *,
    by_ticket: bool = False,
) -> Response[CommandOutcome]:
    store_id = till_store(request, asking, data.store_id)
    command = GiveStamps(
        card_id=card_id,
        store_id=store_id,
        stamps=data.stamps,
        override=data.override,
        by_ticket=by_ticket,
        **told_of(asking, data),
    )
    doing = Write(
        command=command,
        merchant=merchant,
        route=route,
        store_id=store_id,
        keys=(card_id,),
        occurred_at=data.occurred_at,
    )
    return await write(request, asking, doing)
