"""A stream that is shorter than it was: put back, or only told so by somebody who is behind."""

from __future__ import annotations

from dataclasses import dataclass, field

from stampbook_messaging.clock import Clock
from stampbook_messaging.jetstream import StreamState

OUTDATED_SECONDS = 15.0
"""A leader that lost its followers knows it after ten; until then it may tell of an older state."""


@dataclass(slots=True)
class Shortness:
    """Of one server believed at once; of several when it is still so after the time that a replaced leader may last."""

    clock: Clock
    _first_seen: dict[tuple[str, int], float] = field(default_factory=dict)

    def is_sure(self, stream: str, partition: int, state: StreamState, last_seq: int) -> bool | None:
        """Whether *stream* ends before *last_seq*, where it once was; None: look again.

        *state* must have been asked for after *last_seq* was read.
        """
        if state.last_seq >= last_seq:
            self._first_seen.pop((stream, partition), None)
            return False
        now = self.clock.monotonic()
        first_seen = self._first_seen.setdefault((stream, partition), now)
        if state.replicated and now - first_seen < OUTDATED_SECONDS:
            return None
        del self._first_seen[stream, partition]
        return True
