"""Kills what it finds, one at a time, for as long as it is let."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.platform import Platform

SERVICES = ("enrollment", "ledger", "ledger", "notifier", "wallet", "gateway")
SERVERS = ("nats", "postgres")


@dataclass(slots=True)
class Nemesis:
    """*pauses*: the shortest and the longest peace between two deaths, in seconds."""

    platform: Platform
    chance: Random
    pauses: tuple[float, float]
    deaths: Counter[str] = field(default_factory=Counter)

    async def rage(self) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(*self.pauses))
            self._kill(self.chance.choice(SERVICES + SERVERS))

    def _kill(self, name: str) -> None:
        """As an out-of-memory killer would; one that is dead already is left in peace."""
        for found in self.platform.running.status()["services"]:
            if found["name"] == name and found["pid"] is not None:
                os.kill(found["pid"], signal.SIGKILL)
                self.deaths[name] += 1
