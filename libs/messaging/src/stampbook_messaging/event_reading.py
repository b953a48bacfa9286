"""From a message on an event stream to what a consumer reads of it, or to the reason why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from stampbook_events import EventEnvelope, UnknownType
from stampbook_events.upcasters import decode_event
from stampbook_messaging.intake import Item
from stampbook_messaging.messages import Recorded
from stampbook_messaging.publishing import HASH

_envelopes = msgspec.json.Decoder(EventEnvelope)


class Place(msgspec.Struct):
    """Where an event lies in its owner's log."""

    partition: int
    position: int


def place_of(body: bytes) -> Place | None:
    """None for bytes that are no event."""
    try:
        return msgspec.json.decode(body, type=Place)
    except msgspec.MsgspecError:
        return None


@dataclass(slots=True)
class EventRead:
    """One event of a batch: what it is, or why it cannot be read."""

    item: Item
    envelope: EventEnvelope | None
    recorded: Recorded | None
    trouble: str = ""


def read(item: Item) -> EventRead:
    try:
        envelope = _envelopes.decode(item.data)
    except msgspec.MsgspecError as reason:
        return EventRead(item, None, None, f"no envelope: {reason}")
    try:
        event = decode_event(envelope.type, envelope.data)
    except UnknownType:
        return EventRead(item, envelope, None, "unknown type")
    except msgspec.MsgspecError as reason:
        return EventRead(item, envelope, None, f"no {envelope.type}: {reason}")
    recorded = Recorded(
        envelope=envelope,
        event=event,
        hash=bytes.fromhex(item.headers.get(HASH, "")),
        stream_seq=item.seq,
        traceparent=item.headers.get("traceparent"),
    )
    return EventRead(item, envelope, recorded)
