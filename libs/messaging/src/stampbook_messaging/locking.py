"""A batch begins: its partitions are locked, and the same statement looks at what most batches need to know of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from stampbook_messaging import inbox, parking
from stampbook_messaging.event_store import SMALL, AggregateKey, Head, Place, columns
from stampbook_messaging.sorting import Decoded, id_of, keys_of

Db = Any

_LOCK = """
SELECT p.id, p.cmd_seq, p.pos, p.head, p.stream_created, stampbook_now() AS now,
       EXISTS (SELECT FROM inbox WHERE command_id = ANY($3::uuid[])) OR EXISTS (SELECT FROM parked_key) AS to_look_up,
       (SELECT array_agg(ROW(a.merchant, a.id, a.version, a.hash))
        FROM unnest($4::uuid[], $5::uuid[]) AS k(merchant, id) JOIN aggregate a USING (merchant, id)) AS heads,
       p.cmd_seq = seen.cmd_seq AND p.pos = seen.pos AS as_seen
FROM partition p JOIN unnest($1::smallint[], $2::bigint[]) AS held(id, epoch) ON p.id = held.id AND p.epoch = held.epoch
JOIN partition seen ON seen.id = p.id
ORDER BY p.id FOR NO KEY UPDATE OF p
"""
"""Who waited for a row sees it as it was left, and everything else as it was before the wait: *as_seen* tells."""


class Fenced(RuntimeError):
    """Another process holds one of these partitions by now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Locked:
    """How things stand while nobody else moves these partitions.

    *unknown*: no command of the batch has been seen before, and nothing is parked. *heads*: of the aggregates that
    were asked for, None for new ones.
    """

    applied: dict[int, int]
    places: dict[int, Place]
    created: Mapping[int, datetime | None]
    now: datetime
    unknown: bool
    heads: dict[AggregateKey, Head | None]

    async def answered(self, db: Db, decoded: Sequence[Decoded]) -> dict[UUID, inbox.Known]:
        return {} if self.unknown else await inbox.known(db, list(map(id_of, decoded)))

    async def parked(self, db: Db, decoded: Sequence[Decoded]) -> dict[parking.Key, UUID]:
        return {} if self.unknown else await parking.parked_among(db, keys_of(decoded))


async def lock(db: Db, stream: str, epochs: Mapping[int, int], decoded: Sequence[Decoded], *, sure_ids: bool) -> Locked:
    """Lock the partitions of *epochs* in their order. Raises ``Fenced``.

    *sure_ids*: every one of *decoded* bears the id by which the inbox would know it.
    """
    keys = list(dict.fromkeys(keys_of(decoded))) if len(decoded) <= SMALL else []
    rows = await db.fetch(_LOCK, list(epochs), list(epochs.values()), list(map(id_of, decoded)), *columns(keys, 2))
    if len(rows) != len(epochs):
        raise Fenced(f"partitions {sorted(set(epochs) - {row['id'] for row in rows})} of {stream}")
    as_seen = all(row["as_seen"] for row in rows)
    found = {(merchant, id_): (version, hash_) for merchant, id_, version, hash_ in rows[0]["heads"] or ()}
    return Locked(
        applied={row["id"]: row["cmd_seq"] for row in rows},
        places={row["id"]: Place(row["pos"], row["head"]) for row in rows},
        created={row["id"]: row["stream_created"] for row in rows},
        now=rows[0]["now"],
        unknown=as_seen and sure_ids and not rows[0]["to_look_up"],
        heads={key: found.get(key) for key in keys} if as_seen else {},
    )
