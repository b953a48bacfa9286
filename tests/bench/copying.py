"""Copies of a pattern, appended to the log as its own writer would: places, versions, hashes and heads made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from stampbook_events import GENESIS, hash_of, running_head
from stampbook_events.subjects import partition_of
from stampbook_messaging.event_store import Place, Row
from tests.bench.patterns import INBOX, SUMS, TABLES, EventPattern, Names, Pattern, Step

Db = Any
AT_ONCE = 5000
"""So many rows of a table go into one COPY, about."""
_PARTITION, _CMD_SEQ, _OF_EVENT = INBOX.index("partition"), INBOX.index("cmd_seq"), Row._fields.index("cmd_seq")
_STANDING = "SELECT id, pos, head, cmd_seq FROM partition FOR UPDATE"
_MOVED = """
UPDATE partition p SET pos = v.pos, head = v.head
FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) AS v(id, pos, head) WHERE p.id = v.id
"""


@dataclass(slots=True)
class Copy:
    """One copy of a pattern: *heads* are those of its cards, by the slots of their ids."""

    pattern: Pattern
    merchant: UUID
    names: Names
    heads: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    partition: int = field(init=False)

    def __post_init__(self) -> None:
        self.partition = partition_of(self.merchant)

    def new(self, id_: UUID) -> UUID:
        """What an id of the pattern is called here."""
        found = self.names.ids[self.pattern.slots.id(id_)]
        assert found is not None
        return found


@dataclass(slots=True)
class Copier:
    """Writes in one transaction: all of it is there at the end, or nothing."""

    db: Db
    events: int = 0
    _places: dict[int, Place] = field(default_factory=dict)
    _seq: int = 0
    _answers: list[Any] = field(default_factory=list)
    _events: list[Any] = field(default_factory=list)

    async def write(self, copies: Sequence[Copy], say: Callable[[int], None]) -> None:
        """The copies side by side, step by step, so that the log's times go on as the pattern's did."""
        async with self.db.transaction():
            rows = await self.db.fetch(_STANDING)
            self._places = {row["id"]: Place(row["pos"], row["head"]) for row in rows}
            self._seq = await self.db.fetchval("SELECT coalesce(max(cmd_seq), 0) FROM inbox")
            for copy, step in _side_by_side(copies):
                self._answer(copy, step)
                if len(self._events) >= AT_ONCE:
                    await self._flush()
                    say(self.events)
            await self._flush()
            await self._heads(copies)
            await self._projections(copies)
            places = self._places
            moved = [list(places), [place.pos for place in places.values()], [place.head for place in places.values()]]
            await self.db.execute(_MOVED, *moved)

    def _answer(self, copy: Copy, step: Step) -> None:
        self._seq += 1
        row = step.answer.named(copy.names)
        row[_PARTITION], row[_CMD_SEQ] = copy.partition, self._seq
        self._answers.append(row)
        self._events.extend(self._event(copy, event) for event in step.events)

    def _event(self, copy: Copy, event: EventPattern) -> list[Any]:
        partition, texts = copy.partition, copy.names.texts
        place = self._places[partition]
        version, previous = copy.heads.get(event.aggregate, (0, GENESIS))
        place.pos += 1
        told = b'"partition":%d,"position":%d' % (partition, place.pos)
        body = event.before.with_tokens(texts) + told + event.behind.with_tokens(texts)
        digest = hash_of(previous, body)
        place.head = running_head(place.head, place.pos, digest)
        copy.heads[event.aggregate] = version + 1, digest
        row = event.row.named(copy.names)
        row[:2], row[_OF_EVENT] = (partition, place.pos), self._seq
        self.events += 1
        return [*row, body, digest, None]

    async def _flush(self) -> None:
        await self._copy("inbox", INBOX, self._answers)
        await self._copy("event", Row._fields, self._events)
        self._answers, self._events = [], []

    async def _heads(self, copies: Sequence[Copy]) -> None:
        heads = [
            (copy.merchant, copy.names.ids[slot], version, hash_)
            for copy in copies
            for slot, (version, hash_) in copy.heads.items()
        ]
        await self._copy("aggregate", ("merchant", "id", "version", "hash"), heads)

    async def _projections(self, copies: Sequence[Copy]) -> None:
        more = bool(copies) and copies[0].merchant == copies[0].pattern.merchant
        if more:
            await self._more_of_a_merchant(copies)
        for shape in TABLES:
            if more and shape in SUMS:
                continue
            rows: list[Any] = []
            for copy in copies:
                rows.extend(row.named(copy.names) for row in copy.pattern.rows[shape.table])
                if len(rows) >= AT_ONCE:
                    await self._copy(shape.table, shape.names, rows)
                    rows = []
            await self._copy(shape.table, shape.names, rows)

    async def _more_of_a_merchant(self, copies: Sequence[Copy]) -> None:
        """What is summed up over its cards was summed up for the pattern: each copy adds as much again."""
        pattern, times = copies[0].pattern, len(copies)
        for shape in SUMS:
            key = len(shape.key.split()) // 2
            names = shape.changing.split()[::2]
            add = shape.upsert(", ".join(f"{name} = t.{name} + excluded.{name}" for name in names))
            for row in pattern.rows[shape.table]:
                values = [*row.values[:key], *(times * amount for amount in row.values[key:])]
                await self.db.execute(add, *([value] for value in values))

    async def _copy(self, table: str, columns: Sequence[str], rows: Sequence[Any]) -> None:
        if rows:
            await self.db.copy_records_to_table(table, records=rows, columns=columns)


def _side_by_side(copies: Sequence[Copy]) -> Iterator[tuple[Copy, Step]]:
    """Each step for all copies before the next one."""
    longest = max((len(copy.pattern.steps) for copy in copies), default=0)
    for number in range(longest):
        for copy in copies:
            if number < len(copy.pattern.steps):
                yield copy, copy.pattern.steps[number]
