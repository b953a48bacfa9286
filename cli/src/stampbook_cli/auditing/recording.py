"""A client's transport that writes down every purchase, stamp and join it carries, and what came back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import msgspec

from stampbook_cli.auditing.history import Asking, History, Kind, address_fingerprint
from stampbook_cli.journeys.doors import LocalNames

_EARNING = re.compile(r"^/v1/(?:cards/(?P<card>[0-9a-fA-F-]{36})|tickets/[^/]+)/(?P<what>points|stamps)$")
_JOIN = re.compile(r"^/[a-z]{2}/join$")
_KINDS: dict[str, Kind] = {"points": "purchase", "stamps": "stamps"}
_TO_BE_SENT_AGAIN = frozenset({503, 504})
PAUSE_SECONDS = 0.3


class Recording(httpx.AsyncBaseTransport):
    """Around any transport. What is no write of a customer's card passes through unwritten."""

    def __init__(self, inner: httpx.AsyncBaseTransport, history: History) -> None:
        self._inner = inner
        self.history = history

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asking = asking_of(request)
        if asking is None:
            return await self._inner.handle_async_request(request)
        number = self.history.sent(asking)
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()  # an answer that breaks off half-way is none
        except (httpx.TransportError, asyncio.CancelledError) as trouble:
            self.history.unknown(number, type(trouble).__name__)
            raise
        self.history.answered(number, response.status_code, **_told(asking, response))
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def recording_client(history: History, *, timeout_seconds: float = 20.0) -> httpx.AsyncClient:
    """As ``doors.client``, and everything it sends is in *history*."""
    return httpx.AsyncClient(transport=Recording(LocalNames(), history), timeout=httpx.Timeout(timeout_seconds))


async def insist(send: Callable[[], Awaitable[httpx.Response]], pause_seconds: float = PAUSE_SECONDS) -> httpx.Response:
    """As a person or a till would: what was not answered, or not taken, is sent again, the same."""
    while True:
        try:
            answer = await send()
        except httpx.TransportError:
            await asyncio.sleep(pause_seconds)
            continue
        if answer.status_code not in _TO_BE_SENT_AGAIN:
            return answer
        await asyncio.sleep(pause_seconds)


def asking_of(request: httpx.Request) -> Asking | None:
    """What *request* asks for; None if it is none of the writes a history is about."""
    if request.method != "POST":
        return None
    if earning := _EARNING.match(request.url.path):
        body = msgspec.json.decode(request.content)
        return Asking(
            kind=_KINDS[earning["what"]],
            key=request.headers.get("Idempotency-Key", ""),
            card=UUID(earning["card"]) if earning["card"] else None,
            amount=body.get("amount_minor", body.get("stamps", 0)),
            receipt=body.get("receipt"),
        )
    if _JOIN.match(request.url.path):
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        address = form.get("email", "")
        return Asking(
            kind="join",
            key=form.get("idempotency_key", ""),
            address=address_fingerprint(address) if address else "",
        )
    return None


class _Result(msgspec.Struct):
    operation_id: UUID | None = None
    card_id: UUID | None = None
    points: int | None = None
    given: int | None = None


class _Body(msgspec.Struct):
    """What a command's outcome and a problem have that a history keeps."""

    status: str | int = ""
    code: str | None = None
    command_id: str = ""
    result: _Result = msgspec.field(default_factory=_Result)


def _told(asking: Asking, response: httpx.Response) -> dict[str, Any]:
    if asking.kind == "join":
        return {"outcome": "applied" if response.status_code == httpx.codes.SEE_OTHER else ""}
    if not response.content or "json" not in response.headers.get("Content-Type", ""):
        return {}
    body = msgspec.json.decode(response.content, type=_Body)
    return {
        "outcome": body.status if isinstance(body.status, str) else "",
        "code": body.code or "",
        "command_id": UUID(body.command_id) if body.command_id else None,
        "operation_id": body.result.operation_id,
        "card": body.result.card_id,
        "granted": body.result.points if body.result.points is not None else body.result.given,
    }
