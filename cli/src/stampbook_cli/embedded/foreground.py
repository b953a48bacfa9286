"""Run a stack for some work until the work is done or a signal ends it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.outside import Outside
from stampbook_cli.embedded.processes import Processes
from stampbook_cli.embedded.services import ONE
from stampbook_cli.embedded.stack import Declaration, RunningStack, stack

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Result = TypeVar("Result")


async def run_until_told(
    directory: DataDirectory,
    work: Callable[[RunningStack], Awaitable[Result]],
    *,
    outside: Outside,
    report: Callable[[str], None],
    with_traces: bool = False,
    processes: Processes = ONE,
    declaration: Declaration | None = None,
) -> Result | None:
    """Bring the stack up, do the work, drain, and return the work's result; None if a signal came first."""

    async def working() -> Result:
        async with stack(
            directory,
            outside=outside,
            report=report,
            with_traces=with_traces,
            processes=processes,
            declaration=declaration,
        ) as running:
            return await _work_while_sound(running, work)

    return await _unless_told(asyncio.create_task(working()), report)


async def _unless_told(task: asyncio.Task[Result], report: Callable[[str], None]) -> Result | None:
    """Wait for the task. The first signal lets it drain, the next one does not wait any longer."""
    told = 0

    def tell() -> None:
        nonlocal told
        told += 1
        report("draining; once more ends everything at once" if told == 1 else "ending everything at once")
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, tell)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        return None
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)


async def _work_while_sound(running: RunningStack, work: Callable[[RunningStack], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        return await work(running)

    mine, broken = asyncio.create_task(run()), asyncio.create_task(running.until_broken())
    try:
        await asyncio.wait({mine, broken}, return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            await broken
        return await mine
    finally:
        for task in (mine, broken):
            task.cancel()
        await asyncio.gather(mine, broken, return_exceptions=True)
