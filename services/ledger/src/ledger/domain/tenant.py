"""What one batch of commands knows of one merchant, and what it changed there.

Deciders are given a tenant and nothing else, so no decision can reach into another merchant's ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.changes import Changes
from ledger.domain.clock import Stop
from ledger.domain.keys import CodeUse, Given, NumberUse, Operation, ReceiptKey, ReceiptUse, Tally
from ledger.domain.refusals import Refused
from ledger.domain.terms import Campaign, Program, Reward, Store


@dataclass(slots=True)
class Tenant:
    """*numbers*, *codes*: those asked for that there are. *links*: the (card, store) pairs asked for.

    *refused*: refusal events that commands asked for by their ids name (R65).
    *stops*: when the whole merchant was suspended or paused (R35).
    """

    merchant: UUID
    programs: dict[UUID, Program] = field(default_factory=dict)
    campaigns: dict[UUID, Campaign] = field(default_factory=dict)
    rewards: dict[UUID, Reward] = field(default_factory=dict)
    stores: dict[UUID, Store] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    cards: dict[UUID, Card] = field(default_factory=dict)
    numbers: dict[str, NumberUse] = field(default_factory=dict)
    codes: dict[str, CodeUse] = field(default_factory=dict)
    links: set[tuple[UUID, UUID]] = field(default_factory=set)
    receipts: dict[ReceiptKey, list[ReceiptUse]] = field(default_factory=dict)
    operations: dict[UUID, Operation] = field(default_factory=dict)
    refused: dict[UUID, Any] = field(default_factory=dict)
    tallies: dict[Tally, int] = field(default_factory=dict)
    given: dict[tuple[UUID, UUID], list[Given]] = field(default_factory=dict)
    welcomed: dict[UUID, UUID] = field(default_factory=dict)
    birthdays: set[tuple[UUID, int]] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)

    def live_store(self, store_id: UUID) -> Store:
        store = self.stores.get(store_id)
        if store is None:
            raise Refused("store_unknown")
        if store.loyalty not in {"live", "pilot"}:
            raise Refused("not_live", loyalty=store.loyalty)
        if self.stops and self.stops[-1].ends is None:
            raise Refused("not_live")
        return store

    def must_take_part(self, store_id: UUID | None) -> None:
        """The merchant, and the store if one is named."""
        if store_id is not None:
            self.live_store(store_id)
        elif self.stops and self.stops[-1].ends is None:
            raise Refused("not_live")

    def card(self, card_id: UUID) -> Card:
        """The card, or the one that it was merged into (R64)."""
        card = self.cards.get(card_id)
        while card is not None and card.merged_into is not None:
            card = self.cards.get(card.merged_into)
        if card is None:
            raise Refused("card_unknown")
        return card

    def program(self, program_id: UUID) -> Program:
        if program_id not in self.programs:
            raise Refused("program_unknown")
        return self.programs[program_id]

    def aggregate_of(self, card_id: UUID) -> UUID:
        """Where a refusal is recorded: on the card, or on the merchant when there is no such card."""
        card = self.cards.get(card_id)
        return self.merchant if card is None else self.card(card_id).card_id

    def zone_of(self, store_id: UUID) -> str:
        store = self.stores.get(store_id)
        if store is None:
            raise Refused("store_unknown")
        return store.time_zone

    def stops_of(self, card: Card, store_id: UUID | None) -> Sequence[Stop]:
        """All that stop the clock of what the card got in that store (R35)."""
        store = self.stores.get(store_id or card.store_id)
        return (*card.stops, *self.stops, *(store.stops if store else ()))

    def tally(self, tally: Tally) -> int:
        return self.tallies.get(tally, 0)

    def count(self, tally: Tally, by: int) -> None:
        self.tallies[tally] = self.tallies.get(tally, 0) + by
        self.changes.tallies[tally] = self.changes.tallies.get(tally, 0) + by
