"""Whether an event stream holds its service's log: the same bytes, in the same order, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from stampbook_events.subjects import PARTITIONS, event_stream
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.log import log_of
from stampbook_messaging.publishing import HASH
from stampbook_messaging.scanning import scan

Logged = dict[int, dict[int, tuple[str, bytes]]]
"""By partition and position: the hash as the header tells it, and a digest of the bytes."""


class _Place(msgspec.Struct):
    partition: int
    position: int


async def check_stream(db: Any, bus: Any, service: str) -> Check:
    """The event stream holds the log's events, in its order and with its hashes, up to what is still to be relayed."""
    check = Check(name=f"{service}.stream_equals_log")
    stream = event_stream(service)
    # What a stream's age limit took away begins at its start; where nothing was taken, position 1 comes first.
    whole = (await stream_state(bus, stream)).first_seq <= 1
    logged: Logged = {}
    for partition in range(PARTITIONS):
        logged[partition] = {
            event["pos"]: (event["hash"].hex(), _digest(event["body"])) async for event in log_of(db, partition)
        }
    at: dict[int, int] = dict.fromkeys(logged, 0) if whole else {}
    async for item in scan(bus, stream):
        check.counted += 1
        _compare(check, service, item, at, logged)
    for partition, events in logged.items():
        if events and at.get(partition, 0) != max(events):
            check.blame(
                f"{service} partition {partition}: the stream ends at {at.get(partition) or None},"
                f" the log at {max(events)}"
            )
    return check


def _compare(check: Check, service: str, item: Item, at: dict[int, int], logged: Logged) -> None:
    try:
        place = msgspec.json.decode(item.data, type=_Place)
    except msgspec.MsgspecError:
        check.blame(f"{service} stream {item.seq}: no event of anybody's")
        return
    if place.partition not in logged:
        check.blame(f"{service} stream {item.seq}: there is no partition {place.partition}")
        return
    before = at.get(place.partition, place.position - 1)
    if place.position != before + 1:
        check.blame(f"{service} stream {item.seq}: position {place.position} after {before}")
    at[place.partition] = place.position
    found = logged[place.partition].get(place.position)
    if found != (item.headers.get(HASH), _digest(item.data)):
        check.blame(f"{service} stream {item.seq}: not the event of the log at {place.partition}/{place.position}")


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
