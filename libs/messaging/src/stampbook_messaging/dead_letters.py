"""Dead letters: what could not be handled, with everything known about it, until an operator deals with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Db = Any

_INSERT = """
INSERT INTO dead_letter (id, merchant, source, stream, partition, stream_seq, subject, type, key, state, cause, error,
                         headers, body, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, stampbook_now()) ON CONFLICT (id) DO NOTHING
"""
_OPEN = """
SELECT id, merchant, source, stream, stream_seq, type, key, state, cause, error, created_at
FROM dead_letter WHERE state IN ('open', 'waiting') ORDER BY created_at, stream_seq LIMIT $1
"""
_CAUSES = """
SELECT source, type, cause, count(*) AS letters, min(created_at) AS oldest
FROM dead_letter WHERE state = 'open' GROUP BY source, type, cause ORDER BY letters DESC
"""
_COUNT = "SELECT count(*) FROM dead_letter WHERE state = 'open'"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """*state*: ``open`` (the culprit) or ``waiting`` (behind one). *body* is as it came: what was sealed stays sealed."""

    id: UUID
    merchant: UUID | None
    source: str
    stream: str
    partition: int
    stream_seq: int
    subject: str
    type: str
    key: UUID | None
    state: str
    cause: str
    error: str
    headers: dict[str, str]
    body: bytes


async def insert(db: Db, letters: Sequence[DeadLetter]) -> None:
    """Keep *letters* in the caller's transaction, with the position that moves past them; the same one is kept once."""
    await db.executemany(
        _INSERT,
        [
            (
                letter.id,
                letter.merchant,
                letter.source,
                letter.stream,
                letter.partition,
                letter.stream_seq,
                letter.subject,
                letter.type,
                letter.key,
                letter.state,
                letter.cause,
                letter.error,
                letter.headers,
                letter.body,
            )
            for letter in letters
        ],
    )


async def list_open(db: Db, limit: int = 100) -> list[dict[str, Any]]:
    return [dict(row) for row in await db.fetch(_OPEN, limit)]


async def by_cause(db: Db) -> list[dict[str, Any]]:
    """Open letters grouped by what went wrong, the most frequent first."""
    return [dict(row) for row in await db.fetch(_CAUSES)]


async def count_open(db: Db) -> int:
    number: int = await db.fetchval(_COUNT)
    return number
