"""A loop whose time stands still while anything can run and jumps to the next timer when nothing can."""

from __future__ import annotations

import asyncio
import contextvars
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

BEGAN_AT = datetime(2026, 6, 1, 23, 59, 56, tzinfo=UTC)
"""Every story goes through a midnight, at which its logs are sealed."""


class Stalled(RuntimeError):
    """Nothing can run and no timer is set: whatever is awaited will never come."""


class _Handle(asyncio.Handle):
    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: Any, context: contextvars.Context | None) -> None:
        self._callback, self._args, self._loop = callback, args, loop
        self._context = context if context is not None else contextvars.copy_context()
        self._cancelled, self._repr, self._source_traceback = False, None, None


class _Timer(asyncio.TimerHandle):
    __slots__ = ()

    def __init__(self, when: float, callback: Any, args: Any, loop: Any, context: contextvars.Context | None) -> None:
        self._when, self._scheduled = when, True
        _Handle.__init__(self, callback, args, loop, context)  # type: ignore[arg-type]


class BareLoop(asyncio.SelectorEventLoop):
    """What a loop of asyncio does at each turn, and nothing else: most of a story's time goes into turns."""

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self._timers: list[tuple[float, int, _Timer]] = []
        self._number = count()

    def wait(self, until: float | None) -> None:
        """Nothing can run before *until*, when the next timer is due."""
        raise NotImplementedError

    def call_soon(self, callback: Any, *args: Any, context: contextvars.Context | None = None) -> asyncio.Handle:
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        timer = _Timer(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._number), timer))
        return timer

    def _timer_handle_cancelled(self, _: asyncio.TimerHandle) -> None:
        """It is passed over when its time has come."""

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers  # type: ignore[attr-defined]
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)
        if not ready:
            self.wait(timers[0][0] if timers else None)
        now = self.time() + 1e-7  # a timer that is due by rounding is due
        while timers and timers[0][0] <= now:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()


class VirtualLoop(BareLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def wait(self, until: float | None) -> None:
        if until is None:
            raise Stalled
        self._now = max(self._now, until)

    def time(self) -> float:
        return self._now

    def now(self) -> datetime:
        return BEGAN_AT + timedelta(seconds=self._now)


@contextmanager
def virtual_loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    try:
        yield loop
    finally:
        loop.close()
