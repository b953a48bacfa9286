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


async def scan(bus: Bus, stream: str, after_seq: int = 0, subject_filter: str = ">") -> AsyncIterator[Item]:
    """Every message of *stream* behind *after_seq* that *subject_filter* fits, up to the last one there is now."""
    name, inbox = f"scan-{uuid4().hex[:12]}", bus.new_inbox()
    arrived: asyncio.Queue[Incoming] = asyncio.Queue()
    subscription = await bus.subscribe(inbox, arrived.put)
    left = await create_reader(bus, stream, name, subject_filter, after_seq + 1)
    try:
        while left:
            request = msgspec.json.encode({"batch": _PAGE, "expires": 2_000_000_000})
            await bus.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}", request, reply=inbox)
            async for item in _page(arrived):
                yield item
                left -= 1
                if not left:
                    break
    finally:
        await subscription.unsubscribe()
        await delete_reader(bus, stream, name)


async def _page(arrived: asyncio.Queue[Incoming]) -> AsyncIterator[Item]:
    for _ in range(_PAGE):
        message = await asyncio.wait_for(arrived.get(), 10)
        if not message.reply.startswith("$JS.ACK"):
            return
        position = position_of(message.reply)
        yield Item(0, position.stream_seq, position.stored_at, message.subject, message.data, message.headers or {})
