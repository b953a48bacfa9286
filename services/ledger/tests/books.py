"""One merchant's ledger, written as the worker writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from ledger import testing as rules
from ledger.commands import LedgerCommands
from stampbook_events import ids, tag_of
from stampbook_events.subjects import partition_of
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.failpoints import NONE
from stampbook_messaging.intake import Item

STREAM = "CMD_ledger"
_STORE = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, receipt_scope, offline_operations, stops,
                   version)
VALUES ($1, $2, $3, 'Europe/Luxembourg', 'EUR', 'live', 'for_ever', 0, '[]', 1) ON CONFLICT DO NOTHING
"""


class Books:
    """Each has its own merchant in the same tables. *seq* is the last message of its partition's commands."""

    def __init__(self, pool: Any) -> None:
        self.pool, self.merchant, self.seq = pool, uuid4(), 0
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

    async def open(self, db: Any) -> None:
        """Make the store known, and go on where the partition stands."""
        await db.execute(_STORE, self.merchant, rules.FASHIONHUB, rules.FG)
        self.seq = await db.fetchval("SELECT cmd_seq FROM partition WHERE id = $1", self.partition)

    async def apply(self, db: Any, items: Sequence[Item]) -> None:
        deciding = LedgerCommands()
        decoder = CommandDecoder(STREAM, deciding.commands)
        writer = BatchWriter(stream=STREAM, deciding=deciding, decoder=decoder, failpoints=NONE)
        await writer.apply(db, items, {self.partition: 0})

    def item(self, command: msgspec.Struct, recorded: datetime = rules.NOON, n: int | None = None) -> Item:
        """The next message; with *n* it is the command of that number, sent again."""
        self.seq += 1
        received = rules.received(command, self.seq if n is None else n, merchant=self.merchant)
        name = tag_of(type(command)).split(".")[1]
        subject = f"cmd.ledger.{self.partition}.{self.merchant}.{name}"
        headers = {"Nats-Msg-Id": str(received.envelope.id)}
        body = msgspec.json.encode(received.envelope)
        return Item(self.partition, self.seq, recorded, subject, body, headers, after=self.seq - 1)

    def opening(self) -> list[msgspec.Struct]:
        return [rules.publish(), rules.open_card(self.customer, number=new_number())]

    async def card_row(self) -> Any:
        return await self.pool.fetchrow("SELECT * FROM card WHERE merchant = $1", self.merchant)


def new_number() -> str:
    return f"{uuid4().int % 10**16:016d}"
