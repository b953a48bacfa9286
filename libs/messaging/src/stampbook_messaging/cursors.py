"""Where a consumer stands in the log of another, and how it moves on: under its leases, remembering where it left off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Db = Any

_LOCK = """
SELECT c.partition, c.pos, c.stream_seq, c.epoch FROM cursor c
JOIN unnest($3::smallint[], $4::bigint[]) AS held(id, epoch) ON c.partition = held.id
JOIN partition p ON p.id = held.id AND p.epoch = held.epoch
WHERE c.consumer = $1 AND c.stream = $2 ORDER BY c.partition FOR UPDATE OF c
"""
_ADVANCE = """
UPDATE cursor c SET pos = v.pos, stream_seq = v.seq, epoch = v.epoch
FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS v(partition, pos, seq, epoch)
WHERE c.consumer = $1 AND c.stream = $2 AND c.partition = v.partition
"""
_STEP = """
UPDATE cursor c SET pos = $7, stream_seq = $8 FROM partition p
WHERE c.consumer = $1 AND c.stream = $2 AND c.partition = $3 AND c.epoch = $4 AND c.pos = $5 AND c.stream_seq = $6
AND p.id = c.partition AND p.epoch = $4 AND NOT EXISTS (SELECT FROM parked_key)
"""


class NotOurs(RuntimeError):
    """Another process holds one of these partitions by now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a partition, and the lease under which a cursor came to it."""

    epoch: int
    pos: int
    stream_seq: int


@dataclass(slots=True)
class Cursors:
    """*left_at*: where we have put a cursor ourselves; nobody moves it under the same lease but by hand."""

    consumer: str
    owner: str
    left_at: dict[int, Mark] = field(default_factory=dict)
    _going: dict[int, Mark] = field(default_factory=dict)

    async def lock(self, db: Db, epochs: Mapping[int, int]) -> dict[int, Mark]:
        """Where the rows of these partitions stand, nobody else moving them. Raises ``NotOurs``."""
        rows = await db.fetch(_LOCK, self.consumer, self.owner, list(epochs), list(epochs.values()))
        if len(rows) != len(epochs):
            raise NotOurs(f"partitions {sorted(set(epochs) - {row['partition'] for row in rows})} of {self.owner}")
        return {row["partition"]: Mark(row["epoch"], row["pos"], row["stream_seq"]) for row in rows}

    async def advance(self, db: Db, to: Mapping[int, Mark]) -> None:
        """Move what was locked, in the transaction of whatever came of it."""
        await db.execute(
            _ADVANCE,
            self.consumer,
            self.owner,
            list(to),
            [mark.pos for mark in to.values()],
            [mark.stream_seq for mark in to.values()],
            [mark.epoch for mark in to.values()],
        )
        self._going = dict(to)

    async def step(self, db: Db, partition: int, to: Mark) -> bool:
        """Lock and move in one, if the cursor stands where we left it under this very lease and no key is parked.

        Nobody else has moved it then, so whatever the statement saw was still so when it had the row. False: nothing
        was written, and it is to be locked and looked at.
        """
        at = self.left_at[partition]
        moved = await db.execute(
            _STEP, self.consumer, self.owner, partition, at.epoch, at.pos, at.stream_seq, to.pos, to.stream_seq
        )
        self._going = {partition: to}
        return bool(moved == "UPDATE 1")

    def committed(self) -> None:
        self.left_at |= self._going

    def forget(self) -> None:
        """What came of the last transaction is unknown."""
        self.left_at.clear()
