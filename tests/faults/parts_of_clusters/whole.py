"""A whole Stampbook of a test module's own: what happens to it is no other test's business."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.services import declare_steps
from stampbook_cli.embedded.stack import Declaration, stack
from stampbook_cli.journeys.doors import Doors, client
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.platform import Platform


@asynccontextmanager
async def whole(directory: DataDirectory, declaration: Declaration | None = None) -> AsyncIterator[Platform]:
    async with stack(directory, declaration=declaration) as running, client() as http:
        attached, keys = attach(directory), keep_keys(directory)
        await seed(http, attached, keys)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keys)


def reconcile_streams(platform: Platform) -> None:
    """Make what is missing, as the program does that alone may."""
    step = declare_steps(platform.running.parts)[0]
    done = subprocess.run(step.command, env=dict(step.environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
