"""Where a reader of a partition begins, and whether the stream is still the one that the row was written by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stampbook_events.subjects import command_stream, event_stream
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import Bus
from stampbook_messaging.event_reading import place_of
from stampbook_messaging.intake import Intake, Start
from stampbook_messaging.jetstream import StreamState, message_at, stream_state
from stampbook_messaging.locking import Fenced
from stampbook_messaging.shortness import Shortness

_ROW = "SELECT cmd_seq, cmd_id, stream_created, pos FROM partition WHERE id = $1 AND epoch = $2"
_REBASE = """
UPDATE partition SET stream_created = $3, cmd_seq = 0, cmd_id = NULL WHERE id = $1 AND epoch = $2
"""
_CURSOR = """
INSERT INTO cursor (consumer, stream, partition, stream_created, pos, stream_seq)
SELECT $1, $2, id, $4, 0, 0 FROM partition WHERE id = $3 AND epoch = $5
ON CONFLICT (consumer, stream, partition) DO UPDATE SET pos = cursor.pos RETURNING stream_created, stream_seq, pos
"""
_REBASE_CURSOR = """
UPDATE cursor SET stream_created = $4, stream_seq = 0 WHERE consumer = $1 AND stream = $2 AND partition = $3
AND EXISTS (SELECT FROM partition WHERE id = $3 AND epoch = $5)
"""


@dataclass(slots=True)
class EventSource:
    """One log this service reads."""

    consumer: str
    owner: str
    intake: Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Only the holder of a partition may ask: ``Fenced`` for anybody else.

    What is known of the stream was asked before the row is read, and the row may have moved on meanwhile under whoever
    held the partition till now. So a difference counts only if the stream, asked once more, still differs; and that it
    is shorter only when that was seen again. None: look again.
    """

    token: str
    pool: Any
    bus: Bus
    alarms: Alarms
    shortness: Shortness

    async def of_commands(
        self, partition: int, epoch: int, state: StreamState, *, lost: bool, not_before: int
    ) -> Start | None:
        """Right at the last applied command; from the first message, through the inbox, if the stream is another one.

        None also while a restored log is behind position *not_before*: its commands are applied again before new ones come.
        *lost*: the reader did not meet the last applied command.
        """
        row = await self.pool.fetchrow(_ROW, partition, epoch)
        if row is None:
            raise Fenced(partition)
        if row["pos"] < not_before:
            return None
        stream = command_stream(self.token)
        state, how = await self._differs(stream, partition, state, row["stream_created"], row["cmd_seq"])
        if how is None:
            return None
        how = how or ("other" if lost else "")
        if not how and row["stream_created"] is not None:
            return Start(row["cmd_seq"], str(row["cmd_id"]) if row["cmd_id"] else None, must_meet=True)
        if how:
            await self.alarms.raise_("command_stream_changed", stream=stream, partition=partition, how=how)
        await self.pool.execute(_REBASE, partition, epoch, state.created)
        return Start(0, None, must_meet=False)

    async def of_events(self, source: EventSource, partition: int, epoch: int, state: StreamState) -> Start | None:
        """After the last message seen; events know their positions, so whatever is read again is skipped."""
        row = await self.pool.fetchrow(_CURSOR, source.consumer, source.owner, partition, state.created, epoch)
        if row is None:
            raise Fenced(partition)
        stream = event_stream(source.owner)
        state, how = await self._differs(stream, partition, state, row["stream_created"], row["stream_seq"])
        if how is None:
            return None
        if not how and row["stream_seq"] and await self._is_other(stream, partition, row):
            how = "other"
        if how:
            await self.alarms.raise_("event_stream_changed", stream=stream, partition=partition, how=how)
            place = (source.consumer, source.owner, partition)
            await self.pool.execute(_REBASE_CURSOR, *place, state.created, epoch)
            return Start(0, None, must_meet=False)
        return Start(row["stream_seq"], None, must_meet=False)

    async def _differs(
        self, stream: str, partition: int, state: StreamState, created: Any, seq: int
    ) -> tuple[StreamState, str | None]:
        """How *stream* is not the one that the row was written by; a row that has read nothing knows no stream."""
        if state.last_seq < seq or (created is not None and created != state.created):
            state = await stream_state(self.bus, stream)
        if created is not None and created != state.created:
            return state, "recreated"
        short = self.shortness.is_sure(stream, partition, state, seq)
        return state, None if short is None else ("shorter" if short else "")

    async def _is_other(self, stream: str, partition: int, row: Any) -> bool:
        """Whether another event lies where the last one was: a stream put back and filled up again in another order."""
        found = await message_at(self.bus, stream, row["stream_seq"])
        place = place_of(found.data) if found is not None else None
        return place is not None and (place.partition != partition or place.position > row["pos"])
