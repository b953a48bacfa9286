"""Slow clients: a head or a body that does not arrive in time ends the connection."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import Receive
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
BODY_SECONDS = 15.0


class TooSlow(TimeoutError):
    """The body did not arrive in time."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own waits for a request's first bytes for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def on_headers_complete(self) -> None:
        self._in_time()
        super().on_headers_complete()

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


def impatient(receive: Receive, body_seconds: float = BODY_SECONDS) -> Receive:
    """*receive* with one deadline for the whole body; after its end a client may stay as long as it likes."""
    until = asyncio.get_running_loop().time() + body_seconds
    whole = False

    async def inner() -> Any:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message: Any = await receive()
        except TimeoutError:
            raise TooSlow from None
        whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return inner
