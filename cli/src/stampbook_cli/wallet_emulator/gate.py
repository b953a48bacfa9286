"""Stands before the API: plays the ordered faults and remembers which requests came."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from stampbook_cli.wallet_emulator.faults import Faults, Rule
from stampbook_cli.wallet_emulator.refusals import ordered
from stampbook_cli.wallet_emulator.surface import SAVE_PATH

GUARDED = ("/walletobjects/", "/token", "/batch", "/gp/")
REQUESTS_MAX = 1000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """*status* is what the client was told; None when the connection was cut."""

    at: datetime
    method: str
    path: str
    status: int | None
    fault: bool


class Gate:
    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        seen: deque[Seen],
        abort: Callable[[tuple[str, int] | None], None],
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._faults = faults
        self._seen = seen
        self._abort = abort
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        rule = self._faults.take(method, path)
        status = await self._answer(scope, receive, send, rule)
        # A save link is a bearer of rights and is never written down.
        shown = SAVE_PATH + "…" if path.startswith(SAVE_PATH) else path
        self._seen.append(Seen(at=self._now(), method=method, path=shown, status=status, fault=rule is not None))

    async def _answer(self, scope: Scope, receive: Receive, send: Send, rule: Rule | None) -> int | None:
        if rule is None:
            return await self._pass_on(scope, receive, send)
        if rule.apply:
            await self._pass_on(scope, receive, swallowed)
        await asyncio.sleep(rule.delay_seconds)
        if rule.drop:
            self._abort(scope["client"])
            while (await receive())["type"] != "http.disconnect":
                pass  # What the client still sends is of no interest; the server must know the connection is gone.
            return None
        if rule.status is not None:
            await send_error(send, rule)
            return rule.status
        return await self._pass_on(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> int | None:
        statuses: list[int] = []

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        await self._app(scope, receive, noted)
        return statuses[0] if statuses else None


async def swallowed(_message: Message) -> None:
    """The answer of a request whose answer is to be lost."""


async def send_error(send: Send, rule: Rule) -> None:
    status = rule.status or 500
    headers = [(b"content-type", b"application/json; charset=UTF-8")]
    if rule.retry_after is not None:
        headers.append((b"retry-after", str(rule.retry_after).encode()))
    content = msgspec.json.encode(ordered(status).body())
    await send(cast("Any", {"type": "http.response.start", "status": status, "headers": headers}))
    await send(cast("Any", {"type": "http.response.body", "body": content}))
