"""After the database was restored to an older state: its log is brought up to what was published, event by event.

The event stream shows how far the log had come. Commands behind the restored place are still on their stream and are
applied again; the same ids and hashes must come of them. What no command made (the outcomes of deliveries, the seals of
days) is taken over from the event stream. Nothing of this begins before an operator has declared the restoration;
deliveries that may have been made in the earlier life are held for a decision.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, EventEnvelope, hash_of, ids, running_head
from stampbook_events.seals import seal_tag
from stampbook_events.subjects import command_filter, command_stream, event_filter, event_stream
from stampbook_messaging import event_store
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import Bus
from stampbook_messaging.daily_seals import making
from stampbook_messaging.event_store import Row
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import Stored, next_message, stream_state
from stampbook_messaging.logging import get_logger
from stampbook_messaging.publishing import HASH, told_by_the_tail
from stampbook_messaging.replaying import ReplayDiffers, Replaying

log = get_logger(__name__)

_POSITIONS = "SELECT id, pos FROM partition ORDER BY id"
_DECLARED = "SELECT max(declared_at) FROM restoration"
_COVERED = (
    "SELECT declared_at FROM restoration WHERE stream_created = $1 AND last_seq >= $2 ORDER BY declared_at DESC LIMIT 1"
)
_DECLARE = """
INSERT INTO restoration (declared_at, stream_created, last_seq) VALUES (stampbook_now(), $1, $2) RETURNING declared_at
"""
_FROM = "SELECT stream_seq FROM relayed WHERE partition = $1 AND pos <= $2"
_LOCK = "SELECT pos, head, cmd_seq FROM partition WHERE id = $1 FOR NO KEY UPDATE"
_ROW = "SELECT pos, cmd_seq FROM partition WHERE id = $1"
_OPEN = "SELECT id FROM delivery WHERE state IN ('pending', 'claimed', 'sending', 'retrying')"
_TRIED = "UPDATE delivery SET attempt = greatest(attempt, $2) WHERE id = $1"
_GO_ON = """
UPDATE delivery d SET attempt = greatest(d.attempt, v.attempt) FROM unnest($1::uuid[], $2::int[]) AS v(id, attempt)
WHERE d.id = v.id AND d.channel <> ALL($3::text[])
"""
_TOLD = """
UPDATE delivery d SET state = v.state, reason = 'restored', claimed_by = NULL, lease_token = NULL,
       ended_at = stampbook_now()
FROM unnest($1::uuid[], $2::text[]) AS v(id, state)
WHERE d.id = v.id AND d.channel = ANY($3::text[]) AND d.state IN ('pending', 'claimed', 'sending', 'retrying')
"""
_HOLD = """
UPDATE delivery SET state = 'unknown', in_doubt = true, reason = 'restored', claimed_by = NULL, lease_token = NULL
WHERE id = ANY($1::uuid[]) AND channel = ANY($2::text[]) AND state IN ('pending', 'claimed', 'sending', 'retrying')
RETURNING id, channel, kind
"""
_MOST_EVENTS = 64
"""Of one command; what has no number below it among its command's events was made by no command."""
_MOST_ATTEMPTS = 40
ENDED = ("sent", "suppressed", "dead")

_envelopes = msgspec.json.Decoder(EventEnvelope)


@dataclass(frozen=True, slots=True)
class Behind:
    """*published*: partition → the last published position, where the log has not come so far."""

    published: Mapping[int, int]
    stream_created: datetime
    last_seq: int


async def look(bus: Bus, pool: Any, token: str) -> Behind:
    """Compare the tail of *token*'s event stream with its log."""
    state = await stream_state(bus, event_stream(token))
    told = await told_by_the_tail(bus, event_stream(token), state) or []
    rows = {row["id"]: row["pos"] for row in await pool.fetch(_POSITIONS)}
    ahead = {partition: pos for partition, pos in enumerate(told) if pos > rows[partition]}
    return Behind(ahead, state.created, state.last_seq)


async def declare(pool: Any, behind: Behind) -> datetime:
    """An operator says: this database was restored, and I know that it is behind its stream."""
    at: datetime = await pool.fetchval(_DECLARE, behind.stream_created, behind.last_seq)
    return at


async def declared(pool: Any, behind: Behind) -> bool:
    return await pool.fetchval(_COVERED, behind.stream_created, behind.last_seq) is not None


async def restored_at(pool: Any) -> datetime | None:
    """When the last restoration was declared; None if there never was one."""
    at: datetime | None = await pool.fetchval(_DECLARED)
    return at


async def hold_open(pool: Any, alarms: Alarms, once: Collection[str]) -> int:
    """What the restored rows would send again; *once* names the channels that must not. Returns how many are held."""
    async with pool.acquire() as db, db.transaction():
        return await hold(db, alarms, [row["id"] for row in await db.fetch(_OPEN)], once)


async def hold(db: Any, alarms: Alarms, deliveries: Sequence[UUID], once: Collection[str]) -> int:
    """Of each delivery by a channel of *once*: the end that the log tells of it, else it waits as ``unknown``.

    The others go on, counting from the attempts that were made: each outcome's id is its own.
    """
    told = await outcomes_of(db, deliveries)
    await db.execute(_GO_ON, list(told), [attempt for _, attempt in told.values()], list(once))
    await db.execute(_TOLD, list(told), [state for state, _ in told.values()], list(once))
    held = await db.fetch(_HOLD, list(deliveries), list(once))
    for row in held:
        await alarms.raise_(
            "delivery_in_doubt", channel=row["channel"], kind=row["kind"], delivery_id=str(row["id"]), cause="restored"
        )
    return len(held)


def made_by_a_command(envelope: EventEnvelope) -> bool:
    return any(ids.event_id(envelope.causation, n) == envelope.id for n in range(_MOST_EVENTS))


