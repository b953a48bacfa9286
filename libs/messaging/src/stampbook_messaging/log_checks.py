"""Whether a log is whole: gapless, hashed, equal to its stream, and every command in it answered once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import GENESIS, hash_of, running_head
from stampbook_events.registry import EVENTS
from stampbook_events.routing import CONSUMERS, demands_of
from stampbook_events.subjects import command_stream, event_stream
from stampbook_messaging.publishing import HASH
from stampbook_messaging.scanning import scan

PAGE = 5000
SHOWN = 20


class Check(msgspec.Struct, kw_only=True):
    """*counted* is what was looked at, *found* what is wrong, at most ``SHOWN`` of it, each in words."""

    name: str
    counted: int = 0
    found: list[str] = []
    wrong: int = 0

    @property
    def ok(self) -> bool:
        return self.wrong == 0

    def blame(self, what: str) -> None:
        self.wrong += 1
        if len(self.found) < SHOWN:
            self.found.append(what)


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
            last[event["merchant"], event["aggregate"]] = (event["version"], event["hash"])
            head = running_head(head, pos, event["hash"])
        if pos != row["pos"]:
            gapless.blame(f"{service} partition {row['id']}: the row says {row['pos']}, the log ends at {pos}")
        if head != row["head"]:
            hashes.blame(f"{service} partition {row['id']}: the running head differs")
    hashes.counted = gapless.counted
    await _check_heads(db, service, last, gapless)
    return [gapless, hashes]


async def _check_heads(db: Any, service: str, last: dict[tuple[UUID, UUID], tuple[int, bytes]], gapless: Check) -> None:
    rows = await db.fetch("SELECT merchant, id, version, hash FROM aggregate")
    if len(rows) != len(last):
        gapless.blame(f"{service}: {len(rows)} aggregate rows for {len(last)} aggregates in the log")
    for row in rows:
        if last.get((row["merchant"], row["id"])) != (row["version"], row["hash"]):
            gapless.blame(f"{service} aggregate {row['id']}: its row differs from the log")


async def check_stream(db: Any, bus: Any, service: str) -> Check:
    """The event stream holds the log's events, in its order and with its hashes, up to what is still to be relayed."""
    check = Check(name=f"{service}.stream_equals_log")
    at: dict[int, int] = {}
    logged: dict[int, dict[int, bytes]] = {}
    for partition in range(16):
        logged[partition] = {event["pos"]: event["hash"] async for event in log_of(db, partition)}
    async for item in scan(bus, event_stream(service)):
        check.counted += 1
        place = msgspec.json.decode(item.data, type=_Place)
        if place.position != at.get(place.partition, place.position - 1) + 1:
            check.blame(f"{service} stream {item.seq}: position {place.position} after {at.get(place.partition)}")
        at[place.partition] = place.position
        found = logged[place.partition].get(place.position)
        if found is None or found.hex() != item.headers.get(HASH):
            check.blame(f"{service} stream {item.seq}: not the event of the log at {place.partition}/{place.position}")
    for partition, events in logged.items():
        if events and at.get(partition) != max(events):
            check.blame(
                f"{service} partition {partition}: the stream ends at {at.get(partition)}, the log at {max(events)}"
            )
    return check


class _Place(msgspec.Struct):
    partition: int
    position: int


async def check_commands(db: Any, bus: Any, service: str) -> Check:
    """Every command on the stream has its one inbox row."""
    check = Check(name=f"{service}.commands_answered_once")
    known = {row["command_id"]: row["status"] for row in await db.fetch("SELECT command_id, status FROM inbox")}
    by_seq = {row["cmd_seq"] for row in await db.fetch("SELECT cmd_seq FROM inbox UNION SELECT cmd_seq FROM replayed")}
    async for item in scan(bus, command_stream(service)):
        check.counted += 1
        message_id = item.headers.get("Nats-Msg-Id", "")
        answered = item.seq in by_seq or (_is_uuid(message_id) and UUID(message_id) in known)
        if not answered:
            check.blame(f"{service} command {item.seq} {message_id}: on the stream without an inbox row")
    return check


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def check_completeness(owner_db: Any, consumer_db: Any, owner: str, consumer: str) -> Check:
    """Every event of *owner* that demands a delivery of *consumer* has exactly one per demand, ended or on its way."""
    check = Check(name=f"{consumer}.deliveries_for_{owner}_complete")
    demanding = {tag: demands_of(kind, consumer) for tag, kind in EVENTS.items()}
    wanted = {tag: demands for tag, demands in demanding.items() if demands and tag.startswith(f"{owner}.")}
    passes = [tag for tag, demands in wanted.items() if all(demand.startswith("pass:") for demand in demands)]
    rows = await consumer_db.fetch(
        "SELECT event_id, channel || ':' || kind AS demand, count(*) AS n FROM delivery WHERE consumer = $1 GROUP BY 1, 2",
        consumer,
    )
    have = {(row["event_id"], row["demand"]): row["n"] for row in rows}
    events = await owner_db.fetch("SELECT id, type FROM event WHERE type = ANY($1::text[])", list(wanted))
    for event in events:
        if event["type"] in passes:
            continue  # Passes are level-triggered: the wallet's own check compares versions.
        for demand in wanted[event["type"]]:
            if demand.startswith("pass:"):
                continue
            check.counted += 1
            if have.get((event["id"], demand), 0) != 1:
                check.blame(
                    f"{owner} event {event['id']} {event['type']}: {have.get((event['id'], demand), 0)} × {demand}"
                )
    return check


async def check_ends(db: Any, service: str) -> list[Check]:
    """No delivery is dead, in doubt or past its deadline; no dead letter and no alarm is open."""
    ended = Check(name=f"{service}.deliveries_end")
    for row in await db.fetch(
        "SELECT state, channel, kind, count(*) AS n, count(*) FILTER (WHERE state IN ('dead', 'unknown') OR "
        "(state NOT IN ('sent', 'suppressed', 'dead', 'unknown') AND deadline < stampbook_now())) AS wrong "
        "FROM delivery GROUP BY 1, 2, 3"
    ):
        ended.counted += row["n"]
        if row["wrong"]:
            ended.blame(f"{service}: {row['wrong']} {row['channel']}:{row['kind']} {row['state']}")
    letters = Check(name=f"{service}.no_dead_letters")
    for row in await db.fetch("SELECT state, cause, count(*) AS n FROM dead_letter GROUP BY 1, 2"):
        letters.counted += row["n"]
        if row["state"] in {"open", "waiting"}:
            letters.blame(f"{service}: {row['n']} {row['state']} because of {row['cause']}")
    alarms = Check(name=f"{service}.no_open_alarm")
    for row in await db.fetch("SELECT name, detail FROM alarm WHERE cleared_at IS NULL"):
        alarms.counted += 1
        alarms.blame(f"{service}: {row['name']} {row['detail']}")
    return [ended, letters, alarms]


CONSUMED = [(consumer, owner) for consumer, owners in CONSUMERS.items() for owner in owners]
