"""The one way in: it counts, traces, protects, and opens to the API or to a shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send
from opentelemetry.trace import Span, SpanKind

from gateway.door.address import counted_address
from gateway.door.headers import Headers, policy_for, protective
from gateway.door.hosts import Hosts
from gateway.door.patience import impatient
from gateway.limits import Buckets
from gateway.problems import MEDIA_TYPE, Refused
from gateway.storefront.context import Front
from stampbook_messaging.clock import Clock
from stampbook_messaging.logging import get_logger
from stampbook_messaging.telemetry import HEADER, context_from, failed, span, traceparent_of

log = get_logger(__name__)

_API = ("/v1/", "/openapi.json", "/problems")


@dataclass(slots=True)
class Door:
    api: ASGIApp
    storefront: ASGIApp
    front: Front
    hosts: Hosts
    requests: Buckets
    clock: Clock
    _protective: Headers = field(init=False)

    def __post_init__(self) -> None:
        self._protective = protective(https=self.hosts.scheme == "https")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One span a request (the server speaks nothing but HTTP), named by its route: what stands in a path may be a ticket or a token."""
        state = {**(scope.get("state") or {}), "front": self.front, "parts": self.front.parts}
        asked: Any = {**scope, "state": state}
        # A GET for whoever wants the head only; the server itself leaves the body out.
        method = asked["method"]
        asked["method"] = "GET" if method == "HEAD" else method
        given = _header(scope, b"traceparent")
        began = self.clock.monotonic()
        with span(method, context=context_from(given), kind=SpanKind.SERVER, http__request__method=method) as current:
            answer = _Answer(send, self._own_headers(asked, current))
            await self._through(asked, impatient(receive), answer.send)
            _tell(current, asked, answer.status)
            log.info(
                "request.done",
                method=method,
                route=_route(asked),
                status=answer.status,
                milliseconds=round((self.clock.monotonic() - began) * 1000, 1),
                request_id=str(asked["state"]["request_id"]),
            )

    async def _through(self, scope: Any, receive: Receive, send: Send) -> None:
        subdomain = self.hosts.subdomain(_header(scope, b"host") or "")
        address = scope["state"]["address"] = counted_address(scope)
        if subdomain is None:
            await _refuse(scope, send, Refused("not_found"))
        elif not self.requests.take(address):
            await _refuse(scope, send, Refused("too_many_requests"))
        elif not subdomain and scope["path"].startswith(_API):
            await self.api(scope, receive, send)
        else:
            scope["state"]["subdomain"] = subdomain
            await self.storefront(scope, receive, send)

    def _own_headers(self, scope: Any, current: Span) -> Headers:
        request_id = scope["state"]["request_id"] = uuid4()
        headers = [*self._protective, (b"x-request-id", str(request_id).encode())]
        traceparent = traceparent_of(current)
        if traceparent is not None:
            headers.append((HEADER.encode(), traceparent.encode()))
        return headers


@dataclass(slots=True)
class _Answer:
    """Adds our headers on the way out and remembers the status; 499: nobody was there any more."""

    raw: Send
    headers: Headers
    status: int = 499

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message.get("headers", ()))
            message = {**message, "headers": [*given, *self.headers, policy_for(given)]}
        await self.raw(message)


def _header(scope: Any, name: bytes) -> str | None:
    for found, value in scope["headers"]:
        if found == name:
            text: str = value.decode("latin-1")
            return text
    return None


def _route(scope: Any) -> str:
    return scope.get("path_template") or "unmatched"


def _tell(current: Span, scope: Any, status: int) -> None:
    route = _route(scope)
    current.update_name(f"{scope['method']} {route}")
    current.set_attribute("http.route", route)
    current.set_attribute("http.response.status_code", status)
    current.set_attribute("url.scheme", scope.get("scheme", "http"))
    if status >= 500:
        failed(current, str(status))


async def _refuse(scope: Any, send: Send, refused: Refused) -> None:
    body = msgspec.json.encode(refused.problem(str(scope["state"]["request_id"])))
    headers = {**refused.headers, "Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": raw})
    await send({"type": "http.response.body", "body": body, "more_body": False})
