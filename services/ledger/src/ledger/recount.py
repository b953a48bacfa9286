"""Counts a card again from the log, for whoever doubts a balance."""

from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.fold import Logged, fold
from ledger.store import reading
from stampbook_events import EventEnvelope
from stampbook_events.upcasters import decode_event

Db = Any
_envelopes = msgspec.json.Decoder(EventEnvelope)


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """What the log adds up to beside what the tables hold; *agrees* when all of it is the same."""

    card_id: UUID
    events: int
    version: int
    balance: int
    stamps: int
    kept_version: int
    kept_balance: int
    kept_stamps: int
    free_in_lots: int
    issued_points: int
    issued_stamps: int
    agrees: bool


async def recount(db: Db, merchant: UUID, card_id: UUID) -> Recount | None:
    """None when there is no such card."""
    async with db.transaction(isolation="repeatable_read", readonly=True):
        kept = await db.fetchrow(reading.CARD_AS_KEPT, merchant, card_id)
        rows = await db.fetch(reading.EVENTS_OF_CARD, [merchant], [card_id])
    if kept is None:
        return None
    folded = fold(map(logged, rows))
    version = folded.card.version if folded.card else 0
    points = {folded.points, folded.card.balance if folded.card else 0, kept["balance"], kept["free"]}
    stamps = {folded.stamps, folded.card.stamps if folded.card else 0, kept["stamps"], kept["issued_stamps"]}
    return Recount(
        card_id=card_id,
        events=len(rows),
        version=version,
        balance=folded.points,
        stamps=folded.stamps,
        kept_version=kept["version"],
        kept_balance=kept["balance"],
        kept_stamps=kept["stamps"],
        free_in_lots=kept["free"],
        issued_points=kept["issued_points"],
        issued_stamps=kept["issued_stamps"],
        agrees=version == len(rows) == kept["version"] and len(points | {kept["issued_points"]}) == len(stamps) == 1,
    )


def logged(row: Any) -> Logged:
    envelope = _envelopes.decode(row["body"])
    return Logged(row["id"], row["version"], envelope.recorded_at, decode_event(row["type"], envelope.data))
