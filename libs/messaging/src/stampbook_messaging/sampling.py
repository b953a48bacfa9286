"""Which traces are written: all of them in quiet times, and never so many that they cost what they are to explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler, SamplingResult

TRACES_PER_SECOND = 50
"""A span costs about as much as a command does: a ledger under full load then spends a hundredth on them."""


@dataclass(slots=True)
class AtMost(Sampler):
    """Lets *per_second* traces begin, and as many at once after a quiet second; *now* is a clock that never steps back."""

    per_second: int
    now: Callable[[], float]
    _left: float = field(init=False)
    _looked_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._looked_at = float(self.per_second), self.now()

    def should_sample(self, *asked: Any, **named: Any) -> SamplingResult:
        return (ALWAYS_ON if self._take() else ALWAYS_OFF).should_sample(*asked, **named)

    def _take(self) -> bool:
        now = self.now()
        self._left = min(self.per_second, self._left + (now - self._looked_at) * self.per_second)
        self._looked_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def get_description(self) -> str:
        return f"AtMost({self.per_second}/s)"
