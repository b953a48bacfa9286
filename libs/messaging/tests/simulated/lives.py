"""The life of one simulated process: its tasks, its sudden death, and the places where luck is drawn."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from virtual_time import VirtualLoop

_alive: contextvars.ContextVar[Life | None] = contextvars.ContextVar("alive", default=None)


@dataclass(slots=True)
class Luck:
    """How a seed treats everybody: a chance for each kind of mishap at each step, in peace none.

    *asleep*: not yet. *mishaps* counts what befell anybody.
    """

    random: Random
    death: float = 0.0
    cut: float = 0.0
    lost: float = 0.0
    twice: float = 0.0
    stale: float = 0.0
    pause: float = 0.0
    slow: float = 0.02
    trail: list[str] = field(default_factory=list)
    asleep: bool = False
    mishaps: int = 0

    def strikes(self, chance: float) -> bool:
        if self.asleep or chance <= 0 or self.random.random() >= chance:
            return False
        self.mishaps += 1
        return True

    def latency(self) -> float:
        mean = 0.05 if self.slow and self.random.random() < self.slow else 0.0008
        return min(self.random.expovariate(1 / mean), 2.0)

    def peace(self) -> None:
        self.death = self.cut = self.lost = self.twice = self.stale = self.pause = 0.0


@dataclass(eq=False)
class Life:
    """*on_death* is told once, with what the process held taken from it."""

    name: str
    loop: VirtualLoop
    luck: Luck
    skew_seconds: float = 0.0
    dead: bool = False
    mortal: bool = True
    paused_until: float = 0.0
    on_death: list[Callable[[], None]] = field(default_factory=list)
    tasks: dict[asyncio.Task[Any], None] = field(default_factory=dict)

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this process; whatever it starts belongs to the process too."""
        context = contextvars.copy_context()
        context.run(_alive.set, self)
        return self.loop.create_task(work, context=context)

    def end(self) -> None:
        """As a power cut: nothing more is done, not even what ``finally`` would do."""
        if self.dead:
            return
        self.dead = True
        self.luck.trail.append(f"{self.name} dies")
        for told in self.on_death:
            told()
        for task in list(self.tasks):
            task.cancel()

    async def step(self, what: str) -> None:
        """Before anything that leaves the process: it may take time, stand still or be the last thing."""
        self.must_live()
        self.luck.trail.append(f"{self.loop.time():.3f} {self.name} {what}")
        if self.mortal and self.luck.strikes(self.luck.death):
            self.end()
        elif self.mortal and self.luck.strikes(self.luck.pause):
            self.paused_until = self.loop.time() + self.luck.random.uniform(1.0, 16.0)
            self.luck.trail.append(f"{self.name} stands still")
        await asyncio.sleep(self.luck.latency())
        while self.paused_until > self.loop.time():
            await asyncio.sleep(self.paused_until - self.loop.time())
        self.must_live()

    def must_live(self) -> None:
        if self.dead:
            raise asyncio.CancelledError(f"{self.name} is dead")

    def now(self) -> datetime:
        return self.loop.now() + timedelta(seconds=self.skew_seconds)

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        """At least so long; a busy machine wakes nobody on the dot."""
        await asyncio.sleep(seconds * self.luck.random.uniform(1, 8) if seconds < 0.1 else seconds)
        while self.paused_until > self.loop.time():
            await asyncio.sleep(self.paused_until - self.loop.time())
        self.must_live()


def belonging(loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
    """The loop's task factory: a task lives and dies with the process that started it."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
    context = more.get("context")
    life = context.get(_alive) if context is not None else _alive.get()
    if life is not None:
        life.tasks[task] = None
        task.add_done_callback(lambda done: life.tasks.pop(done, None))
        if life.dead:
            task.cancel()
    return task
