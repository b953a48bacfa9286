"""One address for a server that may change: a relay of bytes that is turned from one port to another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class TurnableLine:
    to_port: int
    port: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def turn(self, to_port: int) -> None:
        """From now on to another server; who was connected has lost its connection."""
        self.to_port = to_port
        self.cut()

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, there_writer}
        self._ends |= ends
        try:
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line_to(port: int = 0) -> AsyncIterator[TurnableLine]:
    """A line to *port*, which may be named later."""
    line = TurnableLine(port)
    server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        line.cut()
