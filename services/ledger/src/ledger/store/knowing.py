"""What enrollment tells of its stores, and when loyalty was paused there (R35)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.clock import Stop
from ledger.store import documents
from ledger.store.shapes import STORE, unnest
from stampbook_events.enrollment import StoreChanged
from stampbook_messaging.messages import Recorded

Db = Any
Key = tuple[UUID, UUID]
OPEN = frozenset({"pilot", "live"})

STORES = f"""
SELECT s.merchant, s.store_id, s.loyalty, s.stops, s.version
FROM {unnest(STORE.key)} AS k(merchant, store_id) JOIN store s USING (merchant, store_id)
"""
_SETS = ", ".join(f"{name} = excluded.{name}" for name in STORE.changing.split()[::2])
UPSERT_STORES = f"{STORE.upsert(_SETS)} WHERE t.version < excluded.version"


class Known(msgspec.Struct, frozen=True):
    loyalty: str
    stops: tuple[Stop, ...]
    version: int


async def know_stores(db: Db, events: Iterable[Recorded]) -> None:
    """Each store as it was last told; an older word changes nothing."""
    told = [recorded for recorded in events if isinstance(recorded.event, StoreChanged)]
    if not told:
        return
    keys = sorted({_key(recorded) for recorded in told})
    rows = await db.fetch(STORES, *(list(column) for column in zip(*keys, strict=True)))
    known = {
        (row["merchant"], row["store_id"]): Known(row["loyalty"], documents.stops(row["stops"]), row["version"])
        for row in rows
    }
    changed = _latest(told, known)
    if changed:
        await db.execute(UPSERT_STORES, *map(list, zip(*changed, strict=True)))


def _key(recorded: Recorded) -> Key:
    return recorded.envelope.merchant, recorded.event.store_id


def _latest(told: Sequence[Recorded], known: Mapping[Key, Known]) -> list[tuple[Any, ...]]:
    latest, stores = dict(known), {}
    for recorded in told:
        key, event, envelope = _key(recorded), recorded.event, recorded.envelope
        before = latest.get(key)
        if before is None or envelope.version > before.version:
            stops = stopped(before, event.loyalty, envelope.recorded_at)
            latest[key] = Known(event.loyalty, stops, envelope.version)
            stores[key] = event
    return [(*key, *_changing(stores[key], latest[key])) for key in sorted(stores)]


def stopped(before: Known | None, loyalty: str, at: datetime) -> tuple[Stop, ...]:
    """The clock of what was got there stops when loyalty is paused, and goes on when it is back."""
    if before is None:
        return ()
    stands = bool(before.stops) and before.stops[-1].ends is None
    if stands and loyalty in OPEN:
        return (*before.stops[:-1], Stop(before.stops[-1].begins, at))
    if not stands and loyalty == "paused" and before.loyalty in OPEN:
        return (*before.stops, Stop(at))
    return before.stops


def _changing(event: StoreChanged, now: Known) -> tuple[Any, ...]:
    return (
        event.program_id,
        event.time_zone,
        event.currency,
        event.loyalty,
        event.receipt_scope,
        event.offline_points,
        event.offline_operations,
        documents.as_bytes(now.stops),
        now.version,
    )
