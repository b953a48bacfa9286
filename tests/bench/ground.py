"""The ground both sides stand on: real servers that sync every write, streams and tables as released."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from ledger import testing as rule_book
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import Actor, ids
from stampbook_messaging import migrate
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.commands import Commands
from stampbook_messaging.streams import reconcile_streams

MERCHANTS = 20
CARDS_EACH = 50
ACTOR = Actor(kind="service", id="bench")


@dataclass(frozen=True, slots=True)
class Ground:
    servers: Servers

    async def bus(self, identity: str) -> NatsBus:
        return await NatsBus.connect(
            self.servers.nats_url,
            seed_file=str(self.servers.seed_file(identity)),
            identity=identity,
            server_name=self.servers.nats_server_name,
        )


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    servers = start_servers(folder)
    try:
        made = Ground(servers)
        streams = await made.bus("streams")
        await reconcile_streams(streams)
        await streams.close()
        await migrate.upgrade("ledger", servers.dsn("ledger"))
        yield made
    finally:
        servers.stop()


@dataclass(frozen=True, slots=True)
class Card:
    merchant: UUID
    program: UUID
    customer: UUID

    @property
    def id(self) -> UUID:
        return ids.card_id(self.customer, self.program)


def cards() -> list[Card]:
    tenants = [(uuid4(), uuid4()) for _ in range(MERCHANTS)]
    return [Card(merchant, program, uuid4()) for merchant, program in tenants for _ in range(CARDS_EACH)]


async def send(commands: Commands, command: object, merchant: UUID) -> None:
    await commands.send(
        command,
        id=uuid4(),
        merchant=merchant,
        actor=ACTOR,
        correlation=uuid4(),
        fingerprint=b"0123456789abcdef",
        keys=(),
    )


def programs(of: list[Card]) -> list[tuple[UUID, object]]:
    return [(merchant, rule_book.publish(program)) for merchant, program in {(c.merchant, c.program) for c in of}]
