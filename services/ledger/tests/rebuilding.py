"""Stories told to real tables, and what a rebuild makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ledger.commands import LedgerCommands
from ledger.rebuilding.projections import TABLES
from ledger.store.tables import metadata
from stampbook_events.subjects import partition_of
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.failpoints import NONE
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Received

from .books import STREAM
from .stories import MERCHANT, Story

_STORE = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, receipt_scope, offline_points,
                   offline_operations, stops, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT DO NOTHING
"""
_BEGIN_ANEW = "UPDATE partition SET cmd_seq = 0, pos = 0, cmd_id = NULL, head = decode(repeat('00', 32), 'hex')"


async def empty(db: Any) -> None:
    """No event, no card, no rebuild."""
    kept = {"partition", "relay", "relayed"}
    names = [table.name for table in metadata.sorted_tables if table.name not in kept]
    await db.execute(f"TRUNCATE {', '.join(names)}")
    await db.execute(_BEGIN_ANEW)


class Teller:
    """Tells a story's commands in batches, as the worker does."""

    def __init__(self, story: Story) -> None:
        self.story, self.partition, self.seq = story, partition_of(MERCHANT), 0
        deciding = LedgerCommands()
        decoder = CommandDecoder(STREAM, deciding.commands)
        self.writer = BatchWriter(stream=STREAM, deciding=deciding, decoder=decoder, failpoints=NONE)

    async def tell(self, pool: Any, steps: slice = slice(None), batch: int = 16) -> None:
        sent = [received for received, _ in self.story.steps[steps]]
        async with pool.acquire() as db:
            for store in self.story.tenant.stores.values():
                values = msgspec.structs.astuple(store)
                await db.execute(_STORE, MERCHANT, *values[:-1], msgspec.to_builtins(store.stops))
            for start in range(0, len(sent), batch):
                await self.writer.apply(db, self._items(sent[start : start + batch]), {self.partition: 0})

    def _items(self, batch: Sequence[Received]) -> list[Item]:
        items = []
        for received in batch:
            self.seq += 1
            envelope = received.envelope
            subject = f"cmd.ledger.{self.partition}.{envelope.merchant}.{envelope.type.split('.')[1]}"
            headers = {"Nats-Msg-Id": str(envelope.id)}
            body = msgspec.json.encode(envelope)
            after = self.seq - 1
            items.append(Item(self.partition, self.seq, received.recorded_at, subject, body, headers, after=after))
        return items


async def rows(db: Any, tables: Iterable[str] = TABLES) -> dict[str, list[str]]:
    """Every row of the projections as text, by table."""
    return {table: [row[0] for row in await db.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")] for table in tables}
