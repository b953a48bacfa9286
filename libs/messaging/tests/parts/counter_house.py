"""Where the tests live: the schemas of two services, their streams, and a connection for every identity."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import nats
from counter_service import tables
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from stampbook_cli.embedded.testing import Servers
from stampbook_events import Actor, EventEnvelope
from stampbook_events.subjects import partition_of
from stampbook_messaging import database
from stampbook_messaging.bus import ApiRefused, NatsBus
from stampbook_messaging.commands import Commands, Stored
from stampbook_messaging.jetstream import STREAM_NOT_FOUND, _call, stream_state
from stampbook_messaging.messages import Recorded
from stampbook_messaging.migrate import first_rows
from stampbook_messaging.streams import command_config, event_config, reconcile_streams

TILL = Actor(kind="staff", id="till")
SCHEMAS = ("ledger", "wallet")
STREAMS = (command_config("ledger", 64), event_config("ledger", 64), event_config("enrollment", 64))
PATIENCE_SECONDS = 15.0
STORE_NOT_CREATED = 10049


async def until(what: Callable[[], Awaitable[Any]], patience_seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask until the answer is true; returns it."""
    async with asyncio.timeout(patience_seconds):
        while not (answer := await what()):
            await asyncio.sleep(0.01)
    return answer


class Statements:
    """Stands where Alembic's ``op`` would: remembers what it was to execute."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def execute(self, text: str) -> None:
        self.texts.append(text)


async def _is_heard(bus: NatsBus) -> bool:
    try:
        await bus.raw.flush(timeout=5)
    except nats.errors.Error:
        return False
    return bus.raw.is_connected


@dataclass
class House:
    servers: Servers
    ledger: NatsBus
    wallet: NatsBus
    gateway: NatsBus
    streams: NatsBus
    operator: NatsBus
    pools: dict[str, Any]

    @classmethod
    async def build(cls, servers: Servers) -> "House":
        identities = ("ledger", "wallet", "gateway", "streams", "operator")
        buses = {identity: await connect(servers, identity) for identity in identities}
        for schema in SCHEMAS:
            await _create_tables(servers.dsn(schema), schema)
        pools = {schema: await database.connect_pool(servers.dsn(schema), schema, size=8) for schema in SCHEMAS}
        return cls(servers=servers, pools=pools, **buses)

    @property
    def db(self) -> Any:
        return self.pools["ledger"]

    async def empty(self) -> None:
        """Stories of the simulation hold this loop up for longer than the server waits for a PONG: connect again first."""
        for bus in (self.ledger, self.wallet, self.gateway, self.streams, self.operator):
            await until(partial(_is_heard, bus), patience_seconds=60)
        emptying = (pool.execute(_emptying(schema)) for schema, pool in self.pools.items())
        await asyncio.gather(*emptying, *map(self.new_stream, STREAMS))

    async def new_stream(self, config: dict[str, Any]) -> None:
        """The stream as if it had never been: another one by the same name."""
        await self.drop_stream(config["name"])
        await until(lambda: self._made(config))

    async def _made(self, config: dict[str, Any]) -> bool:
        """Not at once when the server is still clearing away the files of the one before, or takes them for the new one's."""
        try:
            await reconcile_streams(self.streams, [config])
        except ApiRefused as trouble:
            if trouble.code != STORE_NOT_CREATED:
                raise
            return False
        if not (await stream_state(self.operator, config["name"])).messages:
            return True
        await self.drop_stream(config["name"])
        return False

    async def drop_stream(self, name: str) -> None:
        try:
            await _call(self.streams, f"$JS.API.STREAM.DELETE.{name}")
        except ApiRefused as trouble:
            if trouble.code != STREAM_NOT_FOUND:
                raise

    async def close(self) -> None:
        for bus in (self.ledger, self.wallet, self.gateway, self.streams, self.operator):
            await bus.close()
        for pool in self.pools.values():
            await pool.close()

    async def send(self, command: msgspec.Struct, merchant: UUID, *, id: UUID | None = None, **more: Any) -> Stored:
        more = {"fingerprint": b"one body", "keys": (getattr(command, "card_id", uuid4()),), **more}
        return await Commands(self.gateway).send(
            command, id=id or uuid4(), merchant=merchant, actor=TILL, correlation=uuid4(), **more
        )

    async def inbox(self, status: str = "applied") -> int:
        number: int = await self.db.fetchval("SELECT count(*) FROM inbox WHERE status = $1", status)
        return number

    async def alarms(self, schema: str = "ledger") -> list[str]:
        rows = await self.pools[schema].fetch("SELECT name FROM alarm WHERE cleared_at IS NULL ORDER BY raised_at")
        return [row["name"] for row in rows]

    async def letters(self, schema: str = "ledger") -> list[tuple[str, str]]:
        """State and cause of the dead letters, in the order of their messages."""
        rows = await self.pools[schema].fetch("SELECT state, cause FROM dead_letter ORDER BY stream_seq, created_at")
        return [(row["state"], row["cause"]) for row in rows]


@cache
def _emptying(schema: str) -> str:
    first = Statements()
    first_rows(first, schema)
    return "; ".join([*(f"DELETE FROM {table.name}" for table in tables(schema).sorted_tables), *first.texts])


async def connect(servers: Servers, identity: str, *, url: str | None = None) -> NatsBus:
    return await NatsBus.connect(
        url or servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


async def _create_tables(dsn: str, schema: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for table in tables(schema).sorted_tables:
            await connection.execute(str(CreateTable(table).compile(dialect=postgresql.dialect())))
            for index in table.indexes:
                await connection.execute(str(CreateIndex(index).compile(dialect=postgresql.dialect())))
    finally:
        await connection.close()


def merchant_in(partition: int) -> UUID:
    """Some merchant whose commands lie in *partition*."""
    while True:
        merchant = uuid4()
        if partition_of(merchant) == partition:
            return merchant


def recorded(event: msgspec.Struct, merchant: UUID, at: Any, position: int = 1) -> Recorded:
    """*event* as a consumer would get it."""
    envelope = EventEnvelope(
        id=uuid4(),
        type=str(type(event).__struct_config__.tag),
        recorded_at=at,
        occurred_at=at,
        aggregate=uuid4(),
        version=1,
        partition=partition_of(merchant),
        position=position,
        merchant=merchant,
        actor=TILL,
        correlation=uuid4(),
        causation=uuid4(),
        data=msgspec.Raw(msgspec.json.encode(event)),
    )
    return Recorded(envelope=envelope, event=event, hash=b"", stream_seq=position)
