"""Commands applied again to a restored log: with the verdicts of then, to the events that everybody has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from stampbook_messaging.event_store import Row

_EARLIER_THAN_ANY, _LATER_THAN_ANY = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class ReplayDiffers(RuntimeError):
    """A command applied again does not lead to the events that were published: an operator decides."""


@dataclass(frozen=True, slots=True)
class Replaying:
    """A command applied again to a restored log. *published*: (partition, position) → the hash everybody has seen.

    *late*: the verdict on its ``not_after`` that was recorded then; the clock is not asked again.
    """

    published: Mapping[tuple[int, int], bytes]
    late: bool

    @property
    def judged_at(self) -> datetime:
        return _LATER_THAN_ANY if self.late else _EARLIER_THAN_ANY

    def compare(self, rows: Sequence[Row]) -> None:
        for row in rows:
            seen = self.published.get((row.partition, row.pos), row.hash)
            if seen != row.hash:
                raise ReplayDiffers(f"event {row.id} at {row.partition}/{row.pos} is not the one that was published")
