"""The event stream as a subscriber reads it: what the services told, with who caused it and how value moved."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from stampbook_cli.embedded.attached import Attached
from stampbook_cli.journeys.walk import NotAsPromised
from stampbook_events.subjects import event_stream
from stampbook_messaging.bus import ApiRefused, BusUnavailable, NatsBus, OutcomeUnknown
from stampbook_messaging.jetstream import Stored, next_message, stream_state

READ = ("ledger", "notifier")


@dataclass(frozen=True, slots=True)
class Told:
    """One event: *name* without service and version, *actor* as ``kind:id``."""

    id: str
    name: str
    actor: str
    occurred_at: datetime
    data: dict[str, Any]

    @property
    def lines(self) -> dict[str, dict[str, int]]:
        """Per unit, how much each account changed."""
        return posted([self])


@dataclass(frozen=True, slots=True)
class EventStream:
    """*began*: the sequence of each service's stream from which a journey reads."""

    bus: NatsBus
    began: Mapping[str, int]

    async def told(self, service: str, name: str, merchant: UUID, **about: object) -> list[Told]:
        """The events of that *name* (``>``: of any) whose data say all of *about*, in their order."""
        stream, subject = event_stream(service), f"evt.{service}.*.{merchant}.*.{name}"
        found, seq = [], self.began[service]
        try:
            while (stored := await next_message(self.bus, stream, seq, subject)) is not None:
                found.append(_told(stored))
                seq = stored.seq + 1
        except (BusUnavailable, OutcomeUnknown, ApiRefused) as trouble:
            raise NotAsPromised(f"the event stream does not answer: {trouble}") from None
        return [one for one in found if about.items() <= one.data.items()]


@asynccontextmanager
async def listening(attached: Attached) -> AsyncIterator[EventStream]:
    """What is told from now on. Raises what connecting raises."""
    bus = await NatsBus.connect(
        attached.nats_url,
        seed_file=str(attached.seed_file("operator")),
        identity="operator",
        server_name=attached.nats_server_name,
    )
    try:
        yield EventStream(bus, {name: (await stream_state(bus, event_stream(name))).last_seq + 1 for name in READ})
    finally:
        await bus.close()


def posted(events: Iterable[Told]) -> dict[str, dict[str, int]]:
    """The lines of *events* added up: per unit, what is on each account that is not empty."""
    summed: dict[str, Counter[str]] = {}
    for event in events:
        for line in _lines(event.data):
            summed.setdefault(line["unit"], Counter())[line["account"]] += line["amount"]
    return {unit: {account: sum_ for account, sum_ in found.items() if sum_} for unit, found in summed.items()}


def _lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = (data.get("moves"), data.get("stamping"))
    return [line for part in parts if part for line in part.get("lines", ())]


def _told(stored: Stored) -> Told:
    body = json.loads(stored.data)
    return Told(
        id=body["id"],
        name=body["type"].split(".")[1],
        actor=f"{body['actor']['kind']}:{body['actor']['id']}",
        occurred_at=datetime.fromisoformat(body["occurred_at"]),
        data=body["data"],
    )
