"""The bus as one of its identities sees it, and what an operator does with dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg

from stampbook_messaging.bus import NatsBus
from tests.platform import Platform

_RESOLVE = "UPDATE {0}.dead_letter SET state = 'resolved', resolved_by = 'test' WHERE state IN ('open', 'waiting')"
_CLEAR = "UPDATE {0}.alarm SET cleared_at = {0}.stampbook_now() WHERE cleared_at IS NULL"
_FREE = "DELETE FROM {0}.parked_key"


@asynccontextmanager
async def bus_of(platform: Platform, identity: str) -> AsyncIterator[NatsBus]:
    bus = await NatsBus.connect(
        platform.attached.nats_url,
        seed_file=str(platform.attached.seed_file(identity)),
        identity=identity,
        server_name=platform.attached.nats_server_name,
    )
    try:
        yield bus
    finally:
        await bus.close()


async def put(platform: Platform, identity: str, subject: str, body: bytes, message_id: UUID | None = None) -> int:
    """Publish raw bytes; returns the sequence they got."""
    async with bus_of(platform, identity) as bus:
        return (await bus.publish_stored(subject, body, {"Nats-Msg-Id": str(message_id or uuid4())})).seq


async def set_right(platform: Platform, *services: str) -> None:
    """As an operator would who has looked at every dead letter."""
    db = await asyncpg.connect(platform.attached.dsn())
    try:
        for service in services:
            for statement in (_RESOLVE, _CLEAR, _FREE):
                await db.execute(statement.format(service))
    finally:
        await db.close()
