"""A stream that is shorter than it was: put back, or only told so by somebody who is behind."""

from __future__ import annotations

from dataclasses import dataclass, field

from stampbook_messaging.clock import Clock
from stampbook_messaging.jetstream import StreamState

OUTDATED_SECONDS = 15.0
"""A leader that lost its followers knows it after ten; until then it may tell of an older state."""


@dataclass(frozen=True, slots=True)
class _Seen:
    last_seq: int
    at: float


@dataclass(slots=True)
class Shortness:
    """Believed when it is seen again: a first look may have been older than the place it is compared with."""

    clock: Clock
    _seen: dict[tuple[str, int], _Seen] = field(default_factory=dict)

    def is_sure(self, stream: str, partition: int, state: StreamState, last_seq: int) -> bool | None:
        """Whether *stream* ends before *last_seq*, where it once was; None: look again."""
        seen = self._seen.get((stream, partition))
        if state.last_seq >= last_seq:
            self._seen.pop((stream, partition), None)
            return False
        if seen is None or state.last_seq >= seen.last_seq:
            self._seen[stream, partition] = _Seen(last_seq, self.clock.monotonic())
            return None
        if state.replicated and self.clock.monotonic() - seen.at < OUTDATED_SECONDS:
            return None
        del self._seen[stream, partition]
        return True
