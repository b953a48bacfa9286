"""Whether an event stream holds its service's log: the same bytes, in the same order, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events.subjects import event_stream
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import stream_state
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.finding import Finding
from stampbook_messaging.log_checks.reading import Db, LogBeside, bounds_of
from stampbook_messaging.publishing import HASH
from stampbook_messaging.scanning import scan

_PAUSE_SECONDS = 0.5


class _Place(msgspec.Struct):
    partition: int
    position: int


class _Named(_Place):
    """What an event's bytes call it: where the log has lost it, its name is still here."""

    id: UUID
    merchant: UUID
    aggregate: UUID
    version: int


async def check_stream(db: Db, bus: Any, service: str, *, looks: int = 1) -> Check:
    """The event stream holds the log's events, in its order and with its hashes, up to what is still to be relayed.

    *looks*: so often the end of the stream is looked at for what was on its way to it when this began.
    """
    stream = event_stream(service)
    # What a stream's age limit took away begins at its start; where nothing was taken, position 1 comes first.
    whole = (await stream_state(bus, stream)).first_seq <= 1
    bounds = await bounds_of(db)
    reading = _Reading(
        check=Check(name=f"{service}.stream_equals_log"),
        service=service,
        logs={bound.partition: LogBeside(db, bound.partition) for bound in bounds},
        at={bound.partition: 0 for bound in bounds} if whole else {},
    )
    wanted = {bound.partition: bound.last for bound in bounds if bound.last}
    for look in range(looks):
        if look:
            await asyncio.sleep(_PAUSE_SECONDS)
        async for item in scan(bus, stream, reading.last_seq):
            await reading.take(item)
        if all(reading.at.get(partition, 0) >= last for partition, last in wanted.items()):
            break
    for partition, last in wanted.items():
        if (at := reading.at.get(partition, 0)) < last:
            reading.find(f"the stream ends at {at or None}, the log at {last}", _Place(partition, 0))
    return reading.check


@dataclass(slots=True)
class _Reading:
    """*at*: per partition the last position that the stream has told."""

    check: Check
    service: str
    logs: dict[int, LogBeside]
    at: dict[int, int]
    last_seq: int = 0
    _said: msgspec.json.Decoder[_Place] = field(default_factory=lambda: msgspec.json.Decoder(_Place))

    async def take(self, item: Item) -> None:
        self.check.counted += 1
        self.last_seq = item.seq
        try:
            place = self._said.decode(item.data)
        except msgspec.MsgspecError:
            self.check.blame(f"{self.service} stream {item.seq}: no event of anybody's")
            return
        if place.partition not in self.logs:
            self.check.blame(f"{self.service} stream {item.seq}: there is no partition {place.partition}")
            return
        before = self.at.get(place.partition, place.position - 1)
        if place.position != before + 1:
            self.check.blame(f"{self.service} stream {item.seq}: position {place.position} after {before}")
        self.at[place.partition] = place.position
        found = await self.logs[place.partition].at(place.position)
        if found is None or found["body"] != item.data or found["hash"].hex() != item.headers.get(HASH):
            self._differs(item, place, missing=found is None)

    def _differs(self, item: Item, place: _Place, *, missing: bool) -> None:
        said = f"stream {item.seq}: not the event of the log at {place.partition}/{place.position}"
        try:
            named: _Place = msgspec.json.decode(item.data, type=_Named)
        except msgspec.MsgspecError:
            named = place
        self.find(f"{said}, which has none there" if missing else said, named, place.position)

    def find(self, said: str, named: _Place, position: int | None = None) -> None:
        known = {"merchant": None, "aggregate": None, "version": None, "id": None}
        known |= msgspec.structs.asdict(named)
        self.check.find(
            Finding(
                what="stream_differs",
                service=self.service,
                partition=named.partition,
                position=position,
                event_id=known["id"],
                merchant=known["merchant"],
                aggregate=known["aggregate"],
                version=known["version"],
                said=said,
            )
        )
