"""The events of a card, and of those that were merged into it, as the log holds them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.domain.evolving import Place
from ledger.domain.fold import Logged
from stampbook_events import EventEnvelope
from stampbook_events.upcasters import decode_event

Db = Any
PAGE = 500

# Up to the card that holds all of it now, and from there down to every card that became one with it (R68). OFFSET 0: each
# by the index, even where the planner knows nothing of a table that was just filled.
_OF_ONE = """
WITH RECURSIVE up AS (
  SELECT c.card_id, c.merged_into FROM card c WHERE c.merchant = $1 AND c.card_id = $2
  UNION ALL
  SELECT m.card_id, m.merged_into FROM up u CROSS JOIN LATERAL (
    SELECT c.card_id, c.merged_into FROM card c WHERE c.merchant = $1 AND c.card_id = u.merged_into OFFSET 0
  ) m
), one AS (
  SELECT u.card_id FROM up u WHERE u.merged_into IS NULL
  UNION ALL
  SELECT m.card_id FROM one o CROSS JOIN LATERAL (
    SELECT c.card_id FROM card c WHERE c.merchant = $1 AND c.merged_into = o.card_id OFFSET 0
  ) m
)
SELECT o.card_id FROM one o
"""
_ROW = "e.aggregate, e.version, e.pos, e.type, e.body"
_FORWARD = f"""
SELECT {_ROW} FROM event e
WHERE e.merchant = $1 AND e.aggregate = ANY($2::uuid[]) AND e.recorded_at <= $3
ORDER BY e.pos
"""
_AT = "SELECT e.pos FROM event e WHERE e.merchant = $1 AND e.aggregate = $2 AND e.version = $3"
_SIDE = """
SELECT s.* FROM unnest($2::uuid[], $3::int[]) AS m(card_id, version) CROSS JOIN LATERAL (
  SELECT {row} FROM event e
  WHERE e.merchant = $1 AND e.aggregate = m.card_id AND e.version {beyond} m.version AND e.pos {beyond} $4
    AND split_part(e.type, '.', 2) = ANY($5::text[])
  ORDER BY e.version {order} LIMIT $6
) s ORDER BY s.pos {order} LIMIT $6
"""
_OLDER = _SIDE.format(row=_ROW, beyond="<", order="DESC")
_NEWER = _SIDE.format(row=_ROW, beyond=">", order="ASC")
_NAMING = f"""
SELECT {_ROW} FROM event e
WHERE e.merchant = $1 AND e.aggregate = ANY($2::uuid[]) AND e.recorded_at <= $3
  AND EXISTS (SELECT FROM unnest($4::bytea[]) AS n(name) WHERE position(n.name IN e.body) > 0)
ORDER BY e.pos
"""
_ON_ACCOUNTS = f"""
SELECT {_ROW} FROM event e
WHERE e.merchant = $1 AND e.recorded_at <= $3 AND e.id IN (
  SELECT p.event_id FROM posting p
  WHERE p.merchant = $1 AND p.card_id = ANY($2::uuid[]) AND p.unit = $4 AND p.account = ANY($5::text[])
)
ORDER BY e.pos
"""
ALL = (_OF_ONE, _FORWARD, _AT, _OLDER, _NEWER, _NAMING, _ON_ACCOUNTS)
_envelopes = msgspec.json.Decoder(EventEnvelope)
_LAST = 2**31 - 1
_END = 2**63 - 1


class Told(NamedTuple):
    """An event with its envelope; *pos* is its place in the partition, and so among all events of its merchant."""

    envelope: EventEnvelope
    pos: int
    event: Any

    @property
    def kind(self) -> str:
        return self.envelope.type.split(".")[1]

    @property
    def logged(self) -> Logged:
        envelope = self.envelope
        place = Place(envelope.id, envelope.recorded_at, envelope.occurred_at)
        return Logged(envelope.aggregate, envelope.version, place, self.event)


def told(row: Any) -> Told:
    envelope = _envelopes.decode(row["body"])
    return Told(envelope, row["pos"], decode_event(row["type"], envelope.data))


async def cards_of_one(db: Db, merchant: UUID, card_id: UUID) -> list[UUID]:
    """The card that holds all of it now comes first; empty if there is no such card."""
    return [row["card_id"] for row in await db.fetch(_OF_ONE, merchant, card_id)]


async def forward(db: Db, merchant: UUID, card_ids: Sequence[UUID], until: datetime) -> AsyncIterator[Told]:
    """All that was recorded up to *until*, in recorded order; within a transaction."""
    async for row in db.cursor(_FORWARD, merchant, card_ids, until, prefetch=PAGE):
        yield told(row)


async def beyond(
    db: Db,
    merchant: UUID,
    card_ids: Sequence[UUID],
    kinds: Iterable[str],
    at: tuple[UUID, int] | None,
    limit: int,
    *,
    newer: bool,
) -> list[Told] | None:
    """Up to *limit* events of these *kinds*, the nearest to the one *at* (its card and version) first; None if there is none."""
    versions, pos = dict.fromkeys(card_ids, 0 if newer else _LAST), 0 if newer else _END
    if at is not None:
        row = await db.fetchrow(_AT, merchant, *at) if at[0] in versions else None
        if row is None:
            return None
        versions[at[0]], pos = at[1], row["pos"]
    rows = await db.fetch(
        _NEWER if newer else _OLDER,
        merchant,
        list(versions),
        list(versions.values()),
        pos,
        list(kinds),
        limit,
    )
    return [told(row) for row in rows]


async def naming(
    db: Db, merchant: UUID, card_ids: Sequence[UUID], until: datetime, names: Iterable[UUID]
) -> list[Told]:
    """Events that name one of these ids, in recorded order."""
    texts = [str(name).encode() for name in names]
    return [told(row) for row in await db.fetch(_NAMING, merchant, card_ids, until, texts)]


async def on_accounts(
    db: Db, merchant: UUID, card_ids: Sequence[UUID], until: datetime, unit: str, accounts: Iterable[str]
) -> list[Told]:
    """Events that wrote a line of *unit* on one of these *accounts*, in recorded order."""
    rows = await db.fetch(_ON_ACCOUNTS, merchant, card_ids, until, unit, list(accounts))
    return [told(row) for row in rows]
