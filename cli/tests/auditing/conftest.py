"""A server that answers what it was told to, over a real line."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

CUT = b""


@dataclass
class Scripted:
    """*answers* are sent one a request; after ``CUT`` the line is closed without a word, without
    any left the client is kept waiting."""

    url: str
    answers: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")), 0
        )
        self.requests.append(head + await reader.readexactly(length))
        if self.answers:
            writer.write(self.answers.pop(0))
            await writer.drain()
        else:
            await reader.read()
        writer.close()


def http(status: int, body: str = "", kind: str = "application/json") -> bytes:
    return (
        f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    ).encode()


@pytest_asyncio.fixture
async def scripted() -> AsyncIterator[Scripted]:
    made = Scripted("")
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
