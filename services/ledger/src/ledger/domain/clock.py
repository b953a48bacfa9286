"""When the clock of lots and rewards stands still (R35), as a matter of record: who asks late gets the same answer."""

from collections.abc import Sequence
from datetime import datetime

import msgspec


class Stop(msgspec.Struct, frozen=True, array_like=True):
    """Frozen, suspended or paused from *begins* on; *ends* when it went on. What falls due at *begins* still does."""

    begins: datetime
    ends: datetime | None = None


def stands_at(stops: Sequence[Stop], at: datetime) -> bool:
    return any(stop.begins < at and (stop.ends is None or at < stop.ends) for stop in stops)


def goes_on(stops: Sequence[Stop], due: datetime) -> datetime | None:
    """When the clock went on that stood at *due*, after the last of several stops at once; None while it stands."""
    at = due
    while True:
        covering = [stop.ends for stop in stops if stop.begins < at and (stop.ends is None or at <= stop.ends)]
        if not covering:
            return at
        latest: datetime = at
        for ends in covering:
            if ends is None:
                return None
            latest = max(latest, ends)
        if latest == at:
            return at
        at = latest
