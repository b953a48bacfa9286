"""Whether every command was answered once, and whether its events are what its answer says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from stampbook_events import ids
from stampbook_events.subjects import command_stream
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.scanning import scan

_TWICE = """
SELECT partition, cmd_seq, array_agg(command_id::text ORDER BY command_id) AS commands FROM inbox
GROUP BY partition, cmd_seq, recorded_at HAVING count(*) > 1
"""
"""One message has one place and one time. A place alone is not enough: a stream made anew counts from one again."""
_EFFECTS = """
SELECT command_id, i.status, convert_from(i.result, 'UTF8')::jsonb ->> 'operation_id' AS operation_id,
       e.ids, e.types
FROM inbox i FULL JOIN (
    SELECT command_id, array_agg(id ORDER BY partition, pos) AS ids, array_agg(type ORDER BY partition, pos) AS types
    FROM event WHERE command_id IS NOT NULL GROUP BY command_id
) e USING (command_id)
"""


async def check_commands(db: Any, bus: Any, service: str) -> Check:
    """Every command on the stream has its one inbox row."""
    check = Check(name=f"{service}.commands_answered_once")
    known = {row["command_id"] for row in await db.fetch("SELECT command_id FROM inbox")}
    placed = {(row["cmd_seq"], row["recorded_at"]) for row in await db.fetch("SELECT cmd_seq, recorded_at FROM inbox")}
    replayed = {row["cmd_seq"] for row in await db.fetch("SELECT cmd_seq FROM replayed")}
    for row in await db.fetch(_TWICE):
        check.blame(
            f"{service} command {row['cmd_seq']}: answered {len(row['commands'])} times: {', '.join(row['commands'])}"
        )
    async for item in scan(bus, command_stream(service)):
        check.counted += 1
        message_id = item.headers.get("Nats-Msg-Id", "")
        answered = (_is_uuid(message_id) and UUID(message_id) in known) or (item.seq, item.recorded_at) in placed
        if not answered and item.seq not in replayed:
            check.blame(f"{service} command {item.seq} {message_id}: on the stream without an inbox row")
    return check


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def check_effects(db: Any, service: str) -> Check:
    """A command's events are the ones its id leads to, each once; a refused one changed nothing.

    An applied command may have no event (it found everything as it was to be), unless its answer names one.
    """
    check = Check(name=f"{service}.commands_have_one_effect")
    for row in await db.fetch(_EFFECTS):
        check.counted += 1
        events, types = row["ids"] or [], row["types"] or []
        who = f"{service} command {row['command_id']}"
        if row["status"] is None:
            check.blame(f"{who}: {len(events)} events, but it was never answered")
        elif row["status"] != "applied" and (changes := [tag for tag in types if not is_refusal(tag)]):
            check.blame(f"{who}: {row['status']}, and yet {', '.join(changes)}")
        for number, event in enumerate(events):
            if event != ids.event_id(row["command_id"], number):
                check.blame(f"{who}: event {event} {types[number]} is not its event number {number}")
        if row["operation_id"] is not None and UUID(row["operation_id"]) not in events:
            check.blame(f"{who}: answered with operation {row['operation_id']}, which is not in the log")
    return check


def is_refusal(tag: str) -> bool:
    """Whether an event only tells that something was refused: ``ledger.earning_refused.v1``."""
    return tag.split(".")[1].endswith("_refused")
