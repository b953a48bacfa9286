"""Lines to servers that can be cut, frozen, slowed down or made deaf: relays of bytes between loopback ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace

from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.services import DOMAIN_SERVICES, Parts, Service
from stampbook_cli.embedded.stack import Declaration

COMMIT = b"COMMIT;\x00"
_READ_BYTES = 65_536


@dataclass(eq=False, slots=True)
class _Connection:
    """*frozen*: what is sent vanishes and nobody is told; *deaf*: what the server says vanishes."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    frozen: bool = False
    deaf: bool = False

    def abort(self) -> None:
        for end in (self.client, self.server):
            end.transport.abort()


@dataclass(slots=True)
class Line:
    """*commits_to_cut*: so many COMMITs are cut off, by turns after and before the server has read them."""

    to_port: int = 0
    port: int = 0
    one_way_seconds: float = 0.0
    commits_to_cut: int = 0
    _connections: set[_Connection] = field(default_factory=set)

    @property
    def open(self) -> bool:
        return bool(self._connections)

    def cut(self) -> int:
        """Drop every connection where it is, without a farewell; how many there were."""
        cut = list(self._connections)
        for connection in cut:
            connection.abort()
        return len(cut)

    def freeze(self) -> int:
        """Every connection there is stays open and carries nothing any more; new ones are as good as ever."""
        for connection in self._connections:
            connection.frozen = True
        return len(self._connections)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Inside, what clients send arrives and no answer comes back; at the end those connections are cut."""
        deaf = list(self._connections)
        for connection in deaf:
            connection.deaf = True
        try:
            yield
        finally:
            for connection in deaf:
                connection.abort()

    @contextmanager
    def slow(self, one_way_seconds: float) -> Iterator[None]:
        self.one_way_seconds = one_way_seconds
        try:
            yield
        finally:
            self.one_way_seconds = 0.0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(LOOPBACK, self.to_port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, server_writer)
        self._connections.add(connection)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(connection, reader, server_writer))
                group.create_task(self._carry(connection, server_reader, writer))
        finally:
            self._connections.discard(connection)
            connection.abort()

    async def _carry(self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bytes keep their order, and the pause between them, however long they take."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(connection, writer, under_way))
        try:
            while data := await reader.read(_READ_BYTES):
                if connection.frozen or (connection.deaf and writer is connection.client):
                    continue
                under_way.put_nowait((loop.time() + self.one_way_seconds, data))
            under_way.put_nowait((loop.time() + self.one_way_seconds, b""))
            await arriving
        except ConnectionError:
            return
        finally:
            arriving.cancel()
            await asyncio.gather(arriving, return_exceptions=True)

    async def _arrive(
        self, connection: _Connection, writer: asyncio.StreamWriter, under_way: asyncio.Queue[tuple[float, bytes]]
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                writer.close()
                return
            if self.commits_to_cut and writer is connection.server and COMMIT in data:
                await self._cut_commit(connection, data)
                return
            writer.write(data)
            await writer.drain()

    async def _cut_commit(self, connection: _Connection, data: bytes) -> None:
        self.commits_to_cut -= 1
        connection.client.transport.abort()
        if self.commits_to_cut % 2:
            connection.server.write(data)
            await connection.server.drain()
            connection.server.close()
        else:
            connection.server.transport.abort()


@dataclass(frozen=True, slots=True)
class Lines:
    """By service: its line to NATS, its line to PostgreSQL."""

    nats: dict[str, Line]
    postgres: dict[str, Line]

    @property
    def all(self) -> list[Line]:
        return [*self.nats.values(), *self.postgres.values()]


class ThroughLines(Declaration):
    """A whole stack whose services reach their servers through lines alone."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def services(self, parts: Parts) -> list[Service]:
        return [self._through(service, parts) for service in super().services(parts)]

    def _through(self, service: Service, parts: Parts) -> Service:
        environment = dict(service.environment)
        ways = [("STAMPBOOK_NATS_URL", self._lines.nats, parts.nats.port)]
        if service.name in self._lines.postgres:
            ways.append(("STAMPBOOK_DATABASE_URL", self._lines.postgres, parts.postgres.port))
        for variable, lines, port in ways:
            line = lines[service.name]
            line.to_port = port
            environment[variable] = environment[variable].replace(f":{port}", f":{line.port}")
        return replace(service, environment=environment)


@asynccontextmanager
async def listening_lines() -> AsyncIterator[Lines]:
    nats = {name: Line() for name in (*DOMAIN_SERVICES, "gateway")}
    postgres = {name: Line() for name in DOMAIN_SERVICES}
    lines = Lines(nats, postgres)
    async with AsyncExitStack() as closing:
        for line in lines.all:
            server = await asyncio.start_server(line.connect, LOOPBACK, 0)
            line.port = server.sockets[0].getsockname()[1]
            closing.push_async_callback(server.wait_closed)
            closing.callback(server.close)
            closing.callback(line.cut)
        yield lines
