"""Commands applied by the worker's own batch writer and the ledger's own deciders, as if a stream had brought them.

What is left out is NATS: the rows are exactly those that a worker would write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import msgspec

from ledger.commands import LedgerCommands
from stampbook_events import CommandEnvelope, tag_of
from stampbook_events.subjects import command_stream, partition_of
from stampbook_messaging.batch import BatchWriter
from stampbook_messaging.decoding import CommandDecoder
from stampbook_messaging.failpoints import NONE
from stampbook_messaging.intake import Item
from tests.bench.mix import ACTOR, Said, Shop

Db = Any
T = TypeVar("T")
STREAM = command_stream("ledger")
FINGERPRINT = b"0123456789abcdef"
_STORES = """
INSERT INTO store (merchant, store_id, program_id, time_zone, currency, loyalty, receipt_scope, offline_points,
                   offline_operations, stops, version)
SELECT merchant, store, program, 'Europe/Luxembourg', 'EUR', 'live', 'for_ever', NULL, 0, '[]', 1
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS v(merchant, store, program)
"""
_STANDING = "SELECT id, epoch, cmd_seq FROM partition"
_OF_NO_STREAM = "UPDATE partition SET cmd_seq = 0, cmd_id = NULL, stream_created = NULL"


class NotApplied(RuntimeError):
    """A command of the load was refused: what is there is not what was meant."""


def by(size: int, things: Iterable[T]) -> Iterator[list[T]]:
    left = iter(things)
    while batch := list(islice(left, size)):
        yield batch


async def open_stores(db: Db, shops: Sequence[Shop]) -> None:
    """What enrollment would have told of the merchants' stores."""
    columns = [[getattr(shop, name) for shop in shops] for name in ("merchant", "store", "program")]
    await db.execute(_STORES, *columns)


@dataclass(slots=True)
class Applier:
    """On one connection that sees the ledger's tables; nobody else may hold the partitions meanwhile."""

    db: Db
    at: datetime
    step: timedelta = timedelta(milliseconds=1)
    events: int = 0
    _seq: int = 0
    _after: dict[int, int] = field(default_factory=dict)
    _epochs: dict[int, int] = field(default_factory=dict)
    _writer: BatchWriter = field(init=False)

    def __post_init__(self) -> None:
        deciding = LedgerCommands()
        decoder = CommandDecoder(STREAM, deciding.commands)
        self._writer = BatchWriter(stream=STREAM, deciding=deciding, decoder=decoder, failpoints=NONE)

    async def begin(self) -> None:
        for row in await self.db.fetch(_STANDING):
            self._epochs[row["id"]], self._after[row["id"]] = row["epoch"], row["cmd_seq"]
        self._seq = max(self._after.values())

    async def apply(self, batch: Sequence[Said]) -> None:
        """In one transaction. Raises ``NotApplied``."""
        items = [self.item(said) for said in batch]
        await self.apply_items(items)

    async def apply_items(self, items: Sequence[Item]) -> None:
        applied = await self._writer.apply(self.db, items, self._epochs)
        refused = {row.type for row in applied.rows if row.type.split(".")[1].endswith("_refused")}
        if refused:
            raise NotApplied(", ".join(sorted(refused)))
        self.events += len(applied.rows)

    def item(self, said: Said) -> Item:
        """*said* as the next message of the stream."""
        partition = partition_of(said.merchant)
        self._seq += 1
        self.at += self.step
        kind = tag_of(type(said.command))
        envelope = CommandEnvelope(
            id=said.id,
            type=kind,
            merchant=said.merchant,
            actor=ACTOR,
            correlation=said.id,
            fingerprint=FINGERPRINT,
            data=msgspec.Raw(msgspec.json.encode(said.command)),
            keys=(said.card,) if said.card else (),
            chance=said.id.bytes,
        )
        subject = f"cmd.ledger.{partition}.{said.merchant}.{kind.split('.')[1]}"
        headers = {"Nats-Msg-Id": str(said.id)}
        after, self._after[partition] = self._after[partition], self._seq
        return Item(partition, self._seq, self.at, subject, msgspec.json.encode(envelope), headers, after)

    async def end(self) -> None:
        """Leave the log as one whose command stream was made anew: a worker begins at that stream's first message."""
        await self.db.execute(_OF_NO_STREAM)
