"""The end of a process: parts that hang are ended where they stand, so that the partitions are handed over all the same."""

import asyncio

from stampbook_messaging.rooms import _rest


class Part:
    def __init__(self) -> None:
        self.stopping = asyncio.Event()

    def stop(self) -> None:
        self.stopping.set()

    async def run(self) -> str:
        await self.stopping.wait()
        return "rested"


class Hanging(Part):
    async def run(self) -> str:
        await asyncio.Event().wait()
        return "never"


async def test_parts_come_to_rest() -> None:
    part = Part()
    task = asyncio.create_task(part.run())
    await _rest([part], [task])
    assert task.result() == "rested"


async def test_a_part_that_hangs_holds_up_nobody() -> None:
    part, hanging = Part(), Hanging()
    tasks = [asyncio.create_task(one.run()) for one in (part, hanging)]
    await _rest([part, hanging], tasks, seconds=0.2)
    assert tasks[0].result() == "rested"
    assert tasks[1].cancelled()


async def test_nothing_to_end_is_no_wait() -> None:
    await _rest([], [])
