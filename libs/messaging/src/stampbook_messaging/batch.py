"""One batch of commands in one transaction: inbox, decide, append, projections, position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import ids
from stampbook_messaging import dead_letters, event_store, inbox, parking
from stampbook_messaging.decoding import CommandDecoder, Undecodable, message_id
from stampbook_messaging.event_store import Draft, Place, Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.inbox import InboxRow
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Answer, Decision, Received
from stampbook_messaging.protocols import Deciding
from stampbook_messaging.spans import CommandSpans

Db = Any

_LOCK = """
SELECT p.id, p.cmd_seq, p.pos, p.head, p.stream_created, stampbook_now() AS now FROM partition p
JOIN unnest($1::smallint[], $2::bigint[]) AS held(id, epoch) ON p.id = held.id AND p.epoch = held.epoch
ORDER BY p.id FOR NO KEY UPDATE OF p
"""
_ADVANCE = """
UPDATE partition p SET pos = v.pos, head = v.head, cmd_seq = v.cmd_seq, cmd_id = v.cmd_id
FROM unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::uuid[]) AS v(id, pos, head, cmd_seq, cmd_id)
WHERE p.id = v.id
"""


_EARLIER_THAN_ANY, _LATER_THAN_ANY = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class Fenced(RuntimeError):
    """Another process holds one of these partitions by now: nothing was written."""


class ReplayDiffers(RuntimeError):
    """A command applied again does not lead to the events that were published: an operator decides."""


@dataclass(frozen=True, slots=True)
class Replaying:
    """A command applied again to a restored log. *published*: (partition, position) → the hash everybody has seen.

    *late*: the verdict on its ``not_after`` that was recorded then; the clock is not asked again.
    """

    published: Mapping[tuple[int, int], bytes]
    late: bool

    @property
    def judged_at(self) -> datetime:
        return _LATER_THAN_ANY if self.late else _EARLIER_THAN_ANY

    def compare(self, rows: Sequence[Row]) -> None:
        for row in rows:
            seen = self.published.get((row.partition, row.pos), row.hash)
            if seen != row.hash:
                raise ReplayDiffers(f"event {row.id} at {row.partition}/{row.pos} is not the one that was published")


class OutOfPlace(RuntimeError):
    """What was read does not follow on what was applied: it must be read again from where the row stands."""


@dataclass(slots=True)
class Applied:
    """What a committed batch led to: rows for the relay, answers for who waits."""

    rows: list[Row] = field(default_factory=list)
    answers: list[tuple[str, Answer]] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    """A batch on its way through the transaction."""

    fresh: list[Received] = field(default_factory=list)
    inbox: list[InboxRow] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    replays: list[tuple[int, int, UUID]] = field(default_factory=list)
    letters: list[dead_letters.DeadLetter] = field(default_factory=list)
    held: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
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
        touched = sorted({item.partition for item in items})
        # A partition let go of since the items were taken has no epoch here: no row is locked for it, and that is a fence.
        locked = await db.fetch(_LOCK, touched, [epochs.get(partition, -1) for partition in touched])
        if len(locked) != len(touched):
            raise Fenced(f"partitions {sorted(set(touched) - {row['id'] for row in locked})} of {self.stream}")
        await self.failpoints.reach("worker.after_lock")
        self._must_follow({row["id"]: row["cmd_seq"] for row in locked}, items)
        created = {row["id"]: row["stream_created"] for row in locked}
        work = _Work()
        now = locked[0]["now"]  # what came too late is told by the one clock that all processes share
        await self._sort(db, items, work, replaying.judged_at if replaying else now, created)
        state = await self.deciding.load(db, work.fresh)
        await self.failpoints.reach("worker.after_load")
        self._decide(state, work, spans)
        places = {row["id"]: Place(row["pos"], row["head"]) for row in locked}
        rows = await self._record(db, state, work, places, items, now)
        return Applied(rows, work.answers)

    def _must_follow(self, applied: dict[int, int], items: Sequence[Item]) -> None:
        """Never past a message: a command that was read and not applied would be lost without a sign."""
        for item in items:
            if item.after != applied[item.partition]:
                raise OutOfPlace(
                    f"{self.stream} {item.seq} follows {item.after}, partition {item.partition} is at {applied[item.partition]}"
                )
            applied[item.partition] = item.seq

    async def _sort(
        self, db: Db, items: Sequence[Item], work: _Work, now: datetime, created: dict[int, datetime | None]
    ) -> None:
        """Tell apart what is fresh, what was answered before, what must wait and what cannot be read."""
        decoded = [self.decoder.decode(item, now=now, created=created[item.partition]) for item in items]
        commands = [one for one in decoded if isinstance(one, Received)]
        answered = await inbox.known(db, [_id_of(one) for one in decoded])
        parked = await parking.parked_among(
            db, [(one.envelope.merchant, key) for one in commands for key in one.envelope.keys]
        )
        seen: dict[UUID, Received] = {}
        by_seq = {(item.partition, item.seq): item for item in items}
        for one in decoded:
            if isinstance(one, Undecodable):
                if one.id not in answered:  # read again from the stream's start: it was put aside before
                    self._bury(one, work)
            elif one.envelope.id in answered:
                self._answer_again(one, answered[one.envelope.id], work)
            elif one.envelope.id in seen:
                self._answer_twin(one, seen[one.envelope.id], work)
            else:
                seen[one.envelope.id] = one
                behind = parking.behind(one.envelope, parked)
                if behind is None:
                    work.fresh.append(one)
                else:
                    self._wait_behind(one, by_seq[one.partition, one.seq], behind, work)
                    for key in one.envelope.keys:  # whoever comes behind this one on another key waits too
                        parked.setdefault((one.envelope.merchant, key), behind)
                        work.held.append((one.envelope.merchant, key, behind))

    def _bury(self, one: Undecodable, work: _Work) -> None:
        work.inbox.append(
            InboxRow(
                command_id=one.id,
                merchant=ids.PLATFORM,
                partition=one.item.partition,
                cmd_seq=one.item.seq,
                type=one.type,
                fingerprint=b"",
                status="undecodable",
                code=None,
                result=b"{}",
                recorded_at=one.item.recorded_at,
            )
        )
        work.letters.append(parking.undecodable(self.stream, one))

    def _answer_twin(self, one: Received, first: Received, work: _Work) -> None:
        """The same id twice in one batch: the first one's answer serves both, another body is told apart."""
        work.replays.append((one.partition, one.seq, one.envelope.id))
        if one.envelope.fingerprint != first.envelope.fingerprint and one.envelope.answer_to:
            work.answers.append((one.envelope.answer_to, Answer(command_id=one.envelope.id, status="mismatch")))

    def _answer_again(self, one: Received, found: inbox.Known, work: _Work) -> None:
        if found.cmd_seq != one.seq:
            work.replays.append((one.partition, one.seq, one.envelope.id))
        same = found.fingerprint == one.envelope.fingerprint
        answer = found.answer if same else Answer(command_id=one.envelope.id, status="mismatch")
        if one.envelope.answer_to:
            work.answers.append((one.envelope.answer_to, answer))

    def _wait_behind(self, one: Received, item: Item, behind: UUID, work: _Work) -> None:
        work.inbox.append(inbox_row(one, "parked", None, b"{}"))
        work.letters.append(parking.waiting(self.stream, one, item, behind))

    def _decide(self, state: Any, work: _Work, spans: CommandSpans) -> None:
        for received in work.fresh:
            traceparent = spans.start(received)
            decision = self.deciding.decide(state, received)
            status = "refused" if decision.refused else "applied"
            row = inbox_row(received, status, decision.refused, msgspec.json.encode(decision.result))
            work.inbox.append(row)
            work.drafts.extend(_drafts(received, decision, traceparent))
            if received.envelope.answer_to:
                work.answers.append((received.envelope.answer_to, row.answer()))

    async def _record(
        self, db: Db, state: Any, work: _Work, places: dict[int, Place], items: Sequence[Item], now: datetime
    ) -> list[Row]:
        heads = await event_store.heads_of(db, work.drafts)
        rows = event_store.place(work.drafts, places, heads)
        await inbox.insert(db, work.inbox, now)
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


def _id_of(one: Received | Undecodable) -> UUID:
    return one.id if isinstance(one, Undecodable) else one.envelope.id


def inbox_row(received: Received, status: str, code: str | None, result: bytes) -> InboxRow:
    envelope = received.envelope
    return InboxRow(
        command_id=envelope.id,
        merchant=envelope.merchant,
        partition=received.partition,
        cmd_seq=received.seq,
        type=envelope.type,
        fingerprint=envelope.fingerprint,
        status=status,
        code=code,
        result=result,
        recorded_at=received.recorded_at,
    )


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
