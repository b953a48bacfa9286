"""The delivery table: rows are born with the cursor, claimed under a lease, and settled with their outcome event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from stampbook_events import Actor, ids
from stampbook_messaging.deliveries.machine import Next
from stampbook_messaging.event_store import OutcomeFact, Row, append_outcomes
from stampbook_messaging.partitions import LEASE_SECONDS
from stampbook_messaging.protocols import Channel, Delivery, Demand, Outcome

Db = Any

_INSERT = """
INSERT INTO delivery (id, merchant, consumer, event_id, event_stream, event_partition, event_pos, channel, kind,
                      recipient, payload, state, attempt, next_at, deadline, reason, in_doubt, correlation, traceparent,
                      created_at, ended_at)
SELECT d.id, d.merchant, $1, d.event_id, $2, d.partition, d.pos, d.channel, d.kind, d.recipient, d.payload, d.state, 0,
       stampbook_now(), stampbook_now() + d.lives_for, d.reason, false, d.correlation, d.traceparent, stampbook_now(),
       CASE d.state WHEN 'suppressed' THEN stampbook_now() END
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::smallint[], $7::bigint[], $8::text[], $9::text[], $10::uuid[],
            $11::jsonb[], $12::text[], $13::interval[], $14::text[], $15::uuid[], $16::text[])
  AS d(id, merchant, event_id, partition, pos, channel, kind, recipient, payload, state, lives_for, reason, correlation,
       traceparent)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
_FIELDS = """id, merchant, consumer, event_id, channel, kind, recipient, payload, attempt, deadline, correlation, in_doubt,
       traceparent, lease_token, deadline <= stampbook_now() AS late"""
_CLAIM_WHERE = """
UPDATE delivery SET state = 'claimed', claimed_by = $1, lease_token = $2, attempt = attempt + 1
WHERE id IN (SELECT id FROM delivery d WHERE channel = $3 AND state IN ('pending', 'retrying')
             AND next_at <= stampbook_now() {first} ORDER BY next_at LIMIT $4 FOR UPDATE OF d SKIP LOCKED)
RETURNING {fields}
"""
_FIRST = """AND NOT EXISTS (
               SELECT FROM delivery e WHERE e.merchant = d.merchant AND e.recipient = d.recipient AND e.channel = d.channel
               AND e.event_stream = d.event_stream AND e.event_pos < d.event_pos
               AND e.state NOT IN ('sent', 'suppressed', 'dead'))"""
_CLAIM = _CLAIM_WHERE.format(first="", fields=_FIELDS)
_CLAIM_IN_ORDER = _CLAIM_WHERE.format(first=_FIRST, fields=_FIELDS)
_MARK = """
UPDATE delivery SET state = 'sending' WHERE id = $1 AND lease_token = $2 AND attempt = $3 AND state = 'claimed'
RETURNING id
"""
_LOCK = """
SELECT stampbook_now() FROM delivery
WHERE id = $1 AND lease_token = $2 AND attempt = $3 AND state IN ('claimed', 'sending') FOR UPDATE
"""
_SETTLE = """
WITH tried AS (
  INSERT INTO attempt (delivery_id, number, at, verdict, reason, host, answer, worker)
  VALUES ($1, $7, stampbook_now(), $8, $9, $10, $11, $12)
)
UPDATE delivery SET state = $2, attempt = $3, next_at = $4, reason = $5, in_doubt = $6, claimed_by = NULL,
       lease_token = NULL, ended_at = CASE WHEN $2 IN ('sent', 'suppressed', 'dead') THEN stampbook_now() END
WHERE id = $1
"""
_ORPHANS = f"""
SELECT {_FIELDS}, state FROM delivery
WHERE channel = $1 AND state IN ('claimed', 'sending') AND CASE WHEN claimed_by = $2 THEN id <> ALL($5::uuid[])
  ELSE claimed_by NOT IN (SELECT id FROM worker WHERE seen_at > stampbook_now() - make_interval(secs => $3)) END LIMIT $4
"""
_RETURN = """
UPDATE delivery SET state = 'retrying', attempt = attempt - 1, next_at = stampbook_now(), claimed_by = NULL,
       lease_token = NULL
WHERE id = $1 AND lease_token = $2 AND state = 'claimed'
"""
_KNOWN_EVENTS = "SELECT id FROM event WHERE id = ANY($1::uuid[])"
STATEMENTS = (_CLAIM, _CLAIM_IN_ORDER, _MARK, _LOCK, _SETTLE, _ORPHANS, _RETURN)


class LeaseLost(RuntimeError):
    """Somebody else has the delivery by now: whatever we wanted to do with it is theirs to do."""


async def insert_demands(
    db: Db, consumer: str, owner: str, demands: Sequence[Demand], channels: Mapping[str, Channel]
) -> list[Row]:
    """One row for each of *demands*, once; returns the outcome events of those that were suppressed at birth."""
    if not demands:
        return []
    born = [_delivery_of(consumer, demand) for demand in demands]
    made = await db.fetch(
        _INSERT,
        consumer,
        owner,
        [delivery.id for delivery in born],
        [delivery.merchant for delivery in born],
        [delivery.event_id for delivery in born],
        [demand.because_of.envelope.partition for demand in demands],
        [demand.because_of.envelope.position for demand in demands],
        [delivery.channel for delivery in born],
        [delivery.kind for delivery in born],
        [delivery.recipient for delivery in born],
        [delivery.payload for delivery in born],
        ["suppressed" if demand.suppressed else "pending" for demand in demands],
        [demand.lives_for for demand in demands],
        [demand.suppressed or "" for demand in demands],
        [delivery.correlation for delivery in born],
        [delivery.traceparent for delivery in born],
    )
    new = {row["id"] for row in made}
    facts = []
    for demand, delivery in zip(demands, born, strict=True):
        if demand.suppressed and delivery.id in new:
            outcome = Outcome(verdict="suppressed", reason=demand.suppressed)
            facts.extend(_facts(channels[demand.channel], delivery, outcome, "suppressed"))
    return await append_outcomes(db, facts)


