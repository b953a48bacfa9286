"""Putting rows of the log onto the event stream: one by one when few, as one atomic batch when many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from stampbook_events.registry import UnknownType
from stampbook_events.routing import PUBLIC
from stampbook_events.subjects import event_subject
from stampbook_messaging.bus import PUBLISH_TIMEOUT_SECONDS, Bus, OutcomeUnknown, refused
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.jetstream import StreamState, message_at
from stampbook_messaging.wire import Outgoing

POSITIONS = "Stampbook-Positions"
HASH = "Stampbook-Hash"
COMMAND = "Stampbook-Command"
CARD = "Stampbook-Aggregate"
_FOREIGN_MAX = 1000
SINGLES = 5
"""Up to here single publishes are quicker than one atomic batch."""


def positions_text(positions: Sequence[int]) -> str:
    return ",".join(map(str, positions))


def positions_from(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


async def told_by_the_tail(bus: Bus, stream: str, state: StreamState) -> list[int] | None:
    """The positions that the last of our own messages tells; whatever others have put behind it is passed over.

    Raises ``OutcomeUnknown`` when a message is not there that must be: whoever answered is behind (a leader that was
    replaced and does not know it yet), and an older tail than *state*'s would have events stored twice.
    """
    whole = state.messages == state.last_seq - state.first_seq + 1
    for seq in range(state.last_seq, max(state.first_seq, state.last_seq - _FOREIGN_MAX) - 1, -1):
        tail = await message_at(bus, stream, seq) if state.messages else None
        if tail is None and state.messages and whole:
            raise OutcomeUnknown(f"{stream} {seq} is not told: who answered is behind")
        if tail is not None and POSITIONS in tail.headers:
            return positions_from(tail.headers[POSITIONS])
    return None


def headers_of(row: Row) -> dict[str, str]:
    """What every message says about its event, beside the body: CloudEvents in binary mode, hash, place."""
    headers = {
        "Nats-Msg-Id": str(row.id),
        "ce-specversion": "1.0",
        "ce-id": str(row.id),
        "ce-type": row.type,
        "ce-source": f"/stampbook/{row.type.split('.', 1)[0]}",
        "ce-subject": str(row.aggregate),
        "ce-time": row.recorded_at.isoformat(),
        HASH: row.hash.hex(),
    }
    if row.traceparent:
        headers["traceparent"] = row.traceparent
    return headers


def _whole(row: Row, positions: Sequence[int]) -> dict[str, str]:
    """The headers a message needs that may become the tail: place of all partitions and the command behind it."""
    return headers_of(row) | {POSITIONS: positions_text(positions), COMMAND: f"{row.command_id or ''}/{row.cmd_seq}"}


def subject_of(row: Row) -> str:
    """Raises ``UnknownType`` for an event that a newer release has recorded: who may read it is not known here."""
    if row.type not in PUBLIC:
        raise UnknownType(row.type)
    return event_subject(row.type, public=PUBLIC[row.type], merchant=row.merchant, partition=row.partition)


@dataclass(slots=True, kw_only=True)
class Publisher:
    """*stream* is the event stream; nobody else may publish to it."""

    bus: Bus
    stream: str
    failpoints: Failpoints

    async def publish(self, rows: Sequence[Row], before: Sequence[int], last_seq: int) -> int:
        """Store *rows* right after *last_seq*; returns the stream's new last sequence.

        *before*: the positions already published. Raises ``ApiRefused`` (10071: somebody else published),
        ``OutcomeUnknown`` or ``BusUnavailable``: in each case look at the tail before anything else.
        """
        positions = list(before)
        places = []
        for row in rows:
            positions[row.partition] = row.pos
            places.append(list(positions) if len(rows) <= SINGLES else positions)
        if len(rows) <= SINGLES:
            return await self._one_by_one(rows, places, last_seq)
        return await self._as_batch(rows, positions, last_seq)

    async def _one_by_one(self, rows: Sequence[Row], places: list[list[int]], last_seq: int) -> int:
        """Each after the one before it is known to be stored.

        Sent at once, one may be stored though one before it was refused: another relay may have put there what both
        its number and the id before it fit. Its positions would tell of an event that is nowhere.
        """
        messages = [(subject_of(row), row.body, _whole(row, place)) for row, place in zip(rows, places, strict=True)]
        for subject, body, headers in messages:
            headers["Nats-Expected-Last-Sequence"] = str(last_seq)
            ack = await self.bus.publish_stored(subject, body, headers)
            last_seq = self._must_be(ack.seq, last_seq + 1)
        return last_seq

    async def _as_batch(self, rows: Sequence[Row], positions: list[int], last_seq: int) -> int:
        batch = uuid4().hex
        messages = []
        for n, row in enumerate(rows[:-1], start=1):
            headers = headers_of(row) | {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            messages.append(Outgoing(subject_of(row), row.body, headers))
        messages[0].headers["Nats-Expected-Last-Sequence"] = str(last_seq)
        await self.bus.publish_joined(messages)
        await self.failpoints.reach("relay.mid_batch")
        last = rows[-1]
        headers = _whole(last, positions) | {
            "Nats-Batch-Id": batch,
            "Nats-Batch-Sequence": str(len(rows)),
            "Nats-Batch-Commit": "1",
        }
        reply = await self.bus.request(
            subject_of(last), last.body, headers=headers, timeout_seconds=PUBLISH_TIMEOUT_SECONDS
        )
        answer: dict[str, Any] = msgspec.json.decode(reply.data)
        if answer.get("error"):
            raise refused(answer["error"])
        return self._must_be(answer["seq"], last_seq + len(rows))

    def _must_be(self, seq: int, expected: int) -> int:
        if seq != expected:
            raise OutcomeUnknown(f"{self.stream}: stored at {seq}, expected {expected}")
        return seq
