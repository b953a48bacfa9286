"""A whole Stampbook of a test file's own: what happens to it is no other test's business."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import Declaration, stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.platform import Platform

RECOVERY_SECONDS = 90.0


@asynccontextmanager
async def own_stack(folder: Path, declaration: Declaration | None = None) -> AsyncIterator[Platform]:
    directory = DataDirectory(folder / "data")
    async with stack(directory, declaration=declaration, report=print) as running, client() as http:
        attached = attach(directory)
        keys = keep_keys(directory)
        await seed(http, attached, keys)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keys)


async def rows(platform: Platform, service: str, sql: str, *values: object) -> Sequence[Any]:
    """What a service's own tables say."""
    db = await asyncpg.connect(platform.attached.dsn(service), server_settings={"search_path": service})
    try:
        found: Sequence[Any] = await db.fetch(sql, *values)
        return found
    finally:
        await db.close()


async def sound(platform: Platform) -> None:
    """Every process is ready again and the audit finds nothing."""

    async def ready() -> bool | None:
        return True if platform.running.status()["ok"] else None

    async def clean() -> bool | None:
        return True if await platform.audit() == [] else None

    try:
        await until(ready, within_seconds=RECOVERY_SECONDS, what="every process ready")
        await until(clean, within_seconds=RECOVERY_SECONDS, what="a clean audit")
    except Exception:
        unready = [one for one in platform.running.status()["services"] if not one["ready"]]
        print("not sound:", unready, await platform.audit())
        raise
