"""A mail server that takes everything and keeps nothing, in a process of its own.

It does as little as SMTP allows, so that what is measured is the client.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

_ENDING = b"\r\n.\r\n"
_ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}


class Sink(asyncio.Protocol):
    """One connection. Lines are commands until DATA, then content until the lonely dot."""

    def __init__(self) -> None:
        self._held = b""
        self._in_mail = False
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own is no subclass of asyncio's
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (answer := self._next()) is not None:
            assert self._transport is not None
            self._transport.write(answer)

    def _next(self) -> bytes | None:
        """The answer to what has come to its end, if anything has."""
        unit, found, rest = self._held.partition(_ENDING if self._in_mail else b"\r\n")
        if not found:
            return None
        self._held = rest
        if self._in_mail:
            self._in_mail = False
            return b"250 kept\r\n"
        word = unit[:4].upper()
        self._in_mail = word == b"DATA"
        return _ANSWERS.get(word, b"250 ok\r\n")


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
