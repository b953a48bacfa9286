"""A few connections to one mail server, used again and again until they are old."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field

from aiosmtplib import SMTP, SMTPException

from notifier.settings import SmtpSettings
from stampbook_messaging.clock import Clock
from stampbook_messaging.pulse import Part

CONNECTIONS_MAX = 4
TROUBLE = (SMTPException, OSError, TimeoutError, EOFError, ValueError)
"""Whatever may be raised while talking to a server; ``ValueError`` is the library's for what cannot be sent."""

_MAILS_MAX = 100
_AGE_MAX_SECONDS = 60.0
_LOOK_SECONDS = 10.0
_GOODBYE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The final reply may take long: a server that scans the mail first would otherwise get it twice."""

    connect_seconds: float = 10.0
    reply_seconds: float = 30.0
    final_seconds: float = 120.0


@dataclass(slots=True)
class Connection:
    client: SMTP
    opened_at: float
    mails: int = 0


@dataclass(slots=True, kw_only=True)
class Connections:
    """*free* admits as many users as there may be connections; each has one to itself.

    *tls* is for servers whose certificate a public authority did not sign; certificates are always checked.
    """

    settings: SmtpSettings
    clock: Clock
    timeouts: Timeouts = field(default_factory=Timeouts)
    tls: ssl.SSLContext | None = None
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_MAX))
    _idle: list[Connection] = field(default_factory=list)

    def take_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.client.is_connected and not self._is_old(connection):
                return connection
            connection.client.close()
        return None

    async def open(self) -> Connection:
        """Connected, encrypted as the settings want it, logged in."""
        settings = self.settings
        if settings.mode != "none" and self.tls is None:
            self.tls = await asyncio.to_thread(ssl.create_default_context)  # reads all authorities: once is enough
        client = SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.mode == "tls",
            start_tls=settings.mode == "starttls",
            username=settings.username,
            password=settings.password(),
            local_hostname=settings.from_address.rpartition("@")[2],
            tls_context=self.tls,
            timeout=self.timeouts.reply_seconds,
        )
        try:
            await client.connect(timeout=self.timeouts.connect_seconds)
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            client.close()
            raise
        return Connection(client, self.clock.monotonic())

    async def give_back(self, connection: Connection, *, forget: bool) -> None:
        """After a conversation that ended in order; *forget*: half-way, so that the server must forget the envelope."""
        connection.mails += 1
        client = connection.client
        if forget:
            with suppress(*TROUBLE):
                await client.rset(timeout=self.timeouts.connect_seconds)
        if client.is_connected and not self._is_old(connection):
            self._idle.append(connection)
        else:
            client.close()

    async def keep_fresh(self, part: Part) -> None:
        """Close idle connections as they grow old, until cancelled; then all that are idle."""
        this = asyncio.current_task()
        try:
            while this is None or not this.cancelling():  # a reply that comes just then swallows the cancellation
                await part.sleep(_LOOK_SECONDS)
                await self._close_old()
        finally:
            await self.close()

    async def close(self) -> None:
        while self._idle:
            await _quit(self._idle.pop())

    async def _close_old(self) -> None:
        old = [connection for connection in self._idle if self._is_old(connection)]
        self._idle = [connection for connection in self._idle if not self._is_old(connection)]
        for connection in old:
            await _quit(connection)

    def _is_old(self, connection: Connection) -> bool:
        age = self.clock.monotonic() - connection.opened_at
        return connection.mails >= _MAILS_MAX or age >= _AGE_MAX_SECONDS


async def _quit(connection: Connection) -> None:
    with suppress(*TROUBLE):
        await connection.client.quit(timeout=_GOODBYE_SECONDS)
    connection.client.close()