def delivery_key(consumer: str, demand: Demand) -> UUID:
    envelope = demand.because_of.envelope
    return ids.delivery_id(envelope.merchant, consumer, envelope.id, demand.channel, demand.kind, demand.recipient)


def _delivery_of(consumer: str, demand: Demand) -> Delivery:
    envelope = demand.because_of.envelope
    return Delivery(
        id=delivery_key(consumer, demand),
        merchant=envelope.merchant,
        consumer=consumer,
        event_id=envelope.id,
        channel=demand.channel,
        kind=demand.kind,
        recipient=demand.recipient,
        payload=demand.payload,
        attempt=0,
        deadline=envelope.recorded_at + demand.lives_for,
        correlation=envelope.correlation,
        in_doubt=False,
        traceparent=demand.because_of.traceparent,
        lease_token=envelope.id,
        late=False,
    )


async def claim(db: Db, worker: str, channel: str, most: int, *, in_order: bool = False) -> list[Delivery]:
    """Take up to *most* due deliveries of *channel*, each attempt counted from here on.

    *in_order*: none whose recipient has an earlier one that has not come to its end.
    """
    rows = await db.fetch(_CLAIM_IN_ORDER if in_order else _CLAIM, worker, uuid4(), channel, most)
    return sorted((Delivery(**dict(row)) for row in rows), key=lambda delivery: (delivery.deadline, delivery.id))


async def mark(db: Db, delivery: Delivery) -> None:
    """Right before the point of no return. Raises ``LeaseLost``."""
    if await db.fetchval(_MARK, delivery.id, delivery.lease_token, delivery.attempt) is None:
        raise LeaseLost(f"{delivery.channel} delivery {delivery.id}")


async def must_hold(db: Db, delivery: Delivery) -> datetime:
    """Lock the row inside the transaction that settles it; returns the database's time, which all agree on.

    Raises ``LeaseLost``.
    """
    now: datetime | None = await db.fetchval(_LOCK, delivery.id, delivery.lease_token, delivery.attempt)
    if now is None:
        raise LeaseLost(f"{delivery.channel} delivery {delivery.id}")
    return now


async def settle(
    db: Db,
    delivery: Delivery,
    outcome: Outcome,
    following: Next,
    *,
    channel: Channel,
    worker: str,
    restored: bool = False,
) -> list[Row]:
    """Write the state, the attempt and the outcome event, in the caller's transaction; returns the event's row.

    *restored*: attempts may have been counted in an earlier life, whose outcome events have kept their ids.
    """
    await db.execute(
        _SETTLE,
        delivery.id,
        following.state,
        following.attempt,
        following.next_at,
        following.reason,
        following.in_doubt,
        delivery.attempt,
        outcome.verdict,
        outcome.reason,
        outcome.host,
        outcome.answer[:2000],
        worker,
    )
    facts = _facts(channel, delivery, outcome, following.state)
    if restored:
        facts = await _with_ids_of_their_own(db, facts)
    return await append_outcomes(db, facts)


async def _with_ids_of_their_own(db: Db, facts: list[OutcomeFact]) -> list[OutcomeFact]:
    while taken := {row["id"] for row in await db.fetch(_KNOWN_EVENTS, [fact.event_id for fact in facts])}:
        facts = [
            replace(fact, event_id=uuid5(fact.event_id, "restored")) if fact.event_id in taken else fact
            for fact in facts
        ]
    return facts


async def orphans(
    db: Db, channel: str, worker: str, running: Collection[UUID], most: int
) -> list[tuple[Delivery, str]]:
    """Deliveries that nobody works on: claimed by dead workers, or by us in a statement whose answer never came.

    Returned with the state they were left in. *worker* is us, who live, and *running* what we do work on.

    Who lives is asked in the same statement: a process that has just begun must not be taken for a dead one.
    """
    found = []
    for row in await db.fetch(_ORPHANS, channel, worker, LEASE_SECONDS, most, list(running)):
        fields = dict(row)
        state = fields.pop("state")
        found.append((Delivery(**fields), state))
    return found


async def give_back(db: Db, delivery: Delivery) -> bool:
    """Return a claimed delivery that was never tried; whether it was still as it was found."""
    return bool(await db.execute(_RETURN, delivery.id, delivery.lease_token) == "UPDATE 1")


def _facts(channel: Channel, delivery: Delivery, outcome: Outcome, state: str) -> list[OutcomeFact]:
    fact = channel.outcome_fact(delivery, outcome, state)
    if fact is None:
        return []
    ending: UUID = ids.outcome_event_id(delivery.id, state if outcome.verdict != "again" else "sent", delivery.attempt)
    return [
        OutcomeFact(
            event_id=ending,
            merchant=fact.merchant or delivery.merchant,
            aggregate=fact.aggregate,
            event=fact.event,
            actor=Actor(kind="service", id=delivery.consumer),
            correlation=delivery.correlation,
            causation=delivery.event_id,
            traceparent=delivery.traceparent,
        )
    ]
