"""Events that cannot go on: each is put aside as a dead letter, and what follows on the same aggregate waits behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from stampbook_messaging import dead_letters, parking
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.event_reading import EventRead

Db = Any


def letter_of(
    stream: str, one: EventRead, parked: dict[parking.Key, UUID], bug: Exception | None
) -> dead_letters.DeadLetter | None:
    """None for an event that goes on."""
    cause, error = "", ""
    if one.trouble:
        cause, error = ("unknown_type" if one.trouble == "unknown type" else "undecodable"), one.trouble
    elif bug is not None:
        cause, error = f"bug:{type(bug).__name__}", parking.where(bug)
    elif one.envelope is not None and (one.envelope.merchant, one.envelope.aggregate) in parked:
        cause = "behind_parked"
        error = str(parked[one.envelope.merchant, one.envelope.aggregate])
    if not cause:
        return None
    envelope = one.envelope
    return parking.parked_event(
        stream,
        one.item,
        type_=envelope.type if envelope else "",
        merchant=envelope.merchant if envelope else None,
        key=envelope.aggregate if envelope else None,
        cause=cause,
        error=error,
    )


async def put_aside(
    db: Db, alarms: Alarms, one: EventRead, letter: dead_letters.DeadLetter, parked: dict[parking.Key, UUID]
) -> None:
    """*parked* learns of it too: what follows on the same aggregate may be in the same batch."""
    await dead_letters.insert(db, [letter])
    if one.envelope is not None and letter.cause != "behind_parked":
        await parking.park(db, one.envelope.merchant, [one.envelope.aggregate], letter.id)
        parked.setdefault((one.envelope.merchant, one.envelope.aggregate), letter.id)
    await alarms.raise_("event_parked", stream=letter.stream, type=letter.type, cause=letter.cause)
