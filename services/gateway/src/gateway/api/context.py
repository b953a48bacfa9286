"""What handlers work with: the parts of the gateway, and what is known of the request they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from gateway.command_ids import CommandIds
from gateway.directory import Directory
from gateway.limits import Buckets
from gateway.ports import QueryPort, SealPort
from gateway.principals import ANONYMOUS, Principal, bearer_of, principal_of
from gateway.problems import Refused
from gateway.submitting import Submitter
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import QueryUnavailable

Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Built once by ``app.build``; *base_url* is the platform's own address, stores live below its host."""

    directory: Directory
    queries: QueryPort
    sealer: SealPort
    submitter: Submitter
    ids: CommandIds
    clock: Clock
    base_url: str
    setup_token_hash: str
    guesses: Buckets
    per_key: Buckets
    joins: Buckets


def parts_of(request: Asked) -> Parts:
    parts: Parts = request.scope["state"]["parts"]
    return parts


def request_id_of(request: Asked) -> UUID:
    """Also the correlation id of whatever the request leads to."""
    found: UUID = request.scope["state"]["request_id"]
    return found


def address_of(request: Asked) -> str:
    """Whom limits are counted by: the peer as the socket knows it, never a header's word."""
    found: str = request.scope["state"]["address"]
    return found


def principal_in(request: Asked) -> Principal:
    """Who asks, as ``authenticate`` found out."""
    found: Principal = request.scope["state"]["principal"]
    return found


async def authenticate(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Who is it; before a body is read."""
    request = connection if isinstance(connection, Request) else Request(connection.scope)
    found = await _principal(request)
    if found.right == "anonymous" and not handler.opt.get("anonymous"):
        raise Refused("credential_missing")
    request.scope["state"]["principal"] = found


async def _principal(request: Asked) -> Principal:
    """Nobody in particular without a credential; a wrong one is refused, and too many wrong ones are not even read."""
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    parts, address = parts_of(request), address_of(request)
    if not parts.guesses.has(address):
        raise Refused("too_many_requests")
    bearer = bearer_of(header)
    try:
        held = await parts.directory.key(bearer) if bearer is not None else None
    except QueryUnavailable:
        raise Refused("unavailable") from None
    if held is None or not held.key.active:
        parts.guesses.take(address)
        raise Refused("credential_unknown" if held is None else "credential_revoked")
    found = principal_of(held)
    if not parts.per_key.take(str(found.key_id)):
        raise Refused("too_many_requests")
    return found
