"""Making the seal of a day that has ended: its row and its event in one transaction, by one process only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from stampbook_events import Actor, event_type, ids
from stampbook_events.seals import NO_SEAL, hash_of_text, log_id, seal_event_id, seal_tag, seal_text
from stampbook_messaging.event_store import OutcomeFact, Row, append_outcomes
from stampbook_messaging.partitions import Leases

Db = Any

DUE = """
SELECT ended.day, stampbook_now() AS now, coalesce(last.number, 0) + 1 AS number, last.hash AS previous,
       (SELECT array_agg(ROW(id, pos, head) ORDER BY id) FROM partition) AS partitions
FROM (SELECT (stampbook_now() AT TIME ZONE 'UTC')::date - 1 AS day) ended
LEFT JOIN LATERAL (SELECT number, hash FROM seal ORDER BY number DESC LIMIT 1) last ON true
WHERE NOT EXISTS (SELECT FROM seal WHERE seal.day = ended.day)
  AND EXISTS (SELECT FROM partition p JOIN event e ON e.partition = p.id AND e.pos = 1
              WHERE e.recorded_at < (ended.day + 1)::timestamp AT TIME ZONE 'UTC')
  AND EXISTS (SELECT FROM worker WHERE id = $1 AND beats >= $2)
"""
"""A log's first seal is that of the first day with an event; from then on every day has one, whatever happened on it.

A database that knows fewer of our heartbeats than we do was put back under us: it is not to be sealed.
"""
_KEEP = """
INSERT INTO seal (number, day, sealed_at, body, hash) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING number
"""
_SILENT_SECONDS = """
SELECT extract(epoch FROM stampbook_now() - coalesce(
  (SELECT sealed_at FROM seal ORDER BY number DESC LIMIT 1),
  (SELECT min(e.recorded_at) FROM partition p JOIN event e ON e.partition = p.id AND e.pos = 1)))::float8
"""


class _Placed(msgspec.Struct):
    number: int
    day: Any
    sealed_at: datetime


async def seal_day(db: Db, service: str, leases: Leases) -> list[Row]:
    """Seal the day that ended last, unless somebody has; call it in a transaction. Returns the event, if any."""
    due = await db.fetchrow(DUE, leases.worker, leases.beats)
    if due is None:
        return []
    fields = msgspec.to_builtins(
        {
            "type": seal_tag(service),
            "service": service,
            "number": due["number"],
            "day": due["day"],
            "sealed_at": due["now"],
            "partitions": [{"id": id_, "position": pos, "head": head.hex()} for id_, pos, head in due["partitions"]],
            "previous": due["previous"].hex() if due["previous"] is not None else NO_SEAL,
        }
    )
    if not await _keep(db, fields):
        return []  # Another process was quicker.
    text = seal_text(fields)
    event = msgspec.convert({**fields, "hash": hash_of_text(text)}, event_type(seal_tag(service)))
    id_ = seal_event_id(service, due["day"])
    fact = OutcomeFact(
        event_id=id_,
        merchant=ids.PLATFORM,
        aggregate=log_id(service),
        event=event,
        actor=Actor(kind="service", id=service),
        correlation=id_,
        causation=id_,
    )
    return await append_outcomes(db, [fact])


async def take_over(db: Db, data: msgspec.Raw) -> None:
    """A restored log gets the seal back that its event tells of."""
    await _keep(db, msgspec.json.decode(data))


async def _keep(db: Db, fields: dict[str, Any]) -> bool:
    text = seal_text(fields)
    placed = msgspec.convert(fields, _Placed)
    day = datetime.fromisoformat(placed.day).date()
    hash_ = bytes.fromhex(hash_of_text(text))
    return await db.fetchval(_KEEP, placed.number, day, placed.sealed_at, text, hash_) is not None


async def silent_seconds(db: Db) -> float | None:
    """How far the newest seal, or where there is none the first event, is from now; None for an empty log.

    A seal of the future says nothing either: the clock was set back behind it.
    """
    seconds: float | None = await db.fetchval(_SILENT_SECONDS)
    return abs(seconds) if seconds is not None else None
