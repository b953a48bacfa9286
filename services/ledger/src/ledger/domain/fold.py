"""A card counted again from nothing but its events, without believing a single balance that they state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain import card as cards
from ledger.domain import postings
from ledger.domain.card import Card
from stampbook_events.ledger import CardOpened, Line, StoreLinked, Unit


class Logged(NamedTuple):
    """An event on a card as the log holds it."""

    event_id: UUID
    version: int
    recorded_at: datetime
    event: Any


class Fold(NamedTuple):
    """*points* and *stamps* are what the movements add up to; *card* is what the events say."""

    card: Card | None
    points: int
    stamps: int
    store_ids: frozenset[UUID]
    lines: frozenset[tuple[int, Line]]


def fold(events: Iterable[Logged]) -> Fold:
    card: Card | None = None
    lines: set[tuple[int, Line]] = set()
    stores: set[UUID] = set()
    for logged in events:
        card = cards.evolve(card, logged.event, logged.recorded_at)
        lines.update((logged.version, line) for line in postings.lines(logged.event))
        if isinstance(logged.event, CardOpened | StoreLinked):
            stores.add(logged.event.store_id)
    return Fold(card, _issued("points", lines), _issued("stamps", lines), frozenset(stores), frozenset(lines))


def _issued(unit: Unit, lines: Iterable[tuple[int, Line]]) -> int:
    return sum(line.amount for _, line in lines if line.unit == unit and line.account == "issued")
