"""dead-consumer: nobody noticed a worker that was not running, since nothing lagged where nothing flowed."""

import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from stampbook_cli.auditing.attached import audit_attached
from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.detached import current_status
from stampbook_cli.embedded.stack import RunningStack, stack
from stampbook_cli.journeys.doors import until

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

A_MINUTE = 60
BLOCKED = "consumer.idle=pause:70@10"
"""In each service one consumer stops a few seconds after the start; nobody joins, nothing flows."""


@pytest_asyncio.fixture(scope="module")
async def idle(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STAMPBOOK_FAILPOINTS", BLOCKED)
        async with stack(DataDirectory(tmp_path_factory.mktemp("idle") / "data")) as running:
            yield running


async def details(running: RunningStack, ending: str) -> dict[str, str] | None:
    status = await current_status(running.parts.directory)
    wrong = {entry["name"]: entry["detail"] for entry in status["services"] if not entry["ready"]}
    return wrong if any(ending in detail for detail in wrong.values()) else None


async def alarms(running: RunningStack) -> list[dict[str, Any]] | None:
    db = await asyncpg.connect(attach(running.parts.directory).dsn("notifier"))
    rows = await db.fetch("SELECT detail::text FROM notifier.alarm WHERE name = 'part_silent' AND cleared_at IS NULL")
    await db.close()
    return [row["detail"] for row in rows] or None


async def found(running: RunningStack, check: str) -> list[str] | None:
    document = await audit_attached(attach(running.parts.directory))
    return next(one["found"] for one in document["checks"] if one["name"] == check) or None


async def test_a_consumer_that_stands_still_where_nothing_flows_is_named_within_a_minute(idle: RunningStack) -> None:
    wrong = await until(lambda: details(idle, "consumer of"), within_seconds=A_MINUTE, what="a status that is not well")
    assert "gateway" not in wrong
    said = await until(lambda: alarms(idle), within_seconds=A_MINUTE, what="an alarm")
    assert any("consumer of" in detail for detail in said)
    blamed = await until(lambda: found(idle, "notifier.no_open_alarm"), within_seconds=A_MINUTE, what="a red audit")
    assert any("part_silent" in line for line in blamed)


async def test_a_process_that_is_not_there_shows_in_status_and_audit(idle: RunningStack) -> None:
    [wallet] = [entry for entry in idle.status()["services"] if entry["name"] == "wallet"]
    os.kill(wallet["pid"], signal.SIGSTOP)
    try:
        wrong = await until(lambda: details(idle, "no answer"), within_seconds=A_MINUTE, what="a red status")
        assert "wallet" in wrong
        blamed = await until(lambda: found(idle, "wallet.process_alive"), within_seconds=A_MINUTE, what="a red audit")
        assert blamed == ["wallet: no process has been heard for 10 s or longer"]
    finally:
        os.kill(wallet["pid"], signal.SIGCONT)
