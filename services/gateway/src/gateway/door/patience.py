"""Slow clients, whose head or body does not arrive in time, are let go; a drain lets every client go, after its answer."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import Receive
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_SECONDS = 10.0
BODY_SECONDS = 15.0


class TooSlow(TimeoutError):
    """The body did not arrive in time."""


class DoorState(ServerState):
    """*draining*: each answer from now on is the last one on its connection. *left*: one has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.draining = False
        self.left = asyncio.Event()


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own waits for a request's first bytes for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)
        if isinstance(self.server_state, DoorState):
            self.server_state.left.set()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def on_headers_complete(self) -> None:
        self._in_time()
        super().on_headers_complete()
        if isinstance(self.server_state, DoorState) and self.server_state.draining:
            self.cycle.keep_alive = False

    def answer_and_go(self) -> None:
        """Say with the answer that is not yet begun that it is the last one; a client that is told sends nothing more."""
        if self.cycle is not None and not self.cycle.response_started:
            self.cycle.keep_alive = False

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
