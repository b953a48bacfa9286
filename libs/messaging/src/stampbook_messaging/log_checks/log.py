"""Whether a log is whole: positions and versions gapless, every hash over its predecessor, heads equal to the rows'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, hash_of, running_head
from stampbook_messaging.log_checks.check import Check

PAGE = 5000

_EVENTS = """
SELECT partition, pos, id, merchant, aggregate, version, type, body, hash FROM event
WHERE partition = $1 AND pos > $2 ORDER BY pos LIMIT $3
"""


async def log_of(db: Any, partition: int) -> AsyncIterator[Any]:
    """The events of one partition in order, page by page."""
    after = 0
    while True:
        rows = await db.fetch(_EVENTS, partition, after, PAGE)
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        after = rows[-1]["pos"]


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


async def check_log(db: Any, service: str) -> list[Check]:
    """Positions and versions gapless, every hash over its predecessor, heads equal to the rows'."""
    gapless = Check(name=f"{service}.positions_and_versions_gapless")
    hashes = Check(name=f"{service}.hashes_whole")
    last: dict[tuple[UUID, UUID], tuple[int, bytes]] = {}
    for row in await db.fetch("SELECT id, pos, head FROM partition ORDER BY id"):
        pos, head = 0, GENESIS
        async for event in log_of(db, row["id"]):
            gapless.counted += 1
            where = f"{service} partition {row['id']} position {event['pos']} event {event['id']}"
            if event["pos"] != pos + 1:
                gapless.blame(f"{where}: follows position {pos}")
            pos = event["pos"]
            version, previous = last.get((event["merchant"], event["aggregate"]), (0, GENESIS))
            if event["version"] != version + 1:
                gapless.blame(f"{where}: version {event['version']} follows {version}")
            if hash_of(previous, event["body"]) != event["hash"]:
                hashes.blame(f"{where}: hash does not cover its bytes and its predecessor")
            for difference in _differences(event):
                gapless.blame(f"{where}: {difference}")
            last[event["merchant"], event["aggregate"]] = (event["version"], event["hash"])
            head = running_head(head, pos, event["hash"])
        if pos != row["pos"]:
            gapless.blame(f"{service} partition {row['id']}: the row says {row['pos']}, the log ends at {pos}")
        if head != row["head"]:
            hashes.blame(f"{service} partition {row['id']}: the running head differs")
    hashes.counted = gapless.counted
    await _check_heads(db, service, last, gapless)
    return [gapless, hashes]


def _differences(event: Any) -> list[str]:
    try:
        said = _said.decode(event["body"])
    except msgspec.MsgspecError:
        return ["its bytes are no event"]
    columns = {"position": "pos"}
    return [
        f"its bytes say {name} {getattr(said, name)}, its row {event[columns.get(name, name)]}"
        for name in said.__struct_fields__
        if getattr(said, name) != event[columns.get(name, name)]
    ]


async def _check_heads(db: Any, service: str, last: dict[tuple[UUID, UUID], tuple[int, bytes]], gapless: Check) -> None:
    rows = await db.fetch("SELECT merchant, id, version, hash FROM aggregate")
    if len(rows) != len(last):
        gapless.blame(f"{service}: {len(rows)} aggregate rows for {len(last)} aggregates in the log")
    for row in rows:
        if last.get((row["merchant"], row["id"])) != (row["version"], row["hash"]):
            gapless.blame(f"{service} aggregate {row['id']}: its row differs from the log")
