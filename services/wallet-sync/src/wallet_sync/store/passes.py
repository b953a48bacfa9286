"""Reading and writing passes; every statement names the merchant."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from stampbook_events import ids
from stampbook_events.ledger import CardOpened
from stampbook_messaging.messages import Recorded
from wallet_sync.domain.changes import Change
from wallet_sync.domain.passes import Pass, Program

Db = Any

_OPEN = """
INSERT INTO pass (merchant, card_id, customer_id, program_id, store_id, card_number, language, points, stamps,
                  stamp_target, wanted, wanted_at, acknowledged, created, state)
SELECT o.merchant, o.card_id, o.customer_id, o.program_id, o.store_id, o.card_number, o.language, 0, 0, o.stamp_target,
       o.wanted, o.wanted_at, 0, false, 'active'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::int[], $9::bigint[],
            $10::timestamptz[])
  AS o(merchant, card_id, customer_id, program_id, store_id, card_number, language, stamp_target, wanted, wanted_at)
ON CONFLICT (merchant, card_id) DO NOTHING
"""
_CHANGE = """
UPDATE pass p SET points = coalesce(c.points, p.points), stamps = coalesce(c.stamps, p.stamps),
       stamp_target = CASE WHEN c.retargets THEN c.target ELSE p.stamp_target END, wanted = c.wanted,
       wanted_at = c.wanted_at, card_number = coalesce(c.card_number, p.card_number),
       language = coalesce(c.language, p.language), state = coalesce(c.state, p.state)
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::bool[], $6::int[], $7::text[], $8::text[], $9::text[],
            $10::bigint[], $11::timestamptz[])
  AS c(merchant, card_id, points, stamps, retargets, target, card_number, language, state, wanted, wanted_at)
WHERE p.merchant = c.merchant AND p.card_id = c.card_id AND p.wanted < c.wanted
"""
_WAKE = """
UPDATE delivery d SET id = w.id, event_id = w.event_id, event_partition = w.partition, event_pos = w.pos,
       state = 'pending', attempt = 0, next_at = stampbook_now(), deadline = stampbook_now() + interval '4 days',
       reason = '', correlation = w.correlation, traceparent = w.traceparent, ended_at = NULL, in_doubt = false
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::bigint[], $7::uuid[], $8::text[])
  AS w(merchant, card_id, id, event_id, partition, pos, correlation, traceparent)
WHERE d.merchant = w.merchant AND d.recipient = w.card_id AND d.kind = 'card' AND d.channel = 'pass'
  AND d.consumer = 'wallet' AND d.state IN ('sent', 'dead', 'suppressed')
"""
_CARD = """
SELECT merchant, card_id, customer_id, program_id, card_number, language, points, stamps, stamp_target, wanted,
       acknowledged, created, state
FROM pass WHERE merchant = $1 AND card_id = $2
"""
# Of a program the version in force, before its first one that one (R9).
_PROGRAM = """
SELECT m.merchant, $2::uuid AS program_id, p.version, p.names, m.name AS merchant_name,
       coalesce(s.accent, '#334155') AS accent, s.logo_url, coalesce(c.acknowledged, 0) AS acknowledged
FROM merchant m JOIN LATERAL (
  (SELECT version, names, 1 AS choice FROM program WHERE merchant = $1 AND program_id = $2 AND NOT withdrawn
   AND effective_from <= stampbook_now() ORDER BY effective_from DESC, version DESC LIMIT 1)
  UNION ALL
  (SELECT version, names, 2 FROM program WHERE merchant = $1 AND program_id = $2 ORDER BY version LIMIT 1)
  ORDER BY choice LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT accent, logo_url FROM store WHERE merchant = $1 AND program_id = $2
                   ORDER BY store_id LIMIT 1) s ON true
LEFT JOIN loyalty_class c ON c.merchant = m.merchant AND c.program_id = $2
WHERE m.merchant = $1
"""
_CLASS_DONE = """
INSERT INTO loyalty_class (merchant, program_id, acknowledged) VALUES ($1, $2, $3)
ON CONFLICT (merchant, program_id) DO UPDATE SET acknowledged = excluded.acknowledged
"""
_ACKNOWLEDGE = """
UPDATE pass SET acknowledged = greatest(acknowledged, $3), acknowledged_at = stampbook_now(), created = true
WHERE merchant = $1 AND card_id = $2 RETURNING wanted
"""


async def open_passes(db: Db, opened: Sequence[Recorded]) -> None:
    if not opened:
        return
    events: list[CardOpened] = [one.event for one in opened]
    await db.execute(
        _OPEN,
        [one.envelope.merchant for one in opened],
        [event.card_id for event in events],
        [event.customer_id for event in events],
        [event.program_id for event in events],
        [event.store_id for event in events],
        [event.card_number for event in events],
        [event.language for event in events],
        [event.stamp_target for event in events],
        [one.envelope.version for one in opened],
        [one.envelope.recorded_at for one in opened],
    )


async def change_passes(db: Db, changes: Mapping[tuple[UUID, UUID], Change]) -> None:
    """Move what is wanted on, never back, and wake the delivery of each pass that had come to rest."""
    if not changes:
        return
    lasts = [change.last for change in changes.values()]
    await db.execute(
        _CHANGE,
        [key[0] for key in changes],
        [key[1] for key in changes],
        [change.points for change in changes.values()],
        [change.stamps for change in changes.values()],
        [change.retargets for change in changes.values()],
        [change.target for change in changes.values()],
        [change.card_number for change in changes.values()],
        [change.language for change in changes.values()],
        [change.state for change in changes.values()],
        [one.envelope.version for one in lasts],
        [one.envelope.recorded_at for one in lasts],
    )
    # A statement of its own: one that began before a delivery was settled would not see that it has come to rest.
    await db.execute(
        _WAKE,
        [key[0] for key in changes],
        [key[1] for key in changes],
        [
            ids.delivery_id(key[0], "wallet", change.last.envelope.id, "pass", "card", key[1])
            for key, change in changes.items()
        ],
        [one.envelope.id for one in lasts],
        [one.envelope.partition for one in lasts],
        [one.envelope.position for one in lasts],
        [one.envelope.correlation for one in lasts],
        [one.traceparent for one in lasts],
    )


async def pass_of(db: Db, merchant: UUID, card_id: UUID) -> Pass | None:
    row = await db.fetchrow(_CARD, merchant, card_id)
    return Pass(**dict(row)) if row is not None else None


async def program_of(db: Db, merchant: UUID, program_id: UUID, default_logo: str) -> tuple[Program, int] | None:
    """The program and the version of its class that the wallet has acknowledged; 0 for none.

    None also while we have not been told of the merchant: a class names its issuer.
    """
    row = await db.fetchrow(_PROGRAM, merchant, program_id)
    if row is None:
        return None
    fields = dict(row)
    acknowledged = fields.pop("acknowledged")
    return Program(**(fields | {"logo_url": fields["logo_url"] or default_logo})), acknowledged


async def class_acknowledged(db: Db, merchant: UUID, program_id: UUID, version: int) -> None:
    await db.execute(_CLASS_DONE, merchant, program_id, version)


async def acknowledge(db: Db, merchant: UUID, card_id: UUID, version: int) -> int:
    """Note that the wallet has the card as of *version*; returns the version that is wanted by now."""
    wanted: int = await db.fetchval(_ACKNOWLEDGE, merchant, card_id, version)
    return wanted
