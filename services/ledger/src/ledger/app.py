"""The one place that puts the ledger together."""

from __future__ import annotations

from ledger.commands import LedgerCommands
from ledger.consumer import EnrollmentEvents
from ledger.queries import answers
from ledger.scheduling import schedule
from ledger.scheduling.schedule import Schedule
from ledger.settings import Settings
from ledger.store import logs, reading, statements
from stampbook_messaging.service import Runtime, Service


async def build(settings: Settings, runtime: Runtime) -> Service:  # noqa: ARG001  every service is built alike
    """The policies' channel is not named here: messaging brings the one for commands itself."""
    return Service(
        package="ledger",
        deciding=LedgerCommands(),
        reacting=EnrollmentEvents(),
        answers=answers(runtime.pool, runtime.clock),
        background={"schedule": Schedule(runtime.pool, runtime.commands, runtime.clock).run},
        statements=(*schedule.ALL, *statements.ALL, *reading.ALL, *logs.ALL),
    )
