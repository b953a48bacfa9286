"""Points and stamps: the same two writes for a card and for the card behind a ticket."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from gateway.api.bodies import EarnPointsBody, GiveStampsBody
from gateway.api.context import Asked, parts_of
from gateway.api.writing import CommandOutcome, Write, write
from gateway.principals import Principal
from gateway.problems import FieldProblem, Refused
from stampbook_events.ledger import EarnPoints, GiveStamps


async def earn(
    request: Asked, asking: Principal, card_id: UUID, data: EarnPointsBody, route: str
) -> Response[CommandOutcome]:
    store_id = acting_store(request, asking, data.store_id)
    command = EarnPoints(
        card_id=card_id,
        store_id=store_id,
        amount_minor=data.amount_minor,
        currency=data.currency,
        receipt=data.receipt,
    )
    return await write(
        request,
        asking,
        Write(
            command=command,
            merchant=asking.merchant,
            route=route,
            store_id=store_id,
            keys=(card_id,),
            occurred_at=data.occurred_at,
        ),
    )


async def stamp(
    request: Asked, asking: Principal, card_id: UUID, data: GiveStampsBody, route: str
) -> Response[CommandOutcome]:
    store_id = acting_store(request, asking, data.store_id)
    command = GiveStamps(card_id=card_id, store_id=store_id, stamps=data.stamps, receipt=data.receipt)
    return await write(
        request,
        asking,
        Write(
            command=command,
            merchant=asking.merchant,
            route=route,
            store_id=store_id,
            keys=(card_id,),
            occurred_at=data.occurred_at,
        ),
    )


def acting_store(request: Asked, asking: Principal, named: UUID | None) -> UUID:
    """The store it happens in: the one named, or the only one there is. The ledger checks that it is the merchant's."""
    if named is None:
        if len(asking.stores) == 1:
            return next(iter(asking.stores))
        raise Refused("form_refused", errors=(FieldProblem(pointer="/store_id", code="missing"),))
    if asking.works_in(named):
        return named
    known = parts_of(request).directory.map.stores.get(named)
    own = known is not None and known.merchant_id == asking.merchant
    raise Refused("store_not_yours" if own else "not_found")
