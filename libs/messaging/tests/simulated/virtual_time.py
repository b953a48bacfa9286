"""A loop whose time stands still while anything can run and jumps to the next timer when nothing can."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

BEGAN_AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Stalled(RuntimeError):
    """Nothing can run and no timer is set: whatever is awaited will never come."""


class _Jumping(selectors.SelectSelector):
    """Waits for nobody: what would be waiting is time passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stalled
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-7  # a timer that is due by rounding is due

    def time(self) -> float:
        return self._jumping.now

    def now(self) -> datetime:
        return BEGAN_AT + timedelta(seconds=self.time())


@contextmanager
def virtual_loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    try:
        yield loop
    finally:
        loop.close()
