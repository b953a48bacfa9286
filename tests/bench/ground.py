"""The ground both sides stand on: real servers that sync every write, streams and tables as released, cards to use."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from ledger import testing as rule_book
from stampbook_cli.embedded.testing import Servers, start_servers
from stampbook_events import Actor, ids
from stampbook_events.ledger import EarnPoints, OpenCard
from stampbook_messaging import migrate
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.commands import Commands
from stampbook_messaging.streams import reconcile_streams

MERCHANTS = 20
CARDS_EACH = 50
AT_ONCE = 500
ACTOR = Actor(kind="service", id="bench")
STORE = uuid4()


@dataclass(frozen=True, slots=True)
class Ground:
    folder: Path
    servers: Servers

    @asynccontextmanager
    async def bus(self, identity: str) -> AsyncIterator[NatsBus]:
        bus = await NatsBus.connect(
            self.servers.nats_url,
            seed_file=str(self.servers.seed_file(identity)),
            identity=identity,
            server_name=self.servers.nats_server_name,
        )
        try:
            yield bus
        finally:
            await bus.close()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Any]:
        """One connection to the ledger's schema."""
        db = await asyncpg.connect(
            self.servers.dsn("ledger"), server_settings={"search_path": "ledger", "jit": "off", "timezone": "UTC"}
        )
        try:
            yield db
        finally:
            await db.close()


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    servers = start_servers(folder, durable=True)
    try:
        made = Ground(folder, servers)
        async with made.bus("streams") as streams:
            await reconcile_streams(streams)
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


def make_cards() -> list[Card]:
    tenants = [(uuid4(), uuid4()) for _ in range(MERCHANTS)]
    return [Card(merchant, program, uuid4()) for merchant, program in tenants for _ in range(CARDS_EACH)]


def purchases(cards: Sequence[Card], count: int, number: int) -> list[Card]:
    """Who buys in round *number*: both sides get the same cards in the same order."""
    return random.Random(number).choices(cards, k=count)


def programs(cards: Sequence[Card]) -> list[tuple[UUID, msgspec.Struct]]:
    tenants = sorted({(card.merchant, card.program) for card in cards})
    return [(merchant, rule_book.publish(program)) for merchant, program in tenants]


def openings(cards: Sequence[Card]) -> list[tuple[UUID, msgspec.Struct]]:
    return [(card.merchant, _opening(number, card)) for number, card in enumerate(cards)]


def earnings(buyers: Sequence[Card]) -> list[tuple[UUID, msgspec.Struct]]:
    return [
        (card.merchant, EarnPoints(card_id=card.id, store_id=STORE, amount_minor=1250, currency="EUR"))
        for card in buyers
    ]


def _opening(number: int, card: Card) -> OpenCard:
    return OpenCard(
        customer_id=card.customer,
        program_id=card.program,
        store_id=STORE,
        card_number=f"{number:016d}",
        language="fr",
        test=True,
    )


async def send_all(
    ground: Ground, wanted: Sequence[tuple[UUID, msgspec.Struct]], *, traced_every: int | None = None
) -> None:
    """Put commands on the ledger's stream, as the gateway does; one in *traced_every* belongs to a sampled trace."""
    async with ground.bus("gateway") as bus:
        commands = Commands(bus)
        for start in range(0, len(wanted), AT_ONCE):
            batch = list(enumerate(wanted[start : start + AT_ONCE], start))
            await asyncio.gather(*(_send(commands, *one, _traceparent(number, traced_every)) for number, one in batch))


def _traceparent(number: int, traced_every: int | None) -> str | None:
    if traced_every is None:
        return None
    return f"00-{uuid4().hex}-{uuid4().hex[:16]}-{'01' if number % traced_every == 0 else '00'}"


async def _send(commands: Commands, merchant: UUID, command: msgspec.Struct, traceparent: str | None) -> None:
    await commands.send(
        command,
        id=uuid4(),
        merchant=merchant,
        actor=ACTOR,
        correlation=uuid4(),
        fingerprint=b"0123456789abcdef",
        traceparent=traceparent,
    )
