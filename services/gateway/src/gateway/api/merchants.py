"""``/v1/merchants``: merchants, their stores, join forms and keys."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, delete, post
from litestar.params import FromPath, JSONBody

from gateway.api.bodies import (
    IssueKeyBody,
    OpenStoreBody,
    RegisterMerchantBody,
    SetJoinFormBody,
)
from gateway.api.context import Asked, principal_in
from gateway.api.writing import CommandOutcome, Write, write
from gateway.authorizer import permit, tenant
from stampbook_events.enrollment import IssueKey, OpenStore, RegisterMerchant, RevokeKey, SetJoinForm
from stampbook_events.ids import PLATFORM


@post("/v1/merchants", operation_id="register_merchant", summary="Register a merchant", status_code=200)
async def register_merchant(request: Asked, data: JSONBody[RegisterMerchantBody]) -> Response[CommandOutcome]:
    asking = principal_in(request)
    permit(asking, "register_merchant")
    command = RegisterMerchant(**msgspec.structs.asdict(data))
    doing = Write(command=command, merchant=PLATFORM, route="POST /v1/merchants", keys=(data.merchant_id,))
    return await write(request, asking, doing)


@post(
    "/v1/merchants/{merchant:uuid}/stores",
    operation_id="open_store",
    summary="Open a store, or say what is new about it",
    status_code=200,
)
async def open_store(
    request: Asked, merchant: FromPath[UUID], data: JSONBody[OpenStoreBody]
) -> Response[CommandOutcome]:
    """Decided in the platform's own partition, where host names are given out."""
    asking = principal_in(request)
    tenant(asking, "open_store", merchant)
    command = OpenStore(merchant_id=merchant, **msgspec.structs.asdict(data))
    doing = Write(
        command=command, merchant=PLATFORM, route="POST /v1/merchants/{merchant}/stores", keys=(data.store_id,)
    )
    return await write(request, asking, doing)


@post(
    "/v1/merchants/{merchant:uuid}/join-forms",
    operation_id="set_join_form",
    summary="Say what joining a program asks for",
    status_code=200,
)
async def set_join_form(
    request: Asked, merchant: FromPath[UUID], data: JSONBody[SetJoinFormBody]
) -> Response[CommandOutcome]:
    asking = principal_in(request)
    tenant(asking, "set_join_form", merchant)
    command = SetJoinForm(**msgspec.structs.asdict(data))
    doing = Write(
        command=command, merchant=merchant, route="POST /v1/merchants/{merchant}/join-forms", keys=(data.program_id,)
    )
    return await write(request, asking, doing)


@post(
    "/v1/merchants/{merchant:uuid}/keys",
    operation_id="issue_key",
    summary="Give a system or a member of staff a key",
    status_code=200,
)
async def issue_key(request: Asked, merchant: FromPath[UUID], data: JSONBody[IssueKeyBody]) -> Response[CommandOutcome]:
    """The key itself is made by its holder; only its hash is told."""
    asking = principal_in(request)
    tenant(asking, "issue_key", merchant)
    command = IssueKey(**msgspec.structs.asdict(data))
    doing = Write(command=command, merchant=merchant, route="POST /v1/merchants/{merchant}/keys", keys=(data.key_id,))
    return await write(request, asking, doing)


@delete(
    "/v1/merchants/{merchant:uuid}/keys/{key_id:uuid}",
    operation_id="revoke_key",
    summary="Revoke a key",
    status_code=200,
)
async def revoke_key(request: Asked, merchant: FromPath[UUID], key_id: FromPath[UUID]) -> Response[CommandOutcome]:
    """Refused from the next request on."""
    asking = principal_in(request)
    tenant(asking, "revoke_key", merchant)
    doing = Write(
        command=RevokeKey(key_id=key_id),
        merchant=merchant,
        route="DELETE /v1/merchants/{merchant}/keys/{key_id}",
        keys=(key_id,),
    )
    return await write(request, asking, doing)
