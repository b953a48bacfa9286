"""A janitor's process: one sweep over everything that was applied, in the environment of the service it is of."""

import asyncio
import os
from datetime import timedelta

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.database import connect_pool
from stampbook_messaging.janitor import Janitor
from stampbook_messaging.settings import read

SERVICE = "ledger"


async def sweep() -> int:
    settings = read(os.environ, SERVICE, fields={})["messaging"]
    bus = await NatsBus.connect(
        settings.nats_url,
        seed_file=str(settings.nats_seed_file),
        identity=SERVICE,
        server_name=settings.nats_server_name,
    )
    pool = await connect_pool(settings.database_url, SERVICE, size=2)
    janitor = Janitor(
        token=SERVICE,
        pool=pool,
        bus=bus,
        clock=SystemClock(),
        alarms=Alarms(pool),
        failpoints=settings.failpoints,
        keep=timedelta(0),
    )
    gone = await janitor.sweep()
    await bus.close()
    await pool.close()
    return gone


if __name__ == "__main__":
    print(asyncio.run(sweep()))