async def outcomes_of(db: Any, deliveries: Sequence[UUID]) -> dict[UUID, tuple[str, int]]:
    """Per delivery the last end that the log tells, and its attempt: outcome events' ids follow from both."""
    wanted = {
        ids.outcome_event_id(delivery, state, attempt): (attempt, state, delivery)
        for delivery in deliveries
        for state in ENDED
        for attempt in range(_MOST_ATTEMPTS)
    }
    found = await db.fetch("SELECT id FROM event WHERE id = ANY($1::uuid[])", list(wanted))
    return {delivery: (state, attempt) for attempt, state, delivery in sorted(wanted[row["id"]] for row in found)}


class _Outcome(msgspec.Struct):
    """What an outcome event says about its delivery, whichever channel's it is."""

    delivery_id: UUID
    attempt: int


@dataclass(slots=True, kw_only=True)
class Published:
    """The events of one partition as the stream has them, from behind the log's place on."""

    bus: Bus
    token: str
    partition: int
    _next_seq: int = 1
    _ahead: dict[int, Stored] = field(default_factory=dict)

    async def at(self, position: int) -> Stored:
        """The event published at *position*. Raises ``ReplayDiffers`` when the stream has it no more."""
        while position not in self._ahead:
            found = await next_message(
                self.bus, event_stream(self.token), self._next_seq, event_filter(self.token, self.partition)
            )
            if found is None:
                raise ReplayDiffers(f"{event_stream(self.token)} has no event at {self.partition}/{position}")
            self._next_seq = found.seq + 1
            self._ahead[_envelopes.decode(found.data).position] = found
        return self._ahead[position]

    def hashes(self) -> dict[tuple[int, int], bytes]:
        return {(self.partition, at): bytes.fromhex(one.headers[HASH]) for at, one in self._ahead.items()}


@dataclass(slots=True, kw_only=True)
class Restoring:
    """Brings one service's partitions up to what was published. *worker* is None for a service without commands."""

    token: str
    pool: Any
    bus: Bus
    alarms: Alarms
    worker: Any = None

    async def bring_up(self, partition: int, published: int) -> None:
        """Raises ``ReplayDiffers`` at the first difference, with an alarm: an operator decides."""
        row = await self.pool.fetchrow(_ROW, partition)
        start = await self.pool.fetchval(_FROM, partition, row["pos"])
        stream = Published(bus=self.bus, token=self.token, partition=partition, _next_seq=(start or 0) + 1)
        try:
            while (row := await self.pool.fetchrow(_ROW, partition))["pos"] < published:
                message = await stream.at(row["pos"] + 1)
                if made_by_a_command(_envelopes.decode(message.data)):
                    await self._apply_again(partition, row["cmd_seq"], stream, published)
                else:
                    await self._take_over(partition, message)
        except ReplayDiffers as difference:
            await self.alarms.raise_("replay_differs", stream=event_stream(self.token), partition=partition)
            log.warning("restoring.stopped", partition=partition, reason=str(difference))
            raise
        log.info("restoring.partition_done", partition=partition, pos=published)

    async def _apply_again(self, partition: int, cmd_seq: int, stream: Published, published: int) -> None:
        """The next command of the partition; where it has a ``not_after``, with the verdict of its first life."""
        command = await next_message(
            self.bus, command_stream(self.token), cmd_seq + 1, command_filter(self.token, partition)
        )
        if command is None or self.worker is None:
            raise ReplayDiffers(f"no command behind {cmd_seq} for what was published at partition {partition}")
        item = Item(partition, command.seq, command.time, command.subject, command.data, command.headers, cmd_seq)
        row = await self.pool.fetchrow(_ROW, partition)
        for position in range(row["pos"] + 1, min(row["pos"] + _MOST_EVENTS, published) + 1):
            await stream.at(position)
        async with self.pool.acquire() as db:
            try:
                await self.worker.replay(db, item, Replaying(stream.hashes(), late=False))
            except ReplayDiffers:
                await self.worker.replay(db, item, Replaying(stream.hashes(), late=True))

    async def _take_over(self, partition: int, message: Stored) -> None:
        """An event that no command made: its bytes are on the stream, and nowhere else any more."""
        envelope = _envelopes.decode(message.data)
        async with self.pool.acquire() as db, db.transaction():
            row = await db.fetchrow(_LOCK, partition)
            if row["pos"] + 1 != envelope.position:
                return  # Another process was quicker.
            heads = await event_store.heads_of_keys(db, [(envelope.merchant, envelope.aggregate)])
            key = (envelope.merchant, envelope.aggregate)
            version, previous = heads.get(key, (0, GENESIS))
            digest = hash_of(previous, message.data)
            if digest.hex() != message.headers[HASH] or envelope.version != version + 1:
                raise ReplayDiffers(f"{event_stream(self.token)} {message.seq} does not follow on the restored log")
            taken = _row(envelope, message, digest)
            await event_store.write(db, [taken], {key: (envelope.version, digest)})
            head = running_head(row["head"], envelope.position, digest)
            await db.execute(event_store.ADVANCE, [partition], [envelope.position], [head])
            if envelope.type == seal_tag(self.token):
                await making.take_over(db, envelope.data)
            else:
                outcome = msgspec.json.decode(envelope.data, type=_Outcome)
                await db.execute(_TRIED, outcome.delivery_id, outcome.attempt)


def _row(envelope: EventEnvelope, message: Stored, digest: bytes) -> Row:
    return Row(
        envelope.partition,
        envelope.position,
        envelope.id,
        envelope.merchant,
        envelope.aggregate,
        envelope.version,
        envelope.type,
        envelope.recorded_at,
        None,
        0,
        message.data,
        digest,
        message.headers.get("traceparent"),
    )
