"""uvicorn inside our own process: on a socket that was handed over or an address, ended by cancellation."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from gateway.door.patience import DoorState, PatientProtocol
from gateway.settings import Settings
from stampbook_messaging.pulse import Part

FAREWELL_SECONDS = 5.0
"""So long an idle connection may still bring a request, which is answered and told that it was the last. To close it
at once would fail whoever is sending on it just then."""
DRAIN_SECONDS = 12
KEEP_ALIVE_SECONDS = 15
CONNECTIONS_MAX = 2_000
_BACKLOG = 1024


class _Server(uvicorn.Server):
    """Signals are the service's business; it cancels us when it is to end."""

    alive: Callable[[], None]

    async def on_tick(self, counter: int) -> bool:
        """Told by each tick: the server's own notification goes by the time of day, which may be set back."""
        self.alive()
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(slots=True)
class Listening:
    door: Any
    settings: Settings
    _server: _Server = field(init=False)
    _state: DoorState = field(default_factory=DoorState)

    def __post_init__(self) -> None:
        self._server = _Server(
            uvicorn.Config(
                self.door,
                http=PatientProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                limit_concurrency=CONNECTIONS_MAX,
                backlog=_BACKLOG,
            )
        )
        self._server.server_state = self._state

    async def run(self, part: Part) -> None:
        """Serve until cancelled, then answer what has begun and let nothing new in."""
        self._server.alive = part.alive
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket()]), name="http")
        try:
            await asyncio.shield(serving)
        finally:
            await self._say_farewell()
            self._server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)

    async def _say_farewell(self) -> None:
        """Let nobody new in, and let those who are in go with their answer."""
        for server in getattr(self._server, "servers", ()):
            server.close()
        self._state.draining = True
        for connection in self._state.connections:
            assert isinstance(connection, PatientProtocol)
            connection.answer_and_go()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while self._state.connections:
                    self._state.left.clear()
                    await self._state.left.wait()

    async def complaint(self) -> str | None:
        return None if self._server.started else "not listening yet"

    def _socket(self) -> socket.socket:
        if self.settings.fd is not None:
            return socket.socket(fileno=self.settings.fd)
        assert self.settings.address is not None
        return socket.create_server(self.settings.address, backlog=_BACKLOG)
