"""What the ledger wrote for a few merchants or cards, as a pattern: rows in which only ids, numbers and places vary.

To decide a million events takes a ledger minutes. Merchants never meet in it, so a merchant like another one has the same
rows under other ids: its events in the same words, hashed and chained anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from ledger.rebuilding.projections import ALL
from ledger.store import shapes
from stampbook_events import ids
from stampbook_messaging.event_store import Row

Db = Any
_TOKEN = re.compile(rb'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=")\d{16}(?="))')
_SETUP = (shapes.PROGRAM, shapes.ENDING, shapes.CAMPAIGN, shapes.REWARD)
TABLES = tuple(dict.fromkeys(one.shape for one in ALL if one.shape not in _SETUP))
"""All that is written for cards; what a merchant sets up is decided for each merchant."""
SUMS = (shapes.ACCOUNT_DAY, shapes.COHORT)
"""Of many cards of a merchant together."""
INBOX = (
    *("command_id", "merchant", "partition", "cmd_seq", "type", "fingerprint", "status", "code", "result"),
    *("recorded_at", "applied_at"),
)
_EVENTS = f"SELECT {', '.join(Row._fields)} FROM event WHERE merchant = ANY($1) ORDER BY cmd_seq, pos"
_ANSWERS = f"SELECT {', '.join(INBOX)} FROM inbox WHERE merchant = ANY($1) ORDER BY cmd_seq"


class Text(NamedTuple):
    """Bytes with places for tokens; *slots* tells which ones, in turn."""

    parts: list[bytes]
    slots: list[int]

    def with_tokens(self, tokens: Sequence[bytes]) -> bytes:
        pieces = self.parts.copy()
        pieces[1::2] = [tokens[slot] for slot in self.slots]
        return b"".join(pieces)


class Names(NamedTuple):
    """The tokens of one copy, by their slots: as they stand in texts, and as ids (None where it is a number)."""

    texts: list[bytes]
    ids: list[UUID | None]


@dataclass(slots=True)
class Slots:
    """Every id and card number of a pattern, numbered."""

    of: dict[bytes, int] = field(default_factory=dict)

    def slot(self, token: bytes) -> int:
        return self.of.setdefault(token, len(self.of))

    def id(self, value: UUID) -> int:
        return self.slot(str(value).encode())

    def text(self, data: bytes) -> Text:
        parts = _TOKEN.split(data)
        return Text(parts, [self.slot(token) for token in parts[1::2]])


@dataclass(slots=True)
class RowPattern:
    """A row with what varies in it: ids, and texts that hold ids or numbers."""

    values: list[Any]
    ids: list[tuple[int, int]] = field(default_factory=list)
    texts: list[tuple[int, Text, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, row: Sequence[Any], slots: Slots) -> RowPattern:
        found = cls(list(row))
        for place, value in enumerate(row):
            if isinstance(value, UUID):
                found.ids.append((place, slots.id(value)))
            elif isinstance(value, bytes | str):
                text = slots.text(value if isinstance(value, bytes) else b'"%s"' % value.encode())
                if text.slots:
                    found.texts.append((place, text, isinstance(value, str)))
        return found

    def named(self, names: Names) -> list[Any]:
        row = self.values.copy()
        for place, slot in self.ids:
            row[place] = names.ids[slot]
        for place, text, is_words in self.texts:
            said = text.with_tokens(names.texts)
            row[place] = said[1:-1].decode() if is_words else said
        return row


class EventPattern(NamedTuple):
    row: RowPattern
    aggregate: int
    before: Text
    behind: Text
    """Of the body: what stands before and behind its place in the log."""


class Step(NamedTuple):
    """A command that was answered, and what it led to."""

    answer: RowPattern
    events: list[EventPattern]


@dataclass(slots=True)
class Pattern:
    """All of one merchant's cards: *steps* in their order, rows by table."""

    merchant: UUID
    slots: Slots
    steps: list[Step]
    rows: dict[str, list[RowPattern]]
    commands: list[UUID]
    cards: dict[UUID, tuple[UUID, UUID]]
    """Of a card its customer and its program."""
    events: dict[UUID, tuple[UUID, int]]
    """Of an event its command and its number."""
    unlocked: dict[UUID, tuple[UUID, int]]
    """Of an unlocked reward its event and its number there."""


async def pattern_of(db: Db, merchant: UUID) -> Pattern:
    slots = Slots()
    cards = {
        row["card_id"]: (row["customer_id"], row["program_id"])
        for row in await db.fetch("SELECT card_id, customer_id, program_id FROM card WHERE merchant = $1", merchant)
    }
    events = [row for row in await db.fetch(_EVENTS, [merchant]) if row["aggregate"] in cards]
    told: dict[UUID, list[Any]] = {}
    for row in events:
        told.setdefault(row["command_id"], []).append(row)
    answers = [row for row in await db.fetch(_ANSWERS, [merchant]) if row["command_id"] in told]
    steps = [
        Step(RowPattern.of(row, slots), [_event(one, slots) for one in told[row["command_id"]]]) for row in answers
    ]
    rows = {shape.table: [RowPattern.of(row, slots) for row in await _rows(db, shape, merchant)] for shape in TABLES}
    numbered = {row["id"]: (command, n) for command, found in told.items() for n, row in enumerate(found)}
    return Pattern(merchant, slots, steps, rows, list(told), cards, numbered, _unlocked(numbered, slots))


def _unlocked(events: Iterable[UUID], slots: Slots) -> dict[UUID, tuple[UUID, int]]:
    """Which of the ids that there are follow from events as those of unlocked rewards do."""
    might_be = {uuid5(event, str(number)): (event, number) for event in events for number in range(3)}
    return {one: event for one, event in might_be.items() if _token(one) in slots.of}


async def _rows(db: Db, shape: shapes.Shape, merchant: UUID) -> list[Any]:
    found: list[Any] = await db.fetch(
        f"SELECT {', '.join(shape.names)} FROM {shape.table} WHERE merchant = $1", merchant
    )
    return found


def _event(row: Any, slots: Slots) -> EventPattern:
    place = b'"partition":%d,"position":%d' % (row["partition"], row["pos"])
    before, _, behind = row["body"].partition(place)
    columns = RowPattern.of([*row.values()][:-3], slots)
    return EventPattern(columns, slots.id(row["aggregate"]), slots.text(before), slots.text(behind))


def names_of(pattern: Pattern, known: Mapping[bytes, bytes], new_id: Callable[[], UUID]) -> Names:
    """Of a copy. *known*: tokens that are told; customers and commands are new ones, cards and events follow from them.

    Raises ``KeyError`` for a token that nobody explains: a copy that kept it would not be what the ledger writes.
    """
    new = dict(known)
    for value in (*(customer for customer, _ in pattern.cards.values()), *pattern.commands):
        new.setdefault(_token(value), _token(new_id()))
    for card, (customer, program) in pattern.cards.items():
        new[_token(card)] = _token(ids.card_id(_id(new[_token(customer)]), _id(new[_token(program)])))
    for event, (command, number) in pattern.events.items():
        new[_token(event)] = _token(ids.event_id(_id(new[_token(command)]), number))
    for one, (event, number) in pattern.unlocked.items():
        new[_token(one)] = _token(uuid5(_id(new[_token(event)]), str(number)))
    texts = [new[token] for token in pattern.slots.of]
    return Names(texts, [_id(text) if len(text) == 36 else None for text in texts])


def _token(value: UUID) -> bytes:
    return str(value).encode()


def _id(token: bytes) -> UUID:
    return UUID(token.decode())
