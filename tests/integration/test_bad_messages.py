"""What is no message of ours, put on the bus: shown to operators, skipped by nobody, in nobody's way."""

from uuid import UUID, uuid4

import asyncpg
import msgspec

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import FASHION
from stampbook_messaging.bus import NatsBus
from tests.platform import Platform

RUBBISH = b'{"id": 1, "this is": "no envelope"'
UNKNOWN = {
    "id": None,
    "type": "ledger.melt_card.v9",
    "merchant": str(FASHION),
    "actor": {"kind": "service", "id": "test"},
    "correlation": str(uuid4()),
    "fingerprint": "",
    "data": {"type": "ledger.melt_card.v9"},
}


async def send(platform: Platform, subject: str, body: bytes, message_id: UUID) -> None:
    bus = await NatsBus.connect(
        platform.attached.nats_url,
        seed_file=str(platform.attached.seed_file("gateway")),
        identity="gateway",
        server_name=platform.attached.nats_server_name,
    )
    await bus.publish_stored(subject, body, {"Nats-Msg-Id": str(message_id)})
    await bus.close()


async def letters(platform: Platform, cause: str, body: bytes) -> int:
    db = await asyncpg.connect(platform.attached.dsn("ledger"))
    try:
        return await db.fetchval("SELECT count(*) FROM ledger.dead_letter WHERE cause = $1 AND body = $2", cause, body)
    finally:
        await db.close()


async def set_right(platform: Platform) -> None:
    """As an operator would who has looked at them: this platform is shared with other tests."""
    db = await asyncpg.connect(platform.attached.dsn("ledger"))
    await db.execute("UPDATE ledger.dead_letter SET state = 'resolved', resolved_by = 'test'")
    await db.execute("UPDATE ledger.alarm SET cleared_at = ledger.stampbook_now() WHERE cleared_at IS NULL")
    await db.close()


async def buried(platform: Platform, subject: str, body: bytes) -> str:
    """The cause under which *body* is among the dead letters, once it is."""
    await send(platform, subject, body, uuid4())

    async def look() -> str | None:
        for cause in ("undecodable", "unknown_type", "unknown type"):
            if await letters(platform, cause, body):
                return cause
        return None

    try:
        return await until(look, within_seconds=10, what="a dead letter")
    finally:
        await set_right(platform)


async def test_rubbish_is_buried_and_the_next_command_goes_through(platform: Platform) -> None:
    assert await buried(platform, f"cmd.ledger.{FASHION}.earn_points", RUBBISH) == "undecodable"
    email = platform.new_address()
    assert (await platform.join(email)).status_code == 303
    await until(lambda: platform.card_of(email), within_seconds=10, what="a card")
    assert await platform.audit() == []


async def test_an_unknown_type_is_buried_and_not_acknowledged_away(platform: Platform) -> None:
    body = msgspec.json.encode({**UNKNOWN, "id": str(uuid4())})
    assert await buried(platform, f"cmd.ledger.{FASHION}.melt_card", body) in {"undecodable", "unknown_type"}
    assert await platform.audit() == []
