"""Reading a whole stream once, from its first message, for checks and comparisons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec

from stampbook_messaging.bus import Bus, Incoming
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import create_reader, delete_reader, position_of

_PAGE = 500
_AHEAD = 2 * _PAGE
"""So many messages are asked for at a time: the next page is on its way while one is looked at."""
_PATIENCE_SECONDS = 10
_REQUEST = msgspec.json.encode({"batch": _PAGE, "expires": 2_000_000_000})


async def scan(bus: Bus, stream: str, after_seq: int = 0, subject_filter: str = ">") -> AsyncIterator[Item]:
    """Every message of *stream* behind *after_seq* that *subject_filter* fits, up to the last one there is now."""
    name, inbox = f"scan-{uuid4().hex[:12]}", bus.new_inbox()
    arrived: asyncio.Queue[Incoming] = asyncio.Queue()
    subscription = await bus.subscribe(inbox, arrived.put)
    left = await create_reader(bus, stream, name, subject_filter, after_seq + 1)
    asked = 0
    try:
        while left:
            while asked < min(left, _AHEAD):
                await bus.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}", _REQUEST, reply=inbox)
                asked += _PAGE
            message = (
                arrived.get_nowait() if arrived.qsize() else await asyncio.wait_for(arrived.get(), _PATIENCE_SECONDS)
            )
            if not message.reply.startswith("$JS.ACK"):
                asked = 0  # A request has run out before it was answered whole: ask anew.
                continue
            asked, left = asked - 1, left - 1
            position = position_of(message.reply)
            yield Item(0, position.stream_seq, position.stored_at, message.subject, message.data, message.headers or {})
    finally:
        await subscription.unsubscribe()
        await delete_reader(bus, stream, name)
