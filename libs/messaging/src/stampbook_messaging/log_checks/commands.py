"""Whether every command was answered once, and whether its events are what its answer says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from stampbook_events import ids
from stampbook_events.registry import FALLS_DUE
from stampbook_events.subjects import PARTITIONS, command_stream
from stampbook_messaging.intake import Item
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.cursor import rows
from stampbook_messaging.scanning import scan

AT_ONCE = 1000
"""So many commands of the stream are looked up together."""
_TWICE = """
SELECT partition, cmd_seq, array_agg(command_id::text ORDER BY command_id) AS commands FROM inbox
GROUP BY partition, cmd_seq, recorded_at HAVING count(*) > 1
"""
"""One message has one place and one time. A place alone is not enough: a stream made anew counts from one again."""
_KNOWN = "SELECT command_id FROM inbox WHERE command_id = ANY($1::uuid[])"
_PLACED = """
SELECT cmd_seq, recorded_at FROM inbox WHERE partition = ANY($1::smallint[]) AND cmd_seq = ANY($2::bigint[])
UNION ALL
SELECT cmd_seq, NULL FROM replayed WHERE partition = ANY($1::smallint[]) AND cmd_seq = ANY($2::bigint[])
"""
_EFFECTS = """
SELECT command_id, i.status, convert_from(i.result, 'UTF8')::jsonb ->> 'operation_id' AS operation_id,
       e.ids, e.types
FROM inbox i FULL JOIN (
    SELECT command_id, array_agg(id ORDER BY partition, pos) AS ids, array_agg(type ORDER BY partition, pos) AS types
    FROM event WHERE command_id IS NOT NULL GROUP BY command_id
) e USING (command_id)
"""


async def check_commands(pool: Any, bus: Any, service: str) -> Check:
    """Every command on the stream has its one inbox row."""
    check = Check(name=f"{service}.commands_answered_once")
    async with aclosing(rows(pool, _TWICE)) as doubled:
        async for row in doubled:
            named = ", ".join(row["commands"])
            check.blame(f"{service} command {row['cmd_seq']}: answered {len(row['commands'])} times: {named}")
    items: list[Item] = []
    async for item in scan(bus, command_stream(service)):
        check.counted += 1
        items.append(item)
        if len(items) == AT_ONCE:
            await _look_up(pool, service, items, check)
            items.clear()
    await _look_up(pool, service, items, check)
    return check


async def _look_up(pool: Any, service: str, items: Sequence[Item], check: Check) -> None:
    named = [_id_of(item) for item in items]
    known = {row["command_id"] for row in await pool.fetch(_KNOWN, [id_ for id_ in named if id_ is not None])}
    left = [item for item, id_ in zip(items, named, strict=True) if id_ not in known]
    if not left:
        return
    placed = {
        (row["cmd_seq"], row["recorded_at"])
        for row in await pool.fetch(_PLACED, list(range(PARTITIONS)), [item.seq for item in left])
    }
    for item in left:
        # Without a time: it was only noted that a replay passed over it.
        if (item.seq, item.recorded_at) not in placed and (item.seq, None) not in placed:
            message_id = item.headers.get("Nats-Msg-Id", "")
            check.blame(f"{service} command {item.seq} {message_id}: on the stream without an inbox row")


def _id_of(item: Item) -> UUID | None:
    try:
        return UUID(item.headers.get("Nats-Msg-Id", ""))
    except ValueError:
        return None


async def check_effects(pool: Any, service: str) -> Check:
    """A command's events are the ones its id leads to, each once; a refused one changed nothing.

    An applied command may have no event (it found everything as it was to be), unless its answer names one.
    """
    check = Check(name=f"{service}.commands_have_one_effect")
    async with aclosing(rows(pool, _EFFECTS)) as commands:
        async for row in commands:
            check.counted += 1
            for what in _differences(row):
                check.blame(f"{service} command {row['command_id']}: {what}")
    return check


def _differences(row: Any) -> list[str]:
    found, events, types = [], row["ids"] or [], row["types"] or []
    if row["status"] is None:
        found.append(f"{len(events)} events, but it was never answered")
    elif row["status"] != "applied" and (changes := [tag for tag in types if not _may_stand_beside_a_refusal(tag)]):
        found.append(f"{row['status']}, and yet {', '.join(changes)}")
    for number, event in enumerate(events):
        if event != ids.event_id(row["command_id"], number):
            found.append(f"event {event} {types[number]} is not its event number {number}")
    if row["operation_id"] is not None and UUID(row["operation_id"]) not in events:
        found.append(f"answered with operation {row['operation_id']}, which is not in the log")
    return found


def _may_stand_beside_a_refusal(tag: str) -> bool:
    return tag in FALLS_DUE or tag.split(".")[1].endswith("_refused")
