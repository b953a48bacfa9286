"""Days of merchants as the commands that a stream would hold, with what the deciders make of each: the clean run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from uuid import UUID, uuid5

from rulebook.deciders import DecidedBooks
from rulebook.happenings import Days, Happening, days_of, shop
from rulebook.pair import Pair
from rulebook.views import Due
from stories import story_of

from ledger.domain import due as dues
from ledger.domain.card import Card
from ledger.domain.terms import Store
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_messaging.messages import Decision, Received

HAPPENINGS = 30
COMMANDS = 60
TILLS = 3
OPENING = 6
"""With so many commands a story sets up its programs and rewards and opens its first cards."""
FOR_ALL = frozenset({shop.suspend})
"""What a whole merchant does reaches a ledger store by store; here only what one store does is told."""


@dataclass(frozen=True)
class Step:
    """A command; or, before the one that follows, the stores as enrollment tells of them by then."""

    at: datetime
    received: Received | None = None
    stores: tuple[Store, ...] = ()


@dataclass
class Told:
    """One merchant's days: what each till sends, one after the other, and who kept the books beside them.

    *opening* comes first, *stores* are known before it.
    """

    merchant: UUID
    tills: list[list[Step]]
    opening: list[Step] = field(default_factory=list)
    stores: tuple[Store, ...] = ()
    pair: Pair | None = None

    @property
    def series(self) -> list[list[Step]]:
        return [self.opening, *self.tills]


class SentBooks(DecidedBooks):
    """The deciders' books, whose work by the clock is commands as well, as the schedule sends them."""

    def __init__(self, merchant: UUID) -> None:
        super().__init__(merchant)
        self.steps: list[Step] = []
        self.known: dict[UUID, Store] = {}

    def decided(self, received: Received) -> Decision:
        changed = tuple(store for key, store in self.tenant.stores.items() if self.known.get(key) != store)
        if changed:
            self.steps.append(Step(received.recorded_at, stores=changed))
            self.known = dict(self.tenant.stores)
        self.steps.append(Step(received.recorded_at, received))
        return super().decided(received)

    def _go_on(self, card: Card, at: datetime) -> None:
        if card.state in {"closed", "merged"}:
            return
        if any(work.kind is dues.Kind.GOES_ON for work in dues._due(self._case(at), card)):
            self.send("work", at, told.BookDue(card_id=card.card_id))

    def _do(self, piece: Due, at: datetime) -> None:
        if piece.kind in {"birthday", "warn"}:
            super()._do(piece, at)
        else:
            self.send("work", at, told.BookDue(card_id=self.card_id(piece.card)))


def merchant_of(seed: int, number: int) -> UUID:
    return uuid5(ids.PLATFORM, f"merchant {number} of {seed}")


def days_in_order(seed: int, number: int) -> Told:
    """What customers and staff do at one merchant, sent by one till, so that the model can be told the same."""
    merchant = merchant_of(seed, number)
    days = _of_one_store(days_of(Random(f"{seed}/{number}"), HAPPENINGS))
    books = SentBooks(merchant)
    pair = Pair(days, books, hearing=False)
    for it in days.happenings:
        pair.tell(it)
    pair.work()
    pair.agree()
    return Told(merchant, [books.steps], pair=pair)


def _of_one_store(days: Days) -> Days:
    told_of_one: list[Happening] = [
        replace(it, choice=it.choice or 2) if it.what in {shop.pause, shop.resume} else it
        for it in days.happenings
        if it.what not in FOR_ALL
    ]
    return days._replace(happenings=told_of_one)


def days_at_tills(seed: int, number: int) -> Told:
    """The same at several tills at once: each card's commands in their order, those of different cards in any."""
    merchant = merchant_of(seed, number)
    story = story_of(2 * seed + number, COMMANDS, merchant)
    steps = [Step(one.recorded_at, one) for one, _ in story.steps]
    opening, others = steps[:OPENING], steps[OPENING:]
    tills: list[list[Step]] = [[] for _ in range(TILLS)]
    for step in others:
        card_id = getattr(step.received.command, "card_id", None)  # type: ignore[union-attr]
        tills[card_id.int % TILLS if card_id else 0].append(step)
    return Told(merchant, tills, opening, tuple(story.tenant.stores.values()))
