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
Head = tuple[int, bytes]
"""Version and hash."""

SMALL = 16
"""Up to so many rows arrays in one statement are cheaper than a COPY, which takes two round trips."""


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
_WITH_EVENTS = f"""
WITH appended AS (
  INSERT INTO event ({", ".join(Row._fields)})
  SELECT * FROM unnest($5::smallint[], $6::bigint[], $7::uuid[], $8::uuid[], $9::uuid[], $10::int[], $11::text[],
                       $12::timestamptz[], $13::uuid[], $14::bigint[], $15::bytea[], $16::bytea[], $17::text[])
)"""
WRITE = f"{_WITH_EVENTS} {UPSERT_HEADS}"
WRITE_AND_ADVANCE = f"""{_WITH_EVENTS}, headed AS ({UPSERT_HEADS})
UPDATE partition p SET pos = v.pos, head = v.head
FROM unnest($18::smallint[], $19::bigint[], $20::bytea[]) AS v(id, pos, head) WHERE p.id = v.id
"""
LOCK_FOR_OUTCOMES = """
SELECT p.id, p.pos, p.head, stampbook_now() AS now, p.pos = seen.pos AS as_seen,
       (SELECT array_agg(ROW(a.merchant, a.id, a.version, a.hash))
        FROM unnest($2::uuid[], $3::uuid[]) AS k(merchant, id) JOIN aggregate a USING (merchant, id)) AS heads
FROM partition p JOIN partition seen ON seen.id = p.id
WHERE p.id = ANY($1::smallint[]) ORDER BY p.id FOR NO KEY UPDATE OF p
"""
"""The heads hold if nobody appended while we waited for the rows: *as_seen* tells, partition by partition."""
ADVANCE = """
UPDATE partition p SET pos = v.pos, head = v.head
FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) AS v(id, pos, head) WHERE p.id = v.id
"""


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """*rows* turned into *width* arrays, as ``unnest`` wants them."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


async def heads_of(
    db: Db, drafts: Iterable[Draft], known: Mapping[AggregateKey, Head | None] | None = None
) -> dict[AggregateKey, Head]:
    """Version and hash of the aggregates that *drafts* touch; absent ones are new. *known*: looked up already."""
    known = known or {}
    keys = dict.fromkeys((draft.merchant, draft.aggregate) for draft in drafts)
    heads = {key: head for key in keys if (head := known.get(key)) is not None}
    return heads | await heads_of_keys(db, [key for key in keys if key not in known])


async def heads_of_keys(db: Db, keys: Sequence[AggregateKey]) -> dict[AggregateKey, Head]:
    if not keys:
        return {}
    rows = await db.fetch(HEADS, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["merchant"], row["id"]): (row["version"], row["hash"]) for row in rows}


def place(drafts: Sequence[Draft], places: Mapping[int, Place], heads: dict[AggregateKey, Head]) -> list[Row]:
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


async def write(db: Db, rows: Sequence[Row], heads: Mapping[AggregateKey, Head]) -> None:
    """Insert *rows* and the new heads of the aggregates; a version that is there already raises UniqueViolation."""
    if not rows:
        return
    headed = _headed(rows, heads)
    if len(rows) <= SMALL:
        await db.execute(WRITE, *headed, *columns(rows, len(Row._fields)))
        return
    # COPY costs both sides half of what an INSERT from arrays does, and refuses the same rows.
    await db.copy_records_to_table("event", records=rows, columns=Row._fields)
    await db.execute(UPSERT_HEADS, *headed)


def _headed(rows: Sequence[Row], heads: Mapping[AggregateKey, Head]) -> list[list[Any]]:
    """In the order of their keys, so that two writers could never wait for each other."""
    touched = sorted({(row.merchant, row.aggregate) for row in rows}, key=_as_numbers)
    return columns([(*key, *heads[key]) for key in touched], 4)


def _as_numbers(key: AggregateKey) -> tuple[int, int]:
    """The order of the ids themselves, which compare far more slowly."""
    return key[0].int, key[1].int


async def append_outcomes(db: Db, outcomes: Sequence[OutcomeFact]) -> list[Row]:
    """Append events that no command made, inside the caller's transaction; any process of the service may."""
    if not outcomes:
        return []
    partitions = sorted({partition_of(outcome.merchant) for outcome in outcomes})
    keys = list(dict.fromkeys((outcome.merchant, outcome.aggregate) for outcome in outcomes))
    locked = await db.fetch(LOCK_FOR_OUTCOMES, partitions, *columns(keys, 2))
    places = {row["id"]: Place(row["pos"], row["head"]) for row in locked}
    drafts = [_draft_of(outcome, locked[0]["now"]) for outcome in outcomes]
    if all(row["as_seen"] for row in locked):
        heads = {(merchant, id_): (version, hash_) for merchant, id_, version, hash_ in locked[0]["heads"] or ()}
    else:
        heads = await heads_of(db, drafts)
    rows = place(drafts, places, heads)
    moved = [list(places), [spot.pos for spot in places.values()], [spot.head for spot in places.values()]]
    if len(rows) <= SMALL:
        await db.execute(WRITE_AND_ADVANCE, *_headed(rows, heads), *columns(rows, len(Row._fields)), *moved)
    else:
        await write(db, rows, heads)
        await db.execute(ADVANCE, *moved)
    return rows


def _draft_of(outcome: OutcomeFact, now: datetime) -> Draft:
    return Draft(
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
