"""What one batch of commands knows of one merchant, and what it changed there.

Deciders are given a tenant and nothing else, so no decision can reach into another merchant's ledger.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain import card as cards
from ledger.domain import postings, program
from ledger.domain.card import Card
from ledger.domain.program import Program, Terms
from ledger.domain.receipts import FirstUse, Purpose, ReceiptKey
from ledger.domain.refusals import Refused
from stampbook_events.ledger import (
    CardOpened,
    Line,
    PointsEarned,
    ProgramPublished,
    ProgramRefused,
    StampsEarned,
    StoreLinked,
    WelcomeBonusGranted,
)


class Store(NamedTuple):
    """A store as enrollment last told of it."""

    store_id: UUID
    program_id: UUID
    time_zone: str
    currency: str
    loyalty: str


class Lot(NamedTuple):
    """One credit (R29); it bears its event's id."""

    lot_id: UUID
    card_id: UUID
    program_id: UUID
    store_id: UUID
    points: int
    effective_at: datetime
    program_version: int


class Posted(NamedTuple):
    """The lines that one event wrote."""

    event_id: UUID
    card_id: UUID
    version: int
    program_id: UUID
    store_id: UUID
    recorded_at: datetime
    lines: tuple[Line, ...]


class Place(NamedTuple):
    """Where and when an event stands: its id and the two times that later steps go by."""

    event_id: UUID
    recorded_at: datetime
    effective_at: datetime


@dataclass(slots=True)
class Changes:
    """What has to be written when the batch ends; the cards themselves are read from the tenant."""

    opened: list[UUID] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)
    links: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    terms: list[tuple[UUID, Terms]] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    receipts: list[tuple[ReceiptKey, FirstUse]] = field(default_factory=list)
    welcomed: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)


@dataclass(slots=True)
class Tenant:
    """*numbers*: the card numbers in use among those asked for. *links*: the (card, store) pairs asked for."""

    merchant: UUID
    programs: dict[UUID, Program] = field(default_factory=dict)
    cards: dict[UUID, Card] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    stores: dict[UUID, Store] = field(default_factory=dict)
    links: set[tuple[UUID, UUID]] = field(default_factory=set)
    receipts: dict[ReceiptKey, FirstUse] = field(default_factory=dict)
    welcomed: set[UUID] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)

    def live_store(self, store_id: UUID) -> Store:
        store = self.stores.get(store_id)
        if store is None:
            raise Refused("store_unknown")
        if store.loyalty not in {"live", "pilot"}:
            raise Refused("not_live", loyalty=store.loyalty)
        return store

    def card(self, card_id: UUID) -> Card:
        if card_id not in self.cards:
            raise Refused("card_unknown")
        return self.cards[card_id]

    def program(self, program_id: UUID) -> Program:
        if program_id not in self.programs:
            raise Refused("program_unknown")
        return self.programs[program_id]

    def card_at(self, store_id: UUID, card_id: UUID) -> Card:
        """The active card of a customer who stands in a store that takes part: the first checks of R6."""
        store = self.live_store(store_id)
        card = self.card(card_id)
        if card.program_id != store.program_id:
            raise Refused("store_unknown")  # The card's program has no such store.
        cards.must_be_active(card)
        return card

    def aggregate_of(self, card_id: UUID) -> UUID:
        """Where a refusal is recorded: on the card, or on the merchant when there is no such card."""
        return card_id if card_id in self.cards else self.merchant

    def record(self, event: Any, place: Place) -> None:
        """Take in one event that is recorded now."""
        match event:
            case ProgramPublished(program_id=program_id):
                evolved = program.evolve(self.programs.get(program_id), event, place.recorded_at)
                self.programs[program_id] = evolved
                self.changes.terms.append((program_id, evolved.newest))
            case ProgramRefused():
                pass
            case _ if event.card_id in self.cards or isinstance(event, CardOpened):
                self._record_on_card(event, place)
            case _:
                pass  # A refusal for a card that does not exist changes no card.

    def _record_on_card(self, event: Any, place: Place) -> None:
        card = cards.evolve(self.cards.get(event.card_id), event, place.recorded_at)
        self.cards[card.card_id] = card
        self.changes.touched.add(card.card_id)
        match event:
            case CardOpened():
                self.numbers.add(event.card_number)
                self.changes.opened.append(event.card_id)
                self._link(event.card_id, event.store_id, place)
            case StoreLinked():
                self._link(event.card_id, event.store_id, place)
            case WelcomeBonusGranted():
                self.welcomed.add(event.customer_id)
                self.changes.welcomed.append((event.customer_id, event.card_id, place.event_id))
                self._credit(event, card, place)
            case PointsEarned():
                self._keep_receipt(event, "points", place)
                self._credit(event, card, place)
            case StampsEarned():
                self._keep_receipt(event, "stamps", place)
                self._post(event, card, place)

    def _link(self, card_id: UUID, store_id: UUID, place: Place) -> None:
        self.links.add((card_id, store_id))
        self.changes.links.append((card_id, store_id, place.recorded_at))

    def _credit(self, event: PointsEarned | WelcomeBonusGranted, card: Card, place: Place) -> None:
        """A credit makes one lot and its postings; none of nothing (R17)."""
        if event.points:
            lot = Lot(
                place.event_id,
                event.card_id,
                event.program_id,
                event.store_id,
                event.points,
                place.effective_at,
                event.program_version,
            )
            self.changes.lots.append(lot)
            self._post(event, card, place)

    def _post(self, event: PointsEarned | WelcomeBonusGranted | StampsEarned, card: Card, place: Place) -> None:
        posted = Posted(
            place.event_id,
            event.card_id,
            card.version,
            event.program_id,
            event.store_id,
            place.recorded_at,
            postings.lines(event),
        )
        self.changes.posted.append(posted)

    def _keep_receipt(self, event: PointsEarned | StampsEarned, purpose: Purpose, place: Place) -> None:
        if event.receipt is not None:
            key = ReceiptKey(event.program_id, event.store_id, purpose, event.receipt)
            first = FirstUse(place.event_id, event.card_id, place.recorded_at)
            self.receipts[key] = first
            self.changes.receipts.append((key, first))
