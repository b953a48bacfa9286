"""Alarms: something that should not be, said once, kept in a row until somebody or something clears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid5

from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.logging import get_logger

log = get_logger(__name__)

AlarmName = Literal[
    "command_parked",  # a command failed with a bug and waits for an operator
    "event_parked",  # an event could not be applied and waits for an operator
    "command_stream_changed",  # the command stream is not the one the cursor belongs to
    "cursor_moved",  # somebody has moved a cursor; it was put back to where its reader had left it
    "event_stream_changed",  # an event stream was recreated or restored
    "event_stream_recreated",  # our own event stream is new: everything is published again
    "stream_ahead_of_log",  # the stream has events the database lost: a restore, an operator decides
    "replay_differs",  # applied again, the commands do not lead to what was published: an operator decides
    "events_fetched_from_log",  # the stream skipped events; they came from the owner's log
    "commands_missing",  # messages left the command stream by another way than the janitor
    "purge_without_inbox",  # the janitor found commands that nobody answered, and left them alone
    "delivery_bug",  # a channel failed with a bug
    "delivery_dead",  # a delivery will not be tried again by itself
    "delivery_in_doubt",  # a mail may or may not have arrived
    "delivery_not_found",  # what a delivery needs was not found, which is our fault
    "seal_overdue",  # no day of the log was sealed for more than 26 hours
    "seal_not_kept",  # a seal could not be written where the database's operator cannot rewrite it
    "part_silent",  # a part of a process has stopped, though the process goes on
]

_ALARMS = UUID("5b0a7a3e-0000-4000-8000-000000000005")
_RAISE = """
INSERT INTO alarm (id, name, detail, raised_at) VALUES ($1, $2, $3, stampbook_now())
ON CONFLICT (id) DO UPDATE SET detail = excluded.detail, raised_at = CASE WHEN alarm.cleared_at IS NULL
  THEN alarm.raised_at ELSE excluded.raised_at END, cleared_at = NULL
"""
_SETTLED = "UPDATE alarm SET cleared_at = stampbook_now() WHERE id = ANY($1::uuid[]) AND cleared_at IS NULL"
_CLEAR = "UPDATE alarm SET cleared_at = stampbook_now() WHERE name = $1 AND cleared_at IS NULL"
_OPEN = "SELECT name, detail, raised_at FROM alarm WHERE cleared_at IS NULL ORDER BY raised_at"

_SAME = ("stream", "partition", "type", "cause", "channel", "kind", "delivery_id", "how", "gap", "part", "instance")


@dataclass(frozen=True, slots=True)
class Alarms:
    """The same alarm about the same thing is one row, however often it is raised.

    Without a *pool* (the gateway has no schema) it stands in the log alone.
    """

    pool: Any

    async def raise_(self, name: AlarmName, **detail: str | int) -> None:
        """Say it in the log at once, and keep it; a database that is away must not silence it."""
        log.error("alarm.raised", alarm=name, **detail)
        if self.pool is None:
            return
        try:
            await self.pool.execute(_RAISE, _id(name, _about(detail)), name, detail)
        except DATABASE_GONE as gone:
            log.warning("alarm.not_kept", alarm=name, reason=type(gone).__name__)

    async def delivery_ended(self, delivery_id: UUID) -> None:
        """What was alarming about a delivery on its way is over; that one died stays until somebody has seen it."""
        while_it_lasts: tuple[AlarmName, ...] = ("delivery_in_doubt", "delivery_not_found")
        await self.pool.execute(_SETTLED, [_id(name, str(delivery_id)) for name in while_it_lasts])

    async def settled(self, name: AlarmName, **about: str | int) -> None:
        """The alarm about exactly this is over."""
        if self.pool is not None:
            await self.pool.execute(_SETTLED, [_id(name, _about(about))])

    async def clear(self, name: AlarmName) -> None:
        await self.pool.execute(_CLEAR, name)

    async def open(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(_OPEN)]


def _about(detail: Mapping[str, str | int]) -> str:
    if "delivery_id" in detail:
        return str(detail["delivery_id"])
    return "/".join(f"{key}={detail[key]}" for key in _SAME if key in detail)


def _id(name: AlarmName, about: str) -> UUID:
    return uuid5(_ALARMS, f"{name}/{about}")
