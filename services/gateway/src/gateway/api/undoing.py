"""``/v1/operations/{id}/void`` and ``/v1/refunds``: what was recorded is taken back."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath, FromQuery, JSONBody

from gateway.api.bodies import RefundPurchaseBody, VoidOperationBody
from gateway.api.context import Asked, principal_in
from gateway.api.telling import channel_of, store_of, till_store
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import own_tenant
from stampbook_events.ledger import RefundPurchase, VoidOperation


@post(
    "/v1/operations/{operation_id:uuid}/void",
    operation_id="void_operation",
    summary="Say that an operation never happened",
    status_code=200,
)
async def void_operation(
    request: Asked,
    operation_id: FromPath[UUID],
    data: JSONBody[VoidOperationBody],
    merchant: FromQuery[UUID | None] = None,
) -> Response[CommandOutcome]:
    """Reverses the whole of it and frees its receipt number. How far back one may go depends on the role."""
    asking = principal_in(request)
    of = own_tenant(asking, "void_operation", merchant)
    store_id = till_store(request, asking, data.store_id)
    command = VoidOperation(operation_id=operation_id, store_id=store_id, channel=channel_of(asking, None))
    doing = Write(command=command, merchant=of, route="POST /v1/operations/{operation_id}/void", store_id=store_id)
    return await write(request, asking, doing)


@post(
    "/v1/refunds",
    operation_id="refund_purchase",
    summary="Take goods back, by receipt",
    status_code=200,
)
async def refund_purchase(
    request: Asked, data: JSONBody[RefundPurchaseBody], merchant: FromQuery[UUID | None] = None
) -> Response[CommandOutcome]:
    """In any store, at any time, in parts or in full; the last part takes exactly what is left."""
    asking = principal_in(request)
    of = own_tenant(asking, "refund_purchase", merchant)
    store_id = store_of(request, asking, data.store_id)
    said = msgspec.structs.asdict(data) | {"store_id": store_id, "channel": channel_of(asking, None)}
    doing = Write(command=RefundPurchase(**said), merchant=of, route="POST /v1/refunds", store_id=store_id)
    return await write(request, asking, doing)


HANDLERS = (void_operation, refund_purchase)
