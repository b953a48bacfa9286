"""A card counted again from nothing but its events, without believing a single figure that they state."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.evolving import Place, evolve, opened, take_over
from ledger.domain.recording import lines_of
from stampbook_events.ledger import CardOpened, CardReopened, CardTakenOver, Line, StoreLinked


class Logged(NamedTuple):
    """An event on a card as the log holds it."""

    aggregate: UUID
    version: int
    place: Place
    event: Any


class Fold(NamedTuple):
    """*lines* with the version of the event that wrote them."""

    card: Card
    store_ids: frozenset[UUID]
    lines: frozenset[tuple[int, Line]]


class Folding:
    """Cards as they are after the events that were added so far."""

    def __init__(self) -> None:
        self.cards: dict[UUID, Card] = {}
        self._lines: dict[UUID, set[tuple[int, Line]]] = {}
        self._stores: dict[UUID, set[UUID]] = {}

    def add(self, logged: Logged) -> None:
        """In the order of their recording, also over cards that were merged."""
        event, card_id = logged.event, logged.aggregate
        if isinstance(event, CardOpened):
            self.cards[card_id] = opened(event, logged.place)
        else:
            evolve(self.cards[card_id], event, logged.place)
        if isinstance(event, CardTakenOver):
            other = self.cards[event.other]
            take_over(self.cards[card_id], other, event.other_lines)
            self._note(other.card_id, other.version, event.other_lines)
        self._note(card_id, logged.version, lines_of(event))
        if isinstance(event, CardOpened | CardReopened | StoreLinked):
            self._stores.setdefault(card_id, set()).add(event.store_id)

    def _note(self, card_id: UUID, version: int, lines: Iterable[Line]) -> None:
        self._lines.setdefault(card_id, set()).update((version, line) for line in lines)

    def folds(self) -> dict[UUID, Fold]:
        return {
            card_id: Fold(card, frozenset(self._stores.get(card_id, ())), frozenset(self._lines.get(card_id, ())))
            for card_id, card in self.cards.items()
        }


def fold(events: Iterable[Logged]) -> dict[UUID, Fold]:
    """Each card whose events these are. Of two that were merged both have to be there."""
    folding = Folding()
    for logged in events:
        folding.add(logged)
    return folding.folds()
