"""How much one address or one key may ask for: token buckets in memory, each process its own."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from stampbook_messaging.clock import Clock

BUCKETS_MAX = 50_000
"""Above this the one unused for longest is forgotten: it was full again anyway, or an attacker made it."""


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


@dataclass(slots=True)
class Buckets:
    """*per_second* tokens flow in, up to *burst*; one request takes one."""

    clock: Clock
    per_second: float
    burst: float
    buckets_max: int = BUCKETS_MAX
    _levels: OrderedDict[str, _Level] = field(default_factory=OrderedDict)

    def take(self, who: str) -> bool:
        """Whether there was a token; takes it."""
        level = self._filled(who)
        if level.tokens < 1:
            return False
        level.tokens -= 1
        return True

    def has(self, who: str) -> bool:
        return self._filled(who).tokens >= 1

    def _filled(self, who: str) -> _Level:
        now = self.clock.monotonic()
        level = self._levels.get(who)
        if level is None:
            level = self._levels[who] = _Level(self.burst, now)
            if len(self._levels) > self.buckets_max:
                self._levels.popitem(last=False)
        level.tokens = min(self.burst, level.tokens + (now - level.at) * self.per_second)
        level.at = now
        self._levels.move_to_end(who)
        return level
