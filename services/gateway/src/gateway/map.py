"""The gateway's memory of merchants, stores, forms, programs and keys, each as its newest event says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from gateway.questions import Program
from stampbook_events.enrollment import JoinFormChanged, KeyChanged, MerchantRegistered, StoreChanged
from stampbook_events.ledger import ProgramEnding


@dataclass(frozen=True, slots=True)
class Shop:
    """A store with all that its pages need; no form: joining was never set up. No program: none was published."""

    store: StoreChanged
    merchant: MerchantRegistered
    form: JoinFormChanged | None = None
    program: Program | None = None

    def open_at(self, now: datetime) -> bool:
        """Whether somebody may join."""
        alive = self.merchant.state in {"trial", "active"}
        there = self.form is not None and self.program is not None and not self.ended_at(now)
        return alive and self.store.loyalty == "live" and there

    def ended_at(self, now: datetime) -> bool:
        """Whether the program has ended (R12); the ledger would open no card any more."""
        return self.program is not None and self.program.ends_at is not None and now >= self.program.ends_at


@dataclass(frozen=True, slots=True)
class HeldKey:
    merchant: UUID
    key: KeyChanged


@dataclass(slots=True)
class PlatformMap:
    """Plain look-ups; None is 'not known here', which is not the same as 'does not exist'."""

    merchants: dict[UUID, MerchantRegistered] = field(default_factory=dict)
    stores: dict[UUID, StoreChanged] = field(default_factory=dict)
    hosts: dict[str, UUID] = field(default_factory=dict)
    forms: dict[tuple[UUID, UUID], JoinFormChanged] = field(default_factory=dict)
    programs: dict[tuple[UUID, UUID], Program] = field(default_factory=dict)
    keys: dict[str, HeldKey] = field(default_factory=dict)
    _hashes: dict[UUID, str] = field(default_factory=dict)

    def learn(self, merchant: UUID, event: object) -> None:
        """Take in one event; what does not concern the map is passed over."""
        match event:
            case MerchantRegistered():
                self.merchants[event.merchant_id] = event
            case StoreChanged():
                self._move_in(event)
            case JoinFormChanged():
                self.forms[merchant, event.program_id] = event
            case KeyChanged():
                self._hand_out(merchant, event)
            case Program():
                self._offer(event)
            case ProgramEnding():
                self._end(merchant, event)
            case _:
                return

    def shop_at(self, subdomain: str) -> Shop | None:
        store_id = self.hosts.get(subdomain)
        return None if store_id is None else self.shop(store_id)

    def shop(self, store_id: UUID) -> Shop | None:
        store = self.stores.get(store_id)
        merchant = self.merchants.get(store.merchant_id) if store is not None else None
        if store is None or merchant is None:
            return None
        place = (store.merchant_id, store.program_id)
        return Shop(store, merchant, self.forms.get(place), self.programs.get(place))

    def _offer(self, program: Program) -> None:
        """An end that was announced stays, whatever is published after it."""
        known = self.programs.get((program.merchant, program.program_id))
        if program.ends_at is None and known is not None:
            program = msgspec.structs.replace(program, ends_at=known.ends_at)
        self.programs[program.merchant, program.program_id] = program

    def _end(self, merchant: UUID, ending: ProgramEnding) -> None:
        known = self.programs.get((merchant, ending.program_id))
        if known is not None:
            self.programs[merchant, ending.program_id] = msgspec.structs.replace(known, ends_at=ending.ends_at)

    def _move_in(self, store: StoreChanged) -> None:
        """A store that moves gives its old host name free."""
        before = self.stores.get(store.store_id)
        if before is not None and self.hosts.get(before.subdomain) == store.store_id:
            del self.hosts[before.subdomain]
        self.stores[store.store_id] = store
        self.hosts[store.subdomain] = store.store_id

    def _hand_out(self, merchant: UUID, key: KeyChanged) -> None:
        before = self._hashes.get(key.key_id)
        if before is not None and before != key.key_hash:
            self.keys.pop(before, None)
        self._hashes[key.key_id] = key.key_hash
        self.keys[key.key_hash] = HeldKey(merchant, key)
