"""A clock whose time stands until a test moves it on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class StandingClock:
    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Time passes only here."""
        self.slept.append(seconds)
        self.seconds += seconds
