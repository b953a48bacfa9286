"""Old shapes of an event become the newest one before any reader sees them.

An upcaster is a pure function from the decoded data of one tag to (newer tag, newer data); it may be chained.
There are none yet: version 1 is the newest of every type. The hash covers the bytes as they were recorded.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampbook_events.registry import event_type

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

UPCASTERS: Mapping[str, Upcaster] = {}


def decode_event(tag: str, data: bytes | msgspec.Raw, upcasters: Mapping[str, Upcaster] = UPCASTERS) -> msgspec.Struct:
    """The event in its newest shape.

    Raises ``UnknownType`` for a tag nobody knows and ``msgspec.DecodeError`` for data that does not fit it.
    """
    if tag not in upcasters:
        return msgspec.json.decode(data, type=event_type(tag))
    fields: dict[str, Any] = msgspec.json.decode(data)
    while tag in upcasters:
        tag, fields = upcasters[tag](fields)
    return msgspec.convert(fields | {"type": tag}, type=event_type(tag))
