"""What the gateway keeps in memory: merchants, stores, forms and keys, each as its newest event says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import JoinFormChanged, KeyChanged, MerchantRegistered, StoreChanged
from stampbook_messaging.queries import Refusal

PAGE = 100
PAGE_BYTES = 256 * 1024
"""A message on the bus has a size, and forms hold texts in four languages: a page ends early rather than not arrive."""

Kind = Literal["merchant", "store", "join_form", "access_key"]
_ID = {"merchant": "merchant", "store": "store_id", "join_form": "program_id", "access_key": "key_id"}
_PAGES = {
    # With ties: two merchants may have given their programs the same id, and a page must not end between them.
    kind: f"""SELECT merchant, {column} AS id, event FROM {kind} WHERE {column} > $1
    ORDER BY {column} FETCH FIRST ($2) ROWS WITH TIES"""
    for kind, column in _ID.items()
}
_BY_HOST = """
SELECT s.merchant, s.event AS store, m.event AS merchant_event, f.event AS form
FROM store s JOIN merchant m USING (merchant)
LEFT JOIN join_form f ON f.merchant = s.merchant AND f.program_id = (s.event ->> 'program_id')::uuid
WHERE s.subdomain = $1
"""
_BY_HASH = "SELECT merchant, event FROM access_key WHERE key_hash = $1"
_POSITIONS = "SELECT id, pos FROM partition ORDER BY id"
ALL = (*_PAGES.values(), _BY_HOST, _BY_HASH, _POSITIONS)
_FIRST = UUID(int=0)


class AskSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one kind; *after* is the id the page before ended with."""

    kind: Kind
    after: UUID = _FIRST


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """*event*: ``MerchantRegistered``, ``StoreChanged``, ``JoinFormChanged`` or ``KeyChanged`` with its tag."""

    merchant: UUID
    event: MerchantRegistered | StoreChanged | JoinFormChanged | KeyChanged


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """*positions*: how far each partition of the log was when this page was read; *next* is None on the last one."""

    entries: list[Entry]
    positions: dict[int, int]
    next: UUID | None = None


class AskStoreByHost(msgspec.Struct, frozen=True, kw_only=True):
    subdomain: str


class KnownStore(msgspec.Struct, frozen=True, kw_only=True):
    merchant: MerchantRegistered
    store: StoreChanged
    form: JoinFormChanged | None = None


class AskKeyByHash(msgspec.Struct, frozen=True, kw_only=True):
    hash: str


class KnownKey(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    key: KeyChanged


@dataclass(frozen=True, slots=True)
class Directory:
    pool: Any

    async def snapshot(self, request: AskSnapshot) -> Snapshot:
        async with self.pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
            positions = {row["id"]: row["pos"] for row in await db.fetch(_POSITIONS)}
            rows = await db.fetch(_PAGES[request.kind], request.after, PAGE)
        entries, following = _page(rows)
        return Snapshot(entries=entries, positions=positions, next=following)

    async def store_by_host(self, request: AskStoreByHost) -> KnownStore:
        row = await self.pool.fetchrow(_BY_HOST, request.subdomain)
        if row is None:
            raise Refusal("store_unknown")
        known = {"merchant": row["merchant_event"], "store": row["store"], "form": row["form"]}
        return msgspec.convert(known, KnownStore)

    async def key_by_hash(self, request: AskKeyByHash) -> KnownKey:
        row = await self.pool.fetchrow(_BY_HASH, request.hash)
        if row is None:
            raise Refusal("key_unknown")
        return KnownKey(merchant=row["merchant"], key=msgspec.convert(row["event"], KeyChanged))


def _page(rows: Sequence[Any]) -> tuple[list[Entry], UUID | None]:
    """As many entries as a message holds, and the id after which the next page begins; at least one id's."""
    entries: list[Entry] = []
    size, last = 0, _FIRST
    for row in rows:
        entry = msgspec.convert({"merchant": row["merchant"], "event": row["event"]}, Entry)
        size += len(msgspec.json.encode(entry))
        if entries and size > PAGE_BYTES and row["id"] != last:
            return entries, last
        entries.append(entry)
        last = row["id"]
    return entries, last if len(rows) >= PAGE else None
