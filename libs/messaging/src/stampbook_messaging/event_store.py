"""Appending events: versions per aggregate, positions per partition, hashes over both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, Actor, EventEnvelope, body_of, hash_of, running_head, tag_of
from stampbook_events.subjects import partition_of

Db = Any
AggregateKey = tuple[UUID, UUID]


class Draft(NamedTuple):
    """An event that has everything but its place in the log."""

    id: UUID
    partition: int
    merchant: UUID
    aggregate: UUID
    event: msgspec.Struct
    actor: Actor
    correlation: UUID
    causation: UUID
    recorded_at: datetime
    occurred_at: datetime
    command_id: UUID | None = None
    cmd_seq: int = 0
    traceparent: str | None = None


class Row(NamedTuple):
    """An event as it lies in the log: the columns of the table, by their names."""

    partition: int
    pos: int
    id: UUID
    merchant: UUID
    aggregate: UUID
    version: int
    type: str
    recorded_at: datetime
    command_id: UUID | None
    cmd_seq: int
    body: bytes
    hash: bytes
    traceparent: str | None


@dataclass(slots=True)
class Place:
    """Where a partition stands: last position and running head."""

    pos: int
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFact:
    """An event that no command made: what came of a delivery."""

    event_id: UUID
    merchant: UUID
    aggregate: UUID
    event: msgspec.Struct
    actor: Actor
    correlation: UUID
    causation: UUID
    traceparent: str | None = None


HEADS = """
SELECT a.merchant, a.id, a.version, a.hash
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, id) JOIN aggregate a USING (merchant, id)
"""
UPSERT_HEADS = """
INSERT INTO aggregate (merchant, id, version, hash)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bytea[])
ON CONFLICT (merchant, id) DO UPDATE SET version = excluded.version, hash = excluded.hash
"""
LOCK_FOR_OUTCOMES = """
SELECT id, pos, head, stampbook_now() AS now FROM partition WHERE id = ANY($1::smallint[]) ORDER BY id FOR NO KEY UPDATE
"""
ADVANCE = """
UPDATE partition p SET pos = v.pos, head = v.head
FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) AS v(id, pos, head) WHERE p.id = v.id
"""


async def heads_of(db: Db, drafts: Iterable[Draft]) -> dict[AggregateKey, tuple[int, bytes]]:
    """Version and hash of the aggregates that *drafts* touch; absent ones are new."""
    return await heads_of_keys(db, list(dict.fromkeys((draft.merchant, draft.aggregate) for draft in drafts)))


async def heads_of_keys(db: Db, keys: Sequence[AggregateKey]) -> dict[AggregateKey, tuple[int, bytes]]:
    if not keys:
        return {}
    rows = await db.fetch(HEADS, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["merchant"], row["id"]): (row["version"], row["hash"]) for row in rows}


def place(
    drafts: Sequence[Draft], places: Mapping[int, Place], heads: dict[AggregateKey, tuple[int, bytes]]
) -> list[Row]:
    """Give each draft its position, version and hash, in order; *places* and *heads* are moved on."""
    rows = []
    for draft in drafts:
        spot, key = places[draft.partition], (draft.merchant, draft.aggregate)
        version, previous = heads.get(key, (0, GENESIS))
        tag = tag_of(type(draft.event))
        body = body_of(_envelope(draft, tag, version + 1, spot.pos + 1))
        digest = hash_of(previous, body)
        spot.pos += 1
        spot.head = running_head(spot.head, spot.pos, digest)
        heads[key] = (version + 1, digest)
        rows.append(
            Row(
                draft.partition,
                spot.pos,
                draft.id,
                draft.merchant,
                draft.aggregate,
                version + 1,
                tag,
                draft.recorded_at,
                draft.command_id,
                draft.cmd_seq,
                body,
                digest,
                draft.traceparent,
            )
        )
    return rows


def _envelope(draft: Draft, tag: str, version: int, position: int) -> EventEnvelope:
    return EventEnvelope(
        id=draft.id,
        type=tag,
        recorded_at=draft.recorded_at,
        occurred_at=draft.occurred_at,
        aggregate=draft.aggregate,
        version=version,
        partition=draft.partition,
        position=position,
        merchant=draft.merchant,
        actor=draft.actor,
        correlation=draft.correlation,
        causation=draft.causation,
        data=msgspec.Raw(msgspec.json.encode(draft.event)),
    )


async def write(db: Db, rows: Sequence[Row], heads: Mapping[AggregateKey, tuple[int, bytes]]) -> None:
    """Insert *rows* and the new heads of the aggregates; a version that is there already raises UniqueViolation."""
    if not rows:
        return
    # COPY costs both sides half of what an INSERT from arrays does, and refuses the same rows.
    await db.copy_records_to_table("event", records=rows, columns=Row._fields)
    touched = sorted({(row.merchant, row.aggregate) for row in rows})
    await db.execute(
        UPSERT_HEADS,
        [key[0] for key in touched],
        [key[1] for key in touched],
        [heads[key][0] for key in touched],
        [heads[key][1] for key in touched],
    )


async def append_outcomes(db: Db, outcomes: Sequence[OutcomeFact]) -> list[Row]:
    """Append events that no command made, inside the caller's transaction; any process of the service may."""
    if not outcomes:
        return []
    partitions = sorted({partition_of(outcome.merchant) for outcome in outcomes})
    locked = await db.fetch(LOCK_FOR_OUTCOMES, partitions)
    places = {row["id"]: Place(row["pos"], row["head"]) for row in locked}
    now = locked[0]["now"]
    drafts = [
        Draft(
            id=outcome.event_id,
            partition=partition_of(outcome.merchant),
            merchant=outcome.merchant,
            aggregate=outcome.aggregate,
            event=outcome.event,
            actor=outcome.actor,
            correlation=outcome.correlation,
            causation=outcome.causation,
            recorded_at=now,
            occurred_at=now,
            traceparent=outcome.traceparent,
        )
        for outcome in outcomes
    ]
    heads = await heads_of(db, drafts)
    rows = place(drafts, places, heads)
    await write(db, rows, heads)
    await db.execute(ADVANCE, partitions, [places[p].pos for p in partitions], [places[p].head for p in partitions])
    return rows
