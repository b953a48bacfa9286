"""The watch over a process's own parts: who falls silent is alarmed about by another than itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stampbook_messaging.alarms import Alarms
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.logging import get_logger
from stampbook_messaging.partitions import LEASE_SECONDS
from stampbook_messaging.pulse import Part, Pulse

log = get_logger(__name__)

LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 60.0

_OF_THE_DEAD = """
UPDATE alarm SET cleared_at = stampbook_now()
WHERE name = 'part_silent' AND cleared_at IS NULL AND detail ->> 'instance' <> $1 AND detail ->> 'instance' NOT IN (
  SELECT id FROM worker WHERE seen_at > stampbook_now() - make_interval(secs => $2))
"""
STATEMENTS = (_OF_THE_DEAD,)


@dataclass(slots=True, kw_only=True)
class Watch:
    """*pool* is None for a service without a schema."""

    pulse: Pulse
    alarms: Alarms
    instance: str
    pool: Any
    _told_at: dict[str, float] = field(default_factory=dict)

    async def run(self, part: Part) -> None:
        while True:
            await self.look()
            await part.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Say who is silent, and who is heard again."""
        now, silent = self.pulse.clock.monotonic(), self.pulse.silent()
        for name, seconds in silent.items():
            if now - self._told_at.get(name, -_AGAIN_SECONDS) >= _AGAIN_SECONDS:
                self._told_at[name] = now
                await self.alarms.raise_("part_silent", part=name, instance=self.instance, seconds=round(seconds))
        try:
            for name in self._told_at.keys() - silent.keys():
                await self.alarms.settled("part_silent", part=name, instance=self.instance)
                del self._told_at[name]
            if self.pool is not None:
                await self.pool.execute(_OF_THE_DEAD, self.instance, LEASE_SECONDS)
        except DATABASE_GONE as gone:
            log.warning("watch.database_gone", reason=type(gone).__name__)
