"""A card counted again from nothing but its events, without believing a single figure that they state."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain import reported
from ledger.domain.card import Card
from ledger.domain.evolving import Place, evolve, opened, take_over
from ledger.domain.recording import lines_of
from ledger.domain.reported import RewardChange
from stampbook_events.ledger import CardOpened, CardReopened, CardTakenOver, Line, StoreLinked


class Logged(NamedTuple):
    """An event on a card as the log holds it."""

    aggregate: UUID
    version: int
    place: Place
    event: Any


class Counted(NamedTuple):
    """Where and when reports count the lines that the event of that *version* wrote."""

    version: int
    store_id: UUID
    counts_at: datetime


class Fold(NamedTuple):
    """*lines* with the version of the event that wrote them."""

    card: Card
    store_ids: frozenset[UUID]
    lines: frozenset[tuple[int, Line]]
    counted: frozenset[Counted]
    rewards: frozenset[RewardChange]


class Folding:
    """Cards as they are after the events that were added so far."""

    def __init__(self) -> None:
        self.cards: dict[UUID, Card] = {}
        self._lines: dict[UUID, set[tuple[int, Line]]] = {}
        self._stores: dict[UUID, set[UUID]] = {}
        self._counted: dict[UUID, set[Counted]] = {}
        self._rewards: dict[UUID, set[RewardChange]] = {}

    def add(self, logged: Logged) -> None:
        """In the order of their recording, also over cards that were merged."""
        event, card_id = logged.event, logged.aggregate
        if isinstance(event, CardOpened):
            self.cards[card_id] = opened(event, logged.place)
        else:
            self._evolve(self.cards[card_id], event, logged.place)
        if isinstance(event, CardTakenOver):
            other = self.cards[event.other]
            take_over(self.cards[card_id], other, event.other_lines)
            self._note(other, other.version, logged, event.other_lines)
        self._note(self.cards[card_id], logged.version, logged, lines_of(event))
        if isinstance(event, CardOpened | CardReopened | StoreLinked):
            self._stores.setdefault(card_id, set()).add(event.store_id)

    def _evolve(self, card: Card, event: Any, place: Place) -> None:
        rewards = reported.rewards_in(event)
        open_before = reported.open_among(card, rewards)
        evolve(card, event, place)
        if rewards:
            changes = reported.reward_changes(card, rewards, open_before, event, place)
            self._rewards.setdefault(card.card_id, set()).update(changes)

    def _note(self, card: Card, version: int, logged: Logged, lines: Collection[Line]) -> None:
        if lines:
            event, place = logged.event, logged.place
            one = Counted(version, reported.store_of(event, card), reported.counts_at(event, place))
            self._counted.setdefault(card.card_id, set()).add(one)
            self._lines.setdefault(card.card_id, set()).update((version, line) for line in lines)

    def folds(self) -> dict[UUID, Fold]:
        return {
            card_id: Fold(
                card,
                frozenset(self._stores.get(card_id, ())),
                frozenset(self._lines.get(card_id, ())),
                frozenset(self._counted.get(card_id, ())),
                frozenset(self._rewards.get(card_id, ())),
            )
            for card_id, card in self.cards.items()
        }


def fold(events: Iterable[Logged]) -> dict[UUID, Fold]:
    """Each card whose events these are. Of two that were merged both have to be there."""
    folding = Folding()
    for logged in events:
        folding.add(logged)
    return folding.folds()
