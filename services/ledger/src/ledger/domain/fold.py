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


def fold(events: Iterable[Logged]) -> dict[UUID, Fold]:
    """Each card whose events these are. Of two that were merged both have to be there, in the order of their recording."""
    cards: dict[UUID, Card] = {}
    lines: dict[UUID, set[tuple[int, Line]]] = {}
    stores: dict[UUID, set[UUID]] = {}
    for logged in events:
        event, card_id = logged.event, logged.aggregate
        if isinstance(event, CardOpened):
            cards[card_id] = opened(event, logged.place)
        else:
            evolve(cards[card_id], event, logged.place)
        if isinstance(event, CardTakenOver):
            other = cards[event.other]
            take_over(cards[card_id], other, event.other_lines)
            lines.setdefault(other.card_id, set()).update((other.version, line) for line in event.other_lines)
        lines.setdefault(card_id, set()).update((logged.version, line) for line in lines_of(event))
        if isinstance(event, CardOpened | CardReopened | StoreLinked):
            stores.setdefault(card_id, set()).add(event.store_id)
    return {
        card_id: Fold(card, frozenset(stores.get(card_id, ())), frozenset(lines.get(card_id, ())))
        for card_id, card in cards.items()
    }
