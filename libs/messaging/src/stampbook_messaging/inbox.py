"""The inbox: one row per command, for as long as the log lives; its row is the durable answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from stampbook_messaging.event_store import SMALL, columns
from stampbook_messaging.messages import Answer

Db = Any

_KNOWN = """
SELECT command_id, merchant, cmd_seq, fingerprint, status, code, result, recorded_at FROM inbox WHERE command_id = ANY($1::uuid[])
"""
_REPLAYED = """
INSERT INTO replayed (partition, cmd_seq, command_id)
SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::uuid[]) ON CONFLICT DO NOTHING
"""


_INSERT = """
INSERT INTO inbox (command_id, merchant, partition, cmd_seq, type, fingerprint, status, code, result, recorded_at, applied_at)
SELECT i.*, $11 FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bigint[], $5::text[], $6::bytea[], $7::text[],
                            $8::text[], $9::bytea[], $10::timestamptz[]) AS i
"""


class InboxRow(NamedTuple):
    """The columns of the table, by their names."""

    command_id: UUID
    merchant: UUID
    partition: int
    cmd_seq: int
    type: str
    fingerprint: bytes
    status: str
    code: str | None
    result: bytes
    recorded_at: datetime

    def answer(self) -> Answer:
        return Answer(
            command_id=self.command_id,
            status=self.status,
            code=self.code,
            result=msgspec.Raw(self.result),
            recorded_at=self.recorded_at,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the inbox already says about a command id."""

    merchant: UUID
    cmd_seq: int
    fingerprint: bytes
    answer: Answer


async def known(db: Db, command_ids: Sequence[UUID]) -> dict[UUID, Known]:
    if not command_ids:
        return {}
    return {
        row["command_id"]: Known(
            row["merchant"],
            row["cmd_seq"],
            row["fingerprint"],
            Answer(
                command_id=row["command_id"],
                status=row["status"],
                code=row["code"],
                result=msgspec.Raw(row["result"]),
                recorded_at=row["recorded_at"],
            ),
        )
        for row in await db.fetch(_KNOWN, command_ids)
    }


async def insert(db: Db, rows: Sequence[InboxRow], applied_at: datetime) -> None:
    """As events are written; an id that is there already raises UniqueViolation."""
    if 0 < len(rows) <= SMALL:
        await db.execute(_INSERT, *columns(rows, len(InboxRow._fields)), applied_at)
    elif rows:
        records = [(*row, applied_at) for row in rows]
        await db.copy_records_to_table("inbox", records=records, columns=[*InboxRow._fields, "applied_at"])


async def note_replays(db: Db, replays: Sequence[tuple[int, int, UUID]]) -> None:
    """Remember (partition, sequence, command id) of messages that repeat a command, so that the janitor can count."""
    if replays:
        await db.execute(
            _REPLAYED, [one[0] for one in replays], [one[1] for one in replays], [one[2] for one in replays]
        )
