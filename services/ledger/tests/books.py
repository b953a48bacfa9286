"""One merchant's ledger, written as the worker writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ledger import testing as rules
from ledger.commands import LedgerCommands
from ledger.domain.terms import Store
from stampbook_events import ids
from stampbook_events.subjects import partition_of
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.failpoints import NONE
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Received

STREAM = "CMD_ledger"
_STORE = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, receipt_scope, offline_points,
                   offline_operations, stops, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
ON CONFLICT (merchant, store_id) DO UPDATE SET
    (program_id, time_zone, currency, loyalty, receipt_scope, offline_points, offline_operations, stops) =
    (excluded.program_id, excluded.time_zone, excluded.currency, excluded.loyalty, excluded.receipt_scope,
     excluded.offline_points, excluded.offline_operations, excluded.stops)
"""


class Books:
    """Each has its own merchant in the same tables. *seq* is the last message of its partition's commands."""

    def __init__(self, pool: Any, merchant: UUID | None = None) -> None:
        self.pool, self.merchant, self.seq = pool, merchant or uuid4(), 0
        self.partition = partition_of(self.merchant)
        self.customer = uuid4()
        self.card = ids.card_id(self.customer, rules.FG)

    async def write(
        self, commands: Sequence[msgspec.Struct], batch: int = 256, recorded: datetime = rules.NOON
    ) -> None:
        async with self.pool.acquire() as db:
            await self.open(db)
            items = [self.item(command, recorded) for command in commands]
            for start in range(0, len(items), batch):
                await self.apply(db, items[start : start + batch])

    async def open(self, db: Any, stores: Sequence[Store] = (rules.HUB,)) -> None:
        """Make the stores known, and go on where the partition stands."""
        for store in stores:
            values = msgspec.structs.astuple(store)
            await db.execute(_STORE, self.merchant, *values[:-1], msgspec.json.encode(store.stops))
        self.seq = await db.fetchval("SELECT cmd_seq FROM partition WHERE id = $1", self.partition)

    async def apply(self, db: Any, items: Sequence[Item], deciding: LedgerCommands | None = None) -> None:
        deciding = deciding or LedgerCommands()
        decoder = CommandDecoder(STREAM, deciding.commands)
        writer = BatchWriter(stream=STREAM, deciding=deciding, decoder=decoder, failpoints=NONE)
        await writer.apply(db, items, {self.partition: 0})

    def item(self, command: msgspec.Struct, recorded: datetime = rules.NOON) -> Item:
        """The next message."""
        return self.sent(rules.received(command, self.seq + 1, merchant=self.merchant, recorded=recorded))

    def sent(self, received: Received) -> Item:
        """*received* as the next message, for the first time or again."""
        self.seq += 1
        envelope = received.envelope
        name = envelope.type.split(".")[1]
        subject = f"cmd.ledger.{self.partition}.{self.merchant}.{name}"
        headers = {"Nats-Msg-Id": str(envelope.id)}
        body = msgspec.json.encode(envelope)
        return Item(self.partition, self.seq, received.recorded_at, subject, body, headers, after=self.seq - 1)

    def opening(self) -> list[msgspec.Struct]:
        return [rules.publish(), rules.open_card(self.customer, number=new_number())]

    async def card_row(self) -> Any:
        return await self.pool.fetchrow("SELECT * FROM card WHERE merchant = $1", self.merchant)


def new_number() -> str:
    return f"{uuid4().int % 10**16:016d}"
