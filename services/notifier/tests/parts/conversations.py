"""Talking to a scripted server: a clock set by hand, marks that remember, a provider that does not wait long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ssl import SSLContext

from mail_samples import smtp_settings
from scripted_smtp import ScriptedSmtp

from notifier.smtp import Connections, SmtpProvider, Timeouts

QUICK = Timeouts(connect_seconds=2, reply_seconds=0.3, final_seconds=0.3)


@dataclass(slots=True)
class HandClock:
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 4, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)

    def monotonic(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Marks:
    """Remembers what the server had heard when the point of no return was marked."""

    server: ScriptedSmtp
    heard: list[list[str]] = field(default_factory=list)

    async def __call__(self) -> None:
        self.heard.append(self.server.verbs())


@asynccontextmanager
async def talking(
    server: ScriptedSmtp, clock: HandClock | None = None, *, trusting: SSLContext | None = None, **settings: object
) -> AsyncIterator[SmtpProvider]:
    async with server.running():
        connections = Connections(
            settings=smtp_settings(server.port, **settings), clock=clock or HandClock(), timeouts=QUICK, tls=trusting
        )
        yield SmtpProvider(connections)
        await connections.close()
