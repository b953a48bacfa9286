"""Cards counted again from their log: each with those that were merged into it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.evolving import Place
from ledger.domain.fold import Fold, Logged, fold
from ledger.store import reading
from stampbook_events import EventEnvelope
from stampbook_events.upcasters import decode_event

Db = Any
Key = tuple[UUID, UUID]
"""Merchant and card."""

_envelopes = msgspec.json.Decoder(EventEnvelope)
UNREADABLE = (msgspec.MsgspecError, LookupError, ValueError)


async def folded(db: Db, cards: Sequence[Key]) -> dict[Key, Fold | None]:
    """What the events of *cards* and of all that went into them add up to; None where an event is none any more.

    Cards without any event are not in it.
    """
    groups: dict[Key, list[Key]] = {}
    for row in await db.fetch(reading.GROUPS, *_columns(cards)):
        groups.setdefault((row["merchant"], row["survivor"]), []).append((row["merchant"], row["card_id"]))
    members = [member for group in groups.values() for member in group]
    events: dict[Key, list[Any]] = {}
    for row in await db.fetch(reading.EVENTS_OF_CARDS, *_columns(members)):
        events.setdefault((row["merchant"], row["aggregate"]), []).append(row)
    found: dict[Key, Fold | None] = {}
    for group in groups.values():
        rows = sorted((row for member in group for row in events.get(member, ())), key=_position)
        if rows:
            found |= _fold(group, rows)
    return found


def _columns(keys: Sequence[Key]) -> tuple[list[UUID], list[UUID]]:
    return [merchant for merchant, _ in keys], [card_id for _, card_id in keys]


def _position(row: Any) -> int:
    position: int = row["pos"]
    return position


def _fold(group: Sequence[Key], rows: Sequence[Any]) -> dict[Key, Fold | None]:
    merchant = group[0][0]
    try:
        return {(merchant, card_id): one for card_id, one in fold(map(logged, rows)).items()}
    except UNREADABLE:
        return dict.fromkeys(group)


def logged(row: Any) -> Logged:
    envelope = _envelopes.decode(row["body"])
    place = Place(row["id"], envelope.recorded_at, envelope.occurred_at)
    return Logged(row["aggregate"], row["version"], place, decode_event(row["type"], envelope.data))
