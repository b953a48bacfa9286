"""What cannot go on is put aside in sight of operators, and what belongs behind it waits there, in order."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from stampbook_events import CommandEnvelope
from stampbook_messaging.dead_letters import DeadLetter
from stampbook_messaging.decoding import Undecodable
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Received

Db = Any
Key = tuple[UUID, UUID]

_LETTERS = UUID("5b0a7a3e-0000-4000-8000-000000000004")

_PARKED = """
SELECT p.merchant, p.key, p.dead_letter_id
FROM unnest($1::uuid[], $2::uuid[]) AS k(merchant, key) JOIN parked_key p USING (merchant, key)
"""
_PARK = """
INSERT INTO parked_key (merchant, key, dead_letter_id, since)
SELECT $1, unnest($2::uuid[]), $3, stampbook_now() ON CONFLICT DO NOTHING
"""


def letter_id(stream: str, seq: int, created: datetime) -> UUID:
    """The same message put aside twice is one dead letter."""
    return uuid5(_LETTERS, f"{stream}/{seq}/{created.isoformat()}")


async def parked_among(db: Db, keys: Sequence[Key]) -> dict[Key, UUID]:
    """Which of *keys* are parked, and behind which dead letter."""
    if not keys:
        return {}
    rows = await db.fetch(_PARKED, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["merchant"], row["key"]): row["dead_letter_id"] for row in rows}


async def park(db: Db, merchant: UUID, keys: Sequence[UUID], letter: UUID) -> None:
    if keys:
        await db.execute(_PARK, merchant, list(keys), letter)


def behind(envelope: CommandEnvelope, parked: dict[Key, UUID]) -> UUID | None:
    """The dead letter this command has to wait behind, if one of its keys is parked."""
    return next((parked[envelope.merchant, key] for key in envelope.keys if (envelope.merchant, key) in parked), None)


def where(error: BaseException) -> str:
    """What went wrong and where in our code, without a value that could be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    spot = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{spot}"


def undecodable(stream: str, one: Undecodable) -> DeadLetter:
    return _letter(stream, one.item, type_=one.type, state="open", cause="undecodable", error=one.reason)


def parked_command(stream: str, one: Received, item: Item, error: BaseException) -> DeadLetter:
    key = one.envelope.keys[0] if one.envelope.keys else None
    return _letter(
        stream,
        item,
        type_=one.envelope.type,
        state="open",
        cause=f"bug:{type(error).__name__}",
        error=where(error),
        merchant=one.envelope.merchant,
        key=key,
    )


def waiting(stream: str, one: Received, item: Item, behind_letter: UUID) -> DeadLetter:
    return _letter(
        stream,
        item,
        type_=one.envelope.type,
        state="waiting",
        cause="behind_parked",
        error=str(behind_letter),
        merchant=one.envelope.merchant,
        key=one.envelope.keys[0] if one.envelope.keys else None,
    )


def parked_event(
    stream: str, item: Item, *, type_: str, merchant: UUID | None, key: UUID | None, cause: str, error: str
) -> DeadLetter:
    state = "waiting" if cause == "behind_parked" else "open"
    return _letter(
        stream, item, type_=type_, state=state, cause=cause, error=error, merchant=merchant, key=key, source="event"
    )


def _letter(
    stream: str,
    item: Item,
    *,
    type_: str,
    state: str,
    cause: str,
    error: str,
    merchant: UUID | None = None,
    key: UUID | None = None,
    source: str = "command",
) -> DeadLetter:
    return DeadLetter(
        id=letter_id(stream, item.seq, item.recorded_at),
        merchant=merchant,
        source=source,
        stream=stream,
        partition=item.partition,
        stream_seq=item.seq,
        subject=item.subject,
        type=type_,
        key=key,
        state=state,
        cause=cause,
        error=error,
        headers=dict(item.headers),
        body=item.data,
    )
