"""Whether a log's seals are whole: each over its own text, chained, told by its event, and the same outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from stampbook_events.seals import NO_SEAL, SealedPartition, hash_of_text, seal_text
from stampbook_messaging.daily_seals.files import FiledSeal, NoSeal, SealText
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.finding import Finding, What

Db = Any
TABLE = "the table"

_SEALS = "SELECT number, day, sealed_at, body, hash FROM seal ORDER BY number"


class Anchor(NamedTuple):
    """What a seal says of one partition; *source* is where the seal stands."""

    position: int
    head: bytes
    seal: int
    day: str
    source: str


@dataclass(slots=True)
class Seals:
    """*hashes*: what the table has, by number; *anchors*: by partition, in the order of their positions."""

    service: str
    check: Check
    hashes: dict[int, str] = field(default_factory=dict)
    anchors: dict[int, list[Anchor]] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)

    async def read_table(self, db: Db) -> None:
        """Read the seals that the table has, check each and its chain."""
        previous = 0
        for row in await db.fetch(_SEALS):
            self.check.counted += 1
            number = row["number"]
            for lost in range(previous + 1, number):
                self._find("seal_missing", lost, "is not in the table, later ones are")
            if (said := self._said_by(row)) is not None:
                chained = self.hashes.get(number - 1, NO_SEAL if number == 1 else said.previous)
                if said.previous != chained:
                    self._find("seal_differs", number, "does not follow on the seal before it")
                self._anchor(said.partitions, number, said.day, TABLE)
            self.hashes[number] = row["hash"].hex()
            previous = number

    def _said_by(self, row: Any) -> SealText | None:
        """What a row says; None where it cannot be believed, and then that is found."""
        number = row["number"]
        if hash_of_text(row["body"]) != row["hash"].hex():
            self._find("seal_differs", number, "the table's row is not what its hash covers: it was altered")
            return None
        try:
            said = msgspec.json.decode(row["body"], type=SealText)
        except msgspec.MsgspecError:
            self._find("seal_differs", number, "the table's row is no seal")
            return None
        columns = (self.service, number, row["day"].isoformat(), msgspec.to_builtins(row["sealed_at"]))
        if (said.service, said.number, said.day, said.sealed_at) != columns:
            self._find("seal_differs", number, "the table's row says otherwise than its own text: it was altered")
        return said

    def hold_against(self, outside: Iterable[FiledSeal | NoSeal]) -> None:
        """Compare with the seals of a file; those of other services are passed over."""
        for one in outside:
            if isinstance(one, NoSeal):
                self.check.find(Finding(what="seal_differs", service=self.service, said=one.why))
            elif one.said.service == self.service:
                self.check.counted += 1
                self._compare(one)

    def _compare(self, filed: FiledSeal) -> None:
        said = filed.said
        self._anchor(said.partitions, said.number, said.day, filed.file)
        ours = self.hashes.get(said.number)
        if ours is None:
            missing = (
                f"of {said.day} stands in {filed.where} and not in the table: deleted, or of a newer log than this"
            )
            self._find("seal_missing", said.number, missing)
        elif ours != filed.hash:
            self._find("seal_differs", said.number, f"of {said.day} is another one in {filed.where}")

    def _anchor(self, partitions: Sequence[SealedPartition], number: int, day: str, source: str) -> None:
        for one in partitions:
            anchor = Anchor(one.position, bytes.fromhex(one.head), number, day, source)
            self.anchors.setdefault(one.id, []).append(anchor)

    def tell(self, body: bytes) -> None:
        """An event of the log says that there is a seal."""
        try:
            fields = msgspec.json.decode(body, type=dict[str, Any])["data"]
            self.told[fields["number"]] = hash_of_text(seal_text(fields))
        except (msgspec.MsgspecError, LookupError, TypeError, AttributeError):
            return  # No event any more, which its own hash has told already.

    async def compare_with_events(self, db: Db, *, whole: bool) -> None:
        """Each seal has its event and each event its seal; *whole*: no event is missing from the log."""
        for number, hash_ in self.hashes.items():
            if number not in self.told and whole:
                self._find("seal_differs", number, "no event of the log tells of it")
            elif self.told.get(number, hash_) != hash_:
                self._find("seal_differs", number, "its event in the log says otherwise than the table")
        for number in self.told.keys() - self.hashes.keys():
            # Perhaps sealed since the table was read.
            if await db.fetchval("SELECT number FROM seal WHERE number = $1", number) is None:
                self._find("seal_missing", number, "its event is in the log, and the table has no such seal")

    def _find(self, what: What, number: int, said: str) -> None:
        self.check.find(Finding(what=what, service=self.service, seal=number, said=said))
