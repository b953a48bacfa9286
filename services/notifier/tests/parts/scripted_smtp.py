"""A real SMTP server on loopback that says what a test tells it to say, and remembers what it heard."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

DROP = "drop"
SILENCE = "silence"

_USUAL = {
    "greeting": "220 mail.test ready",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "DATA": "354 go ahead",
    "content": "250 2.0.0 queued as 4711",
    "RSET": "250 2.0.0 forgotten",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 2.0.0 ready for TLS",
    "QUIT": "221 2.0.0 bye",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail as it came over the wire, dots unstuffed."""

    sender: str
    recipient: str
    content: bytes
    connection: int


class _Gone(Exception):
    """The script ends this connection here."""


@dataclass(slots=True)
class ScriptedSmtp:
    """*says* replaces the usual answer of a step, every time or, given a list, once for each entry."""

    says: dict[str, str | list[str]] = field(default_factory=dict)
    offers: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    port: int = 0
    connections: int = 0
    open: int = 0
    most_open: int = 0
    heard: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _all_gone: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: dict[str, asyncio.Event] = field(default_factory=dict)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ScriptedSmtp]:
        context = self.tls if self.implicit_tls else None
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._all_gone.set()
        try:
            yield self
        finally:
            self._ended.set()
            server.close()
            await self._all_gone.wait()

    def verbs(self) -> list[str]:
        return [line.split(" ")[0] for line in self.heard]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._all_gone.clear()
        self.most_open = max(self.most_open, self.open)
        try:
            with suppress(_Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _Dialogue(self, reader, writer, self.connections).run()
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)
        finally:
            self.open -= 1
            if not self.open:
                self._all_gone.set()

    def answer(self, step: str) -> str:
        said = self.says.get(step)
        if isinstance(said, list):
            return said.pop(0) if said else _USUAL[step]
        return said or _USUAL[step]

    def hear(self, line: str) -> None:
        self.heard.append(line)
        self._event_of(line.split(" ", maxsplit=1)[0]).set()

    async def until_heard(self, verb: str) -> None:
        await self._event_of(verb).wait()

    def _event_of(self, verb: str) -> asyncio.Event:
        return self._heard.setdefault(verb, asyncio.Event())

    async def ended(self) -> None:
        await self._ended.wait()


@dataclass(slots=True)
class _Dialogue:
    server: ScriptedSmtp
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    sender: str = ""
    recipient: str = ""

    async def run(self) -> None:
        await self._say("greeting")
        while line := await self._line():
            self.server.hear(line)
            verb = line.split(" ")[0].upper()
            if verb in {"EHLO", "HELO"}:
                await self._introduce()
                continue
            answer = await self._say(verb)
            await self._follow(verb, line, answer)

    async def _follow(self, verb: str, line: str, answer: str) -> None:
        match verb, answer[:3]:
            case "MAIL", "250":
                self.sender = line
            case "RCPT", "250":
                self.recipient = line
            case "DATA", "354":
                await self._content()
            case "STARTTLS", "220":
                assert self.server.tls is not None
                await self.writer.start_tls(self.server.tls)
            case "QUIT", _:
                raise _Gone

    async def _content(self) -> None:
        body = await self.reader.readuntil(b"\r\n.\r\n")
        content = body[:-3].replace(b"\r\n..", b"\r\n.")
        content = content[1:] if content.startswith(b"..") else content
        answer = await self._say("content")
        if answer.startswith("250"):
            self.server.taken.append(Taken(self.sender, self.recipient, content, self.number))

    async def _introduce(self) -> None:
        lines = ["mail.test", *self.server.offers]
        text = "".join(f"250{' ' if line is lines[-1] else '-'}{line}\r\n" for line in lines)
        self.writer.write(text.encode())
        await self.writer.drain()

    async def _say(self, step: str) -> str:
        answer = self.server.answer(step)
        if answer == SILENCE:
            await self.server.ended()
        if answer in {DROP, SILENCE}:
            raise _Gone
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()
        if answer.startswith("421"):
            raise _Gone
        return answer

    async def _line(self) -> str:
        reading = asyncio.ensure_future(self.reader.readline())
        ending = asyncio.ensure_future(self.server.ended())
        await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not reading.done():
            reading.cancel()
            raise _Gone
        return reading.result().decode().rstrip("\r\n")
