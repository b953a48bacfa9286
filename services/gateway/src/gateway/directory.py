"""Look-ups that may not be wrong: what the map does not know is asked of its owner before it is said not to exist."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from gateway.map import HeldKey, PlatformMap, Shop
from gateway.ports import QueryPort
from gateway.questions import (
    AskKeyByHash,
    AskProgram,
    AskSnapshot,
    AskStoreByHost,
    KnownKey,
    KnownStore,
    Program,
    Snapshot,
    SnapshotKind,
)
from stampbook_events.enrollment import StoreChanged
from stampbook_messaging.queries import QueryRefused


@dataclass(frozen=True, slots=True)
class Directory:
    """Each look-up raises ``QueryUnavailable`` when it would have to ask and nobody answers."""

    map: PlatformMap
    queries: QueryPort

    async def shop_at(self, subdomain: str) -> Shop | None:
        if self.map.shop_at(subdomain) is None:
            try:
                known = await self.queries.ask(
                    "enrollment", "store_by_host", AskStoreByHost(subdomain=subdomain), KnownStore
                )
            except QueryRefused:
                return None
            self._learn(known)
        return await self._with_program(self.map.shop_at(subdomain))

    async def shop(self, store_id: UUID) -> Shop | None:
        if self.map.shop(store_id) is None:
            store = await self._newest("store", store_id)
            if not isinstance(store, StoreChanged) or store.store_id != store_id:
                return None
            return await self.shop_at(store.subdomain)
        return await self._with_program(self.map.shop(store_id))

    async def key(self, bearer: str) -> HeldKey | None:
        hashed = sha256(bearer.encode()).hexdigest()
        held = self.map.keys.get(hashed)
        if held is not None:
            return held
        try:
            known = await self.queries.ask("enrollment", "key_by_hash", AskKeyByHash(hash=hashed), KnownKey)
        except QueryRefused:
            return None
        self.map.learn(known.merchant, known.key)
        return HeldKey(known.merchant, known.key)

    async def _newest(self, kind: SnapshotKind, wanted: UUID) -> object:
        """The entry that follows on the id before the wanted one."""
        page = await self.queries.ask(
            "enrollment", "snapshot", AskSnapshot(kind=kind, after=UUID(int=max(wanted.int - 1, 0))), Snapshot
        )
        return page.entries[0].event if page.entries else None

    async def _with_program(self, shop: Shop | None) -> Shop | None:
        if shop is None or shop.program is not None:
            return shop
        merchant, program_id = shop.store.merchant_id, shop.store.program_id
        try:
            program = await self.queries.ask(
                "ledger", "program", AskProgram(merchant=merchant, program_id=program_id), Program
            )
        except QueryRefused:
            return shop
        self.map.learn(merchant, program)
        return self.map.shop(shop.store.store_id)

    def _learn(self, known: KnownStore) -> None:
        merchant = known.store.merchant_id
        for event in (known.merchant, known.store, known.form):
            self.map.learn(merchant, event)
