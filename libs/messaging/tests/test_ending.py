"""A task that is told to end does, also when the word reaches it together with what it waited for."""

import asyncio

from stampbook_messaging.ending import end


async def test_a_cancellation_that_comes_with_the_result_ends_the_task_all_the_same() -> None:
    answers: list[asyncio.Future[None]] = []

    async def asking() -> None:
        while True:
            answers.append(asyncio.get_running_loop().create_future())
            await asyncio.wait_for(answers[-1], 60)

    task = asyncio.create_task(asking())
    await asyncio.sleep(0)
    answers[0].set_result(None)
    await end([task])
    assert task.cancelled()


async def test_each_is_ended_and_how_it_ends_is_its_own_affair() -> None:
    async def failing() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("on the way out")

    tasks = [
        asyncio.create_task(failing()),
        asyncio.create_task(asyncio.sleep(60)),
        asyncio.create_task(asyncio.sleep(0)),
    ]
    await asyncio.sleep(0.01)
    await end(tasks)
    assert [task.cancelled() for task in tasks] == [False, True, False]
    assert isinstance(tasks[0].exception(), ValueError)
