"""One command in hand: what is known of its merchant, what is told because of it, and when it counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain import codes, recording
from ledger.domain.card import Card
from ledger.domain.days import local_day
from ledger.domain.evolving import Place
from ledger.domain.refusals import Refused
from ledger.domain.tenant import Tenant
from ledger.domain.terms import ProgramTerms, Store
from ledger.domain.versions import Version
from stampbook_events import Actor, ids
from stampbook_events.ledger import Moves
from stampbook_messaging.messages import Fact, Received

_NOTHING = Moves()


@dataclass(slots=True)
class Case:
    """*at* is recorded-at. *effective* (R2) is the same until ``times`` has found another one; *store* is where it
    happened, if anywhere. *seen_at*: the instant whose figures an event states. *flags* go into the event.
    *overdue*: work by the clock, which ends as if it had run on time (R74).
    """

    tenant: Tenant
    received: Received
    at: datetime
    effective: datetime
    seen_at: datetime
    store: Store | None = None
    overdue: bool = False
    flags: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    drawn: int = 0

    @classmethod
    def of(cls, tenant: Tenant, received: Received) -> "Case":
        at = received.recorded_at
        return cls(tenant, received, at, at, at)

    @property
    def actor(self) -> Actor:
        return self.received.envelope.actor

    @property
    def said_at(self) -> datetime | None:
        """What the caller said, where it counts at another time (R8, R70)."""
        said = self.received.envelope.occurred_at
        return None if said == self.effective else said

    @property
    def next_id(self) -> UUID:
        """Of the event that is told next."""
        return ids.event_id(self.received.envelope.id, len(self.facts))

    def tell(self, aggregate: UUID, event: msgspec.Struct, occurred_at: datetime | None = None) -> UUID:
        """Record *event* now; the tenant knows of it at once. Without *occurred_at* it happened when it is recorded."""
        event_id = self.next_id
        self.facts.append(Fact(aggregate=aggregate, event=event, occurred_at=occurred_at))
        recording.record(self.tenant, aggregate, event, Place(event_id, self.at, occurred_at or self.at), self.actor)
        return event_id

    @contextmanager
    def due(self, due: datetime, store_id: UUID | None = None) -> Iterator[None]:
        """What falls due by the clock is dated to when it fell due, in the store it belongs to (R74)."""
        before = self.effective, self.seen_at, self.store, self.overdue
        self.effective = self.seen_at = due
        self.store, self.overdue = self.tenant.stores.get(store_id) if store_id else None, True
        try:
            yield
        finally:
            self.effective, self.seen_at, self.store, self.overdue = before

    @contextmanager
    def as_recorded(self, card: Card) -> Iterator[None]:
        """What happens now, in the card's home store, whatever the command in hand is dated to."""
        before = self.effective, self.store
        self.effective, self.store = self.at, self.tenant.stores.get(card.store_id)
        try:
            yield
        finally:
            self.effective, self.store = before

    def store_of(self, card: Card) -> UUID:
        return self.store.store_id if self.store else card.store_id

    def zone(self, card: Card) -> str:
        """Of the operation's store, else of the card's home store (R3)."""
        return self.store.time_zone if self.store else self.tenant.zone_of(card.store_id)

    def day(self, card: Card) -> date:
        return local_day(self.effective, self.zone(card))

    def version(self, card: Card, at: datetime | None = None) -> Version[ProgramTerms]:
        """Of the card's program: the one in force at *at*, else at the effective time (R10)."""
        version = self.tenant.program(card.program_id).in_force(at or self.effective)
        if version is None:
            raise Refused("not_live")
        return version

    def terms(self, card: Card, at: datetime | None = None) -> ProgramTerms:
        return self.version(card, at).terms

    def about(self, card: Card) -> dict[str, Any]:
        """What every event on a card says of it."""
        return {"card_id": card.card_id, "customer_id": card.customer_id, "program_id": card.program_id}

    def standing(self, card: Card, moves: Moves = _NOTHING) -> dict[str, Any]:
        """What an event that moves value says besides: the figures of R39 after *moves*."""
        held = debt = 0
        for line in moves.lines:
            if line.account == "held":
                held += line.amount
            elif line.account == "debt":
                debt += line.amount
        free, totals = card.holdings.free_after(moves, self.seen_at), card.holdings.totals
        return self.about(card) | {
            "program_version": self.version(card).number,
            "store_id": self.store_of(card),
            "balance": free + totals.held + held - (totals.owed - debt),
            "available": max(0, free - (totals.owed - debt)),
            "moves": moves,
        }

    def draw_code(self) -> str:
        """A redeem code that this merchant never had (R46)."""
        while True:
            code = codes.drawn(self.received.envelope, self.drawn)
            self.drawn += 1
            if code not in self.tenant.codes:
                return code
