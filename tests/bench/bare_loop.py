"""The bare limit: the same rows and messages by one plain loop, without domain, envelope, inbox check or lease."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from stampbook_messaging.bus import Incoming
from stampbook_messaging.jetstream import create_reader
from tests.bench.ground import Card, Ground

BATCH = 256
TABLES = ("inbox", "event", "card", "lot", "posting", "aggregate")
STREAM_IN, STREAM_OUT = "CMD_notifier", "EVT_notifier"
"""Streams of the same making that the ledger does not use."""


@dataclass(slots=True)
class BareLoop:
    ground: Ground
    cards: list[Card]
    seq_in: int = 0
    seq_out: int = 0
    _arrived: asyncio.Queue[Incoming] = field(default_factory=asyncio.Queue)

    async def prepare(self) -> None:
        db = await self._connect()
        for table in TABLES:
            await db.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        await db.execute("INSERT INTO bare_card SELECT * FROM card")
        await db.execute("CREATE TABLE bare_place (id int PRIMARY KEY, seq bigint)")
        await db.execute("INSERT INTO bare_place VALUES (1, 0)")
        await db.close()

    async def rate(self, count: int) -> float:
        """Commands a second, from the first pull until the last event is on the stream."""
        await self._preload(count)
        bus = await self.ground.bus("notifier")
        service = await self.ground.bus("streams")
        db = await self._connect()
        inbox = bus.new_inbox()
        subscription = await bus.subscribe(inbox, self._arrived.put)
        name = f"bare-{uuid4().hex[:8]}"
        await create_reader(bus, STREAM_IN, name, "cmd.notifier.>", self.seq_in + 1)
        began = time.perf_counter()
        await self._loop(bus, db, name, inbox, count)
        seconds = time.perf_counter() - began
        self.seq_in += count
        await subscription.unsubscribe()
        for open_one in (bus, service, db):
            await open_one.close()
        return count / seconds

    async def _connect(self) -> Any:
        return await asyncpg.connect(
            self.ground.servers.dsn("ledger"), server_settings={"search_path": "ledger", "jit": "off"}
        )

    async def _preload(self, count: int) -> None:
        bus = await self.ground.bus("gateway")
        sends = [
            bus.publish_stored(
                f"cmd.notifier.{self.cards[n % len(self.cards)].merchant}.earn_points",
                json.dumps(
                    {"card": str(self.cards[n % len(self.cards)].id), "amount": 1250, "pad": "x" * 500}
                ).encode(),
                {"Nats-Msg-Id": str(uuid4())},
            )
            for n in range(count)
        ]
        for start in range(0, count, 500):
            await asyncio.gather(*sends[start : start + 500])
        await bus.close()

    async def _loop(self, bus: Any, db: Any, name: str, inbox: str, count: int) -> None:
        taken, asked = 0, 0
        relayed: asyncio.Queue[list[tuple[Any, ...]] | None] = asyncio.Queue(8)
        relay = asyncio.create_task(self._relay(bus, relayed))
        while taken < count:
            while asked < count and asked - taken < 4 * BATCH:
                request = json.dumps({"batch": BATCH, "expires": 5_000_000_000}).encode()
                await bus.publish(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM_IN}.{name}", request, reply=inbox)
                asked += BATCH
            batch = await self._take(min(BATCH, count - taken))
            rows = [self._row(taken + n, message) for n, message in enumerate(batch)]
            async with db.transaction():
                await self._write(db, rows)
            await relayed.put(rows)
            taken += len(batch)
        await relayed.put(None)
        await relay

    async def _take(self, most: int) -> list[Incoming]:
        batch: list[Incoming] = []
        while len(batch) < most:
            message = await self._arrived.get()
            if message.reply:
                batch.append(message)
        return batch

    def _row(self, number: int, message: Incoming) -> tuple[Any, ...]:
        said = json.loads(message.data)
        merchant, card = UUID(message.subject.split(".")[3]), UUID(said["card"])
        body = json.dumps({"id": str(uuid4()), "card": said["card"], "points": said["amount"] // 50, "pad": "x" * 700})
        return uuid4(), merchant, card, self.seq_in + number + 1, body.encode(), os.urandom(32), datetime.now(UTC)

    async def _write(self, db: Any, rows: list[tuple[Any, ...]]) -> None:
        ids, merchants, cards, seqs, bodies, hashes, times = map(list, zip(*rows, strict=True))
        await db.execute("UPDATE bare_place SET seq = $1 WHERE id = 1", seqs[-1])
        await db.execute(_INBOX, ids, merchants, seqs, hashes, bodies, times)
        await db.execute(_EVENT, seqs, ids, merchants, cards, times, bodies, hashes)
        last = {(row[1], row[2]): row for row in rows}
        await db.execute(
            _AGGREGATE,
            [k[0] for k in last],
            [k[1] for k in last],
            [r[3] for r in last.values()],
            [r[5] for r in last.values()],
        )
        await db.execute(_CARD, [k[0] for k in last], [k[1] for k in last])
        await db.execute(_LOT, merchants, cards, ids, times)
        twice = [row for row in rows for _ in (1, 2)]
        await db.execute(
            _POSTING,
            [row[1] for row in twice],
            [row[2] for row in twice],
            [row[3] for row in twice],
            ["issued", "granted"] * len(rows),
            [row[0] for row in twice],
            [row[6] for row in twice],
        )

    async def _relay(self, bus: Any, batches: asyncio.Queue[list[tuple[Any, ...]] | None]) -> None:
        while (rows := await batches.get()) is not None:
            batch = uuid4().hex
            for n, row in enumerate(rows, start=1):
                headers = {
                    "Nats-Msg-Id": str(row[0]),
                    "ce-id": str(row[0]),
                    "Stampbook-Hash": row[5].hex(),
                    "Nats-Batch-Id": batch,
                    "Nats-Batch-Sequence": str(n),
                }
                subject = f"evt.notifier.pub.{row[1]}.0.points_earned"
                if n < len(rows):
                    await bus.publish(subject, row[4], headers)
                else:
                    await bus.request(subject, row[4], headers=headers | {"Nats-Batch-Commit": "1"}, timeout_seconds=10)


_INBOX = """
INSERT INTO bare_inbox (command_id, merchant, partition, cmd_seq, type, fingerprint, status, result, recorded_at, applied_at)
SELECT i.id, i.merchant, 0, i.seq, 'earn', i.hash, 'applied', i.body, i.at, i.at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[]) AS i(id, merchant, seq, hash, body, at)
"""
_EVENT = """
INSERT INTO bare_event (partition, pos, id, merchant, aggregate, version, type, recorded_at, cmd_seq, body, hash)
SELECT 0, e.pos, e.id, e.merchant, e.card, e.pos::int, 'earned', e.at, e.pos, e.body, e.hash
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::bytea[], $7::bytea[])
  AS e(pos, id, merchant, card, at, body, hash)
"""
_AGGREGATE = """
INSERT INTO bare_aggregate (merchant, id, version, hash)
SELECT a.merchant, a.id, a.seq::int, a.hash FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[]) AS a(merchant, id, seq, hash)
ON CONFLICT (merchant, id) DO UPDATE SET version = excluded.version, hash = excluded.hash
"""
_CARD = """
UPDATE bare_card c SET balance = balance + 25, version = version + 1
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, card_id) WHERE c.merchant = k.merchant AND c.card_id = k.card_id
"""
_LOT = """
INSERT INTO bare_lot (merchant, card_id, lot_id, program_id, store_id, points, free, effective_at, program_version)
SELECT l.merchant, l.card, l.id, l.card, l.card, 25, 25, l.at, 1
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS l(merchant, card, id, at)
"""
_POSTING = """
INSERT INTO bare_posting (merchant, card_id, version, unit, account, amount, program_id, store_id, event_id, recorded_at)
SELECT p.merchant, p.card, p.seq::int, 'points', p.account, 25, p.card, p.card, p.id, p.at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::uuid[], $6::timestamptz[])
  AS p(merchant, card, seq, account, id, at)
"""
