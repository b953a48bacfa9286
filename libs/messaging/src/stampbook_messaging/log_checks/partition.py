"""Walking through one partition, event by event: what each says of itself, and what each is chained to."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, hash_of
from stampbook_events.seals import seal_tag
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.finding import Finding, What
from stampbook_messaging.log_checks.heads import Heads, Standing
from stampbook_messaging.log_checks.losses import Losses, LostVersion
from stampbook_messaging.log_checks.reading import Bound, InTurn, around, version_below
from stampbook_messaging.log_checks.seals import Seals
from stampbook_messaging.log_checks.witnesses import judge


class _Said(msgspec.Struct):
    """What an event's bytes say about its place: the row's columns are copies of it."""

    id: UUID
    merchant: UUID
    aggregate: UUID
    version: int
    type: str
    partition: int
    position: int


_said = msgspec.json.Decoder(_Said)
_place_of = itemgetter("id", "merchant", "aggregate", "version", "type", "partition", "pos")
Difference = tuple[What, str]
_PLACES = frozenset({"aggregate", "version", "partition", "position"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where what is found is written down, for all partitions of a log."""

    db: InTurn
    service: str
    gapless: Check
    hashes: Check
    seals: Seals
    losses: Losses


@dataclass(slots=True)
class PartitionWalk:
    books: Books
    bound: Bound
    heads: Heads
    tag: str
    pos: int = 0

    @classmethod
    def through(cls, books: Books, bound: Bound) -> PartitionWalk:
        anchors = books.seals.anchors.get(bound.partition, [])
        heads = Heads(books.service, bound.partition, books.hashes, books.seals.check, anchors)
        return cls(books, bound, heads, seal_tag(books.service))

    async def take(self, event: Any) -> None:
        """The next event. Where nothing is wrong it costs two hashes and one decoding."""
        self.books.gapless.counted += 1
        said, differences = self._said_by(event)
        if event["pos"] != self.pos + 1:
            self._does_not_follow(event, said)
        digest, believed = hash_of(event["previous"] or GENESIS, event["body"]), event["hash"]
        if digest != believed:
            believed, differences = await self._not_covered(event, digest, differences)
        for what, difference in differences:
            self._find(self.books.gapless, what, difference, event)
        if differences and said is not None and said.position != event["pos"]:
            self._doubt(event["pos"])
        if event["version"] > 1:
            await self._check_predecessor(event, said)
        if not event["has_row"]:
            self._find(self.books.gapless, "row_differs", "its aggregate has no row", event)
        self._go_on(event, believed)

    def _doubt(self, pos: int) -> None:
        self.heads.doubt(max(min(pos, self.pos + 1), 1))

    def _go_on(self, event: Any, believed: bytes) -> None:
        if event["pos"] > 0:
            self.pos = event["pos"]
            self.heads.go_on(self.pos, believed)
        if event["type"] == self.tag:
            self.books.seals.tell(event["body"])

    def end(self) -> Standing:
        """The log has no more: is that where its row says, and with that head?"""
        if self.bound.pos is None:
            self._find(self.books.gapless, "row_differs", "the partition has no row")
        elif self.pos < self.bound.pos:
            because = f"the row says {self.bound.pos}, the log ends at {self.pos}"
            self.heads.doubt(self.pos + 1)
            self.books.losses.positions(self.bound.partition, self.pos + 1, self.bound.pos, because)
        elif self.pos > self.bound.pos:
            said = f"the row says {self.bound.pos}, the log ends at {self.pos}"
            self._find(self.books.gapless, "row_differs", said)
        return self.heads.end(self.bound)

    def _find(self, check: Check, what: What, said: str, event: Any = None) -> None:
        place: dict[str, Any] = {}
        if event is not None:
            place = {name: event[name] for name in ("merchant", "aggregate", "version")}
            place |= {"event_id": event["id"], "position": event["pos"]}
        check.find(Finding(what=what, service=self.books.service, partition=self.bound.partition, said=said, **place))

    def _said_by(self, event: Any) -> tuple[_Said | None, list[Difference]]:
        """What its bytes say of its place, and each way in which its row says otherwise."""
        try:
            said = _said.decode(event["body"])
        except msgspec.MsgspecError:
            return None, [("altered", "its bytes are no event")]
        told = (said.id, said.merchant, said.aggregate, said.version, said.type, said.partition, said.position)
        row = _place_of(event)
        if told == row:
            return said, []
        return said, [
            ("reordered" if name in _PLACES else "altered", f"its bytes say {name} {value}, its row {kept}")
            for name, value, kept in zip(_Said.__struct_fields__, told, row, strict=True)
            if value != kept
        ]

    def _does_not_follow(self, event: Any, said: _Said | None) -> None:
        """What lies where another one belongs was moved there; otherwise those between are missing."""
        pos = event["pos"]
        because = f"position {pos} follows position {self.pos}"
        self._doubt(pos)
        if pos <= self.pos or (said is not None and said.position != pos):
            self._find(self.books.gapless, "reordered", f"follows position {self.pos}", event)
        else:
            self.books.losses.positions(self.bound.partition, self.pos + 1, pos - 1, because)

    async def _not_covered(
        self, event: Any, digest: bytes, differences: list[Difference]
    ) -> tuple[bytes, list[Difference]]:
        """Which hash to go on with, and what of *differences* is not told by that already.

        The events around tell whose bytes or hash were altered; a row that was moved fits nowhere else.
        """
        hash_: bytes = event["hash"]
        if event["previous"] is None and event["version"] > 1:
            return hash_, differences  # What it was chained to is not there, which is found by its version.
        verdict = (
            "bytes or hash" if self.books.hashes.full else judge(event, digest, await around(self.books.db, event))
        )
        moved = any(what == "reordered" for what, _ in differences)
        if verdict == "predecessor" or (verdict == "bytes or hash" and moved):
            return hash_, differences
        altered = f"its {verdict} {'was' if verdict == 'hash' else 'were'} altered"
        said = f"hash does not cover its bytes and its predecessor: {altered}"
        self._find(self.books.hashes, "altered", said, event)
        return (digest if verdict == "hash" else hash_), ([] if verdict == "bytes" else differences)

    async def _check_predecessor(self, event: Any, said: _Said | None) -> None:
        version, losses = event["version"], self.books.losses
        if event["previous"] is None:
            below = await version_below(self.books.db, event) if losses.room else version - 1
            because = f"version {version} follows {below}"
            if said is not None and said.version != version:
                self._find(self.books.gapless, "reordered", because, event)
                return
            key = event["merchant"], event["aggregate"]
            losses.versions([LostVersion(*key, one, because) for one in range(below + 1, version)[: losses.room]])
        elif event["previous_partition"] == event["partition"] and event["previous_pos"] >= event["pos"]:
            said_ = f"version {version} stands before version {version - 1}, at position {event['previous_pos']}"
            self.heads.doubt(event["pos"])
            self._find(self.books.gapless, "reordered", said_, event)
