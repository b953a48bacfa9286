"""A channel's circuit: while the fault is ours, nobody's attempts are used up on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from stampbook_messaging.clock import Clock

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


@dataclass(slots=True)
class Circuit:
    """Opens for twice as long each time; half open it lets one attempt through."""

    clock: Clock
    failures: int = 0
    _open_until: float = 0.0

    def room(self, free: int) -> int:
        """How many attempts may start now, of *free*."""
        if not self.failures:
            return free
        return min(free, 1) if self.clock.monotonic() >= self._open_until else 0

    @property
    def pause(self) -> timedelta:
        """How long it stays open after one more failure; what was tried comes back right after."""
        return timedelta(seconds=min(_FIRST_SECONDS * 2**self.failures, _LONGEST_SECONDS))

    def note(self, verdict: str) -> None:
        if verdict == "ours":
            self._open_until = self.clock.monotonic() + self.pause.total_seconds()
            self.failures = min(self.failures + 1, 10)
        else:
            self.failures = 0
