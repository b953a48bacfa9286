"""What every service tells about its own log: a command's end, a range of events, how far it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from stampbook_events.subjects import partition_of
from stampbook_messaging import inbox
from stampbook_messaging.commands import AskCommand, CommandResult
from stampbook_messaging.event_store import Row
from stampbook_messaging.intake import Item
from stampbook_messaging.publishing import headers_of, subject_of
from stampbook_messaging.queries import Queries

PAGE = 500

_RANGE = """
SELECT partition, pos, id, merchant, aggregate, version, type, recorded_at, command_id, cmd_seq, body, hash, traceparent
FROM event WHERE partition = $1 AND pos > $2 AND pos < $3 ORDER BY pos LIMIT $4
"""

Handler = Callable[[Any], Awaitable[msgspec.Struct]]


class AskEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one partition with after < position < before; at most *limit*."""

    partition: int
    after: int
    before: int
    limit: int = PAGE


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True):
    subject: str
    headers: dict[str, str]
    body: bytes
    pos: int


class Events(msgspec.Struct, frozen=True, kw_only=True):
    events: list[LoggedEvent]


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """A request that needs no words."""


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    """Per partition the last recorded position."""

    positions: dict[int, int]


def log_answers(pool: Any) -> Mapping[str, tuple[type[msgspec.Struct], Handler]]:
    """The standard queries on the log behind *pool*."""

    async def command(request: AskCommand) -> CommandResult:
        found = (await inbox.known(pool, [request.command_id])).get(request.command_id)
        if found is not None and found.merchant != request.merchant:
            return CommandResult()  # A stranger's command does not exist for this tenant.
        if found is not None:
            return CommandResult(answer=found.answer, fingerprint=found.fingerprint)
        if request.seq is None:
            return CommandResult()
        at = await pool.fetchval("SELECT cmd_seq FROM partition WHERE id = $1", partition_of(request.merchant))
        return CommandResult(lost=at is not None and at >= request.seq)

    async def events(request: AskEvents) -> Events:
        rows = await pool.fetch(_RANGE, request.partition, request.after, request.before, min(request.limit, PAGE))
        return Events(events=[_logged(Row(*row.values())) for row in rows])

    async def positions(_: Nothing) -> Positions:
        rows = await pool.fetch("SELECT id, pos FROM partition ORDER BY id")
        return Positions(positions={row["id"]: row["pos"] for row in rows})

    return {"command": (AskCommand, command), "events": (AskEvents, events), "positions": (Nothing, positions)}


def _logged(row: Row) -> LoggedEvent:
    return LoggedEvent(subject=subject_of(row), headers=headers_of(row), body=row.body, pos=row.pos)


@dataclass(frozen=True, slots=True)
class QueriedLog:
    """The owner's log, asked over the bus."""

    queries: Queries

    async def events(self, owner: str, partition: int, after: int, before: int) -> list[Item]:
        found: list[Item] = []
        while after + 1 < before:
            page = await self.queries.ask(
                owner, "events", AskEvents(partition=partition, after=after, before=before), Events
            )
            if not page.events:
                break
            found.extend(_item(partition, event) for event in page.events)
            after = page.events[-1].pos
        return found


def _item(partition: int, event: LoggedEvent) -> Item:
    recorded_at = msgspec.json.decode(event.body, type=_RecordedAt).recorded_at
    return Item(partition, 0, recorded_at, event.subject, event.body, event.headers)


class _RecordedAt(msgspec.Struct):
    recorded_at: datetime
