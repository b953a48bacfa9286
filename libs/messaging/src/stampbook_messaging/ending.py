"""How tasks are ended for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

_AGAIN_SECONDS = 0.5


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel *tasks* until each has ended, however it does.

    Once is not enough: `asyncio.wait_for` of Python 3.11, which the clients of NATS and PostgreSQL use, passes over a
    cancellation that comes together with the result it waits for, and the task goes on as if nobody had said a word.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_AGAIN_SECONDS)
