"""Signs of life: each part of a process notes that its loop came round, also when there was nothing to do.

Nothing lags where nothing flows, so a part that has stopped can only be noticed by what it does not say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from stampbook_messaging.clock import Clock

LIMIT_SECONDS = 30.0
"""Loops come round every second or so; the rest is for a database or a bus that takes its time."""
_PIECE_SECONDS = 5.0

Alive = Callable[[str], None]
"""Called by a part with its name each time its loop comes round."""


def unwatched(_: str) -> None:
    """For a part that nobody watches."""


@dataclass(slots=True)
class Pulse:
    """Who must be heard how often, and when each was heard last."""

    clock: Clock
    _limits: dict[str, float] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)

    def expect(self, part: str, limit_seconds: float = LIMIT_SECONDS) -> None:
        """From now on *part* must be heard at least so often."""
        self._limits[part] = limit_seconds
        self.note(part)

    def note(self, part: str) -> None:
        self._heard[part] = self.clock.monotonic()

    def part(self, name: str) -> Part:
        self.expect(name)
        return Part(self, name)

    def silent(self) -> dict[str, float]:
        """Parts that were not heard within their limit, and for how many seconds."""
        now = self.clock.monotonic()
        quiet = {part: now - self._heard[part] for part in self._limits}
        return {part: seconds for part, seconds in quiet.items() if seconds > self._limits[part]}

    async def complaint(self) -> str | None:
        """For readiness: who is silent, and since when."""
        said = [f"{part} has been silent for {seconds:.0f} s" for part, seconds in self.silent().items()]
        return "; ".join(said) or None


@dataclass(frozen=True, slots=True)
class Part:
    """What a background job is given to prove that it lives."""

    pulse: Pulse
    name: str

    def alive(self) -> None:
        self.pulse.note(self.name)

    async def sleep(self, seconds: float) -> None:
        """Wait, and be alive meanwhile."""
        self.alive()
        left = seconds
        while left > 0:
            await self.pulse.clock.sleep(min(left, _PIECE_SECONDS))
            left -= _PIECE_SECONDS
            self.alive()
