"""uvicorn inside our own process: on a socket that was handed over or an address, ended by cancellation."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from gateway.door.patience import PatientProtocol
from gateway.settings import Settings
from stampbook_messaging.pulse import Part

DRAIN_SECONDS = 15
KEEP_ALIVE_SECONDS = 15
CONNECTIONS_MAX = 2_000
_BACKLOG = 1024


class _Server(uvicorn.Server):
    """Signals are the service's business; it cancels us when it is to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(slots=True)
class Listening:
    door: Any
    settings: Settings
    _server: _Server = field(init=False)

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
                timeout_notify=1,
            )
        )

    async def run(self, part: Part) -> None:
        """Serve until cancelled, then answer what has begun and let nothing new in."""

        async def come_round() -> None:
            part.alive()

        self._server.config.callback_notify = come_round
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket()]), name="http")
        try:
            await asyncio.shield(serving)
        finally:
            self._server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)

    async def complaint(self) -> str | None:
        return None if self._server.started else "not listening yet"

    def _socket(self) -> socket.socket:
        if self.settings.fd is not None:
            return socket.socket(fileno=self.settings.fd)
        assert self.settings.address is not None
        return socket.create_server(self.settings.address, backlog=_BACKLOG)
