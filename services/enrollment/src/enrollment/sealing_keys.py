"""The keys others seal to: one a day, made eight days ahead, so that they are in a backup before they are used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stampbook_messaging.clock import Clock
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.logging import get_logger
from stampbook_messaging.pulse import Part
from stampbook_messaging.sealing import AskSealingKey, SealingKey, new_key_pair

log = get_logger(__name__)

DAYS_AHEAD = 8
_EVERY_SECONDS = 1800.0
_AAD = b"sealing key"

_DAYS = "SELECT day FROM sealing_key WHERE day = ANY($1::text[])"
_KEEP = """
INSERT INTO sealing_key (key_id, day, public, wrapped_private, made_at) VALUES ($1, $2, $3, $4, stampbook_now())
ON CONFLICT (day) DO NOTHING
"""
_OF_DAY = "SELECT key_id, day, public FROM sealing_key WHERE day = $1"
ALL = (_DAYS, _KEEP, _OF_DAY)


class SealingKeyUnknown(LookupError):
    """Something was sealed to a key we do not have: it waits until somebody finds the key, and is never refused."""


@dataclass(frozen=True, slots=True)
class SealingKeys:
    pool: Any
    clock: Clock
    keyring: Keyring

    async def ensure(self) -> int:
        """Make what is missing of today and the days ahead; returns how many."""
        today = self.clock.now().date()
        wanted = [(today + timedelta(days=n)).isoformat() for n in range(DAYS_AHEAD + 1)]
        have = {row["day"] for row in await self.pool.fetch(_DAYS, wanted)}
        for day in wanted:
            if day not in have:
                pair = new_key_pair()
                key_id = f"{day}.{secrets.token_hex(4)}"
                await self.pool.execute(_KEEP, key_id, day, pair.public, self.keyring.wrap(pair.private, _AAD))
        return len(wanted) - len(have)

    async def keep_ahead(self, part: Part) -> None:
        """For ever; one of the service's background tasks."""
        while True:
            try:
                made = await self.ensure()
                if made:
                    log.info("sealing_key.made", count=made)
                await part.sleep(_EVERY_SECONDS)
            except DATABASE_GONE as gone:
                log.warning("sealing_key.database_gone", reason=type(gone).__name__)
                await part.sleep(1.0)

    async def of_today(self, _: AskSealingKey) -> SealingKey:
        day = self.clock.now().date()
        row = await self.pool.fetchrow(_OF_DAY, day.isoformat())
        if row is None:
            await self.ensure()
            row = await self.pool.fetchrow(_OF_DAY, day.isoformat())
        return SealingKey(day=row["day"], key_id=row["key_id"], public=row["public"], use_until=_end_of(day))

    async def complaint(self) -> str | None:
        """Whether there is a key for today, for readiness."""
        row = await self.pool.fetchrow(_OF_DAY, self.clock.now().date().isoformat())
        return None if row is not None else "there is no sealing key for today yet"


def unwrapped(keyring: Keyring, wrapped_private: bytes) -> bytes:
    return keyring.unwrap(wrapped_private, _AAD)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
