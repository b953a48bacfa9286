"""Declaring that the embedded database was put back to an older state."""

from __future__ import annotations

from stampbook_cli.auditing.audit import reaching
from stampbook_cli.auditing.evidence import StandIns
from stampbook_cli.embedded.attached import Attached
from stampbook_events.subjects import SERVICES
from stampbook_messaging import restoring


async def declare_restored(attached: Attached) -> dict[str, int]:
    """Declare it for every service at once, if any is behind; returns how many partitions of each are."""
    async with reaching(
        nats_url=attached.nats_url,
        seed=str(attached.seed_file("operator")),
        server_name=attached.nats_server_name,
        dsns={service: attached.dsn(service) for service in SERVICES},
        stand_ins=StandIns(),
    ) as parts:
        behind = {service: await restoring.look(parts.bus, parts.pools[service], service) for service in SERVICES}
        if any(found.published for found in behind.values()):
            for service, found in behind.items():
                await restoring.declare(parts.pools[service], found)
    return {service: len(found.published) for service, found in behind.items()}
