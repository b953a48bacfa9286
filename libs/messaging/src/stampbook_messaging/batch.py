"""One batch of commands in one transaction: inbox, decide, append, projections, position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stampbook_events import ids
from stampbook_messaging import dead_letters, event_store, inbox, parking
from stampbook_messaging.decoding import CommandDecoder, message_id
from stampbook_messaging.event_store import Draft, Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.intake import Item
from stampbook_messaging.locking import Locked, lock
from stampbook_messaging.messages import Answer, Decision, Received
from stampbook_messaging.protocols import Deciding
from stampbook_messaging.replaying import Replaying
from stampbook_messaging.sorting import Work, inbox_row
from stampbook_messaging.spans import CommandSpans

Db = Any

_ADVANCE = """
UPDATE partition p SET pos = v.pos, head = v.head, cmd_seq = v.cmd_seq, cmd_id = v.cmd_id
FROM unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::uuid[]) AS v(id, pos, head, cmd_seq, cmd_id)
WHERE p.id = v.id
"""


class OutOfPlace(RuntimeError):
    """What was read does not follow on what was applied: it must be read again from where the row stands."""


@dataclass(slots=True)
class Applied:
    """What a committed batch led to: rows for the relay, answers for who waits."""

    rows: list[Row] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class BatchWriter:
    """*stream* is the command stream read; *deciding* is the service."""

    stream: str
    deciding: Deciding
    decoder: CommandDecoder
    failpoints: Failpoints

    async def apply(
        self, db: Db, items: Sequence[Item], epochs: dict[int, int], replaying: Replaying | None = None
    ) -> Applied:
        """Apply *items* in their order, in one transaction.

        Raises ``Fenced``, ``OutOfPlace`` or, in a replay, ``ReplayDiffers``; whatever it raises rolled back.
        """
        spans = CommandSpans()
        try:
            async with db.transaction():
                applied = await self._inside(db, items, epochs, spans, replaying)
                if replaying is not None:
                    replaying.compare(applied.rows)
                await self.failpoints.reach("worker.before_commit")
        finally:
            spans.end()
        return applied

    async def _inside(
        self,
        db: Db,
        items: Sequence[Item],
        epochs: dict[int, int],
        spans: CommandSpans,
        replaying: Replaying | None,
    ) -> Applied:
        decoded = [self.decoder.read(item) for item in items]
        touched = sorted({item.partition for item in items})
        # A partition let go of since the items were taken has no epoch here: no row is locked for it, and that is a fence.
        held = {partition: epochs.get(partition, -1) for partition in touched}
        sure_ids = all(isinstance(one, Received) for one in decoded)
        locked = await lock(db, self.stream, held, decoded, sure_ids=sure_ids)
        await self.failpoints.reach("worker.after_lock")
        self._must_follow(locked.applied, items)
        # What came too late is told by the one clock that all processes share.
        judged_at = replaying.judged_at if replaying else locked.now
        decoded = [
            self.decoder.judge(one, now=judged_at, created=locked.created[item.partition])
            for one, item in zip(decoded, items, strict=True)
        ]
        work = Work(self.stream)
        work.sort(decoded, items, await locked.answered(db, decoded), await locked.parked(db, decoded))
        state = await self.deciding.load(db, work.fresh)
        await self.failpoints.reach("worker.after_load")
        self._decide(state, work, spans)
        return Applied(await self._record(db, state, work, locked, items), work.answers)

    def _must_follow(self, applied: dict[int, int], items: Sequence[Item]) -> None:
        """Never past a message: a command that was read and not applied would be lost without a sign."""
        for item in items:
            if item.after != applied[item.partition]:
                raise OutOfPlace(
                    f"{self.stream} {item.seq} follows {item.after}, partition {item.partition} is at {applied[item.partition]}"
                )
            applied[item.partition] = item.seq

    def _decide(self, state: Any, work: Work, spans: CommandSpans) -> None:
        for received in work.fresh:
            traceparent = spans.start(received)
            decision = self.deciding.decide(state, received)
            status = "refused" if decision.refused else "applied"
            row = inbox_row(received, status, decision.refused, msgspec.json.encode(decision.result))
            work.inbox.append(row)
            work.drafts.extend(_drafts(received, decision, traceparent))
            if received.envelope.answer_to:
                work.answers.append((received.envelope.answer_to, row.answer()))

    async def _record(self, db: Db, state: Any, work: Work, locked: Locked, items: Sequence[Item]) -> list[Row]:
        places = locked.places
        heads = await event_store.heads_of(db, work.drafts, locked.heads)
        rows = event_store.place(work.drafts, places, heads)
        await inbox.insert(db, work.inbox, locked.now)
        await inbox.note_replays(db, work.replays)
        await self.failpoints.reach("worker.after_inbox")
        await event_store.write(db, rows, heads)
        await self.failpoints.reach("worker.after_events")
        if work.fresh:
            await self.deciding.save(db, state)
        if work.letters:
            await dead_letters.insert(db, work.letters)
        for merchant, key, letter in work.held:
            await parking.park(db, merchant, [key], letter)
        await self.failpoints.reach("worker.after_projections")
        last = {item.partition: item for item in items}
        await db.execute(
            _ADVANCE,
            list(last),
            [places[partition].pos for partition in last],
            [places[partition].head for partition in last],
            [item.seq for item in last.values()],
            [message_id(item) for item in last.values()],
        )
        return rows


def _drafts(received: Received, decision: Decision, traceparent: str | None) -> list[Draft]:
    envelope = received.envelope
    return [
        Draft(
            id=ids.event_id(envelope.id, n),
            partition=received.partition,
            merchant=fact.merchant or envelope.merchant,
            aggregate=fact.aggregate,
            event=fact.event,
            actor=envelope.actor,
            correlation=envelope.correlation,
            causation=envelope.id,
            recorded_at=received.recorded_at,
            occurred_at=fact.occurred_at or received.recorded_at,
            command_id=envelope.id,
            cmd_seq=received.seq,
            traceparent=traceparent,
        )
        for n, fact in enumerate(decision.facts)
    ]
