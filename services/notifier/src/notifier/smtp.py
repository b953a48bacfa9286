"""The one file that talks SMTP: hands a mail to the server and says what came of it."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from opentelemetry.trace import SpanKind

from notifier.domain.masking import masked_answer
from notifier.domain.smtp_answers import Meaning, Stage, meaning_of_answer, meaning_of_silence
from notifier.mime import Mail
from notifier.settings import SmtpSettings
from stampbook_messaging.clock import Clock
from stampbook_messaging.protocols import Mark, Outcome
from stampbook_messaging.telemetry import tracer

CONNECTIONS_MAX = 4
_MAILS_MAX = 100
_AGE_MAX_SECONDS = 60.0
_LEADING_DOT = re.compile(rb"(?m)^\.")
_TROUBLE = (SMTPException, OSError, TimeoutError, EOFError, ValueError)

ACCEPTED, GO_AHEAD, CLOSING = 250, 354, 421


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The final reply may take long: a server that scans the mail first would otherwise get it twice."""

    connect_seconds: float = 10.0
    reply_seconds: float = 30.0
    final_seconds: float = 120.0


class _Answered(Exception):
    """The server said something other than yes."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(slots=True)
class _Connection:
    client: SMTP
    opened_at: float
    mails: int = 0


@dataclass(slots=True)
class _Talk:
    """One mail's conversation: how far it came, so that trouble can be told from doubt."""

    mail: Mail
    stage: Stage = "connect"
    connection: _Connection | None = None
    usable: bool = False


@dataclass(slots=True, kw_only=True)
class SmtpProvider:
    """One mail server with a few reused connections; each carries one mail at a time.

    *tls* is for servers whose certificate a public authority did not sign; certificates are always checked.
    """

    settings: SmtpSettings
    clock: Clock
    timeouts: Timeouts = field(default_factory=Timeouts)
    tls: ssl.SSLContext | None = None
    _idle: list[_Connection] = field(default_factory=list)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_MAX))

    async def send(self, mail: Mail, mark: Mark) -> Outcome:
        """Hand over one mail. *mark* is called when the server has taken the recipient, right before DATA.

        What *mark* raises goes through, and nothing was sent.
        """
        async with self._slots:
            talk = _Talk(mail)
            with tracer().start_as_current_span("smtp send", kind=SpanKind.CLIENT) as span:
                span.set_attributes({"server.address": self.settings.host, "server.port": self.settings.port})
                try:
                    outcome = await self._step(talk, self._offer(talk))
                    if outcome is None:
                        await mark()
                        outcome = await self._step(talk, self._hand_over(talk))
                finally:
                    await self._give_back(talk)
                assert outcome is not None
                span.set_attributes({"stampbook.verdict": outcome.verdict, "stampbook.stage": talk.stage})
                return outcome

    async def close_old(self) -> None:
        """End idle connections that are too old to be used again."""
        old = [connection for connection in self._idle if self._is_old(connection)]
        self._idle = [connection for connection in self._idle if not self._is_old(connection)]
        for connection in old:
            await _quit(connection)

    async def close(self) -> None:
        while self._idle:
            await _quit(self._idle.pop())

    async def _step(self, talk: _Talk, step: Awaitable[Outcome | None]) -> Outcome | None:
        """One step of the conversation; trouble becomes the outcome. A conversation that ended in order is usable."""
        talk.usable = False
        try:
            outcome = await step
        except _Answered as answered:
            talk.usable = True
            return self._answered(talk, answered.code, answered.text)
        except SMTPResponseException as answered:
            talk.usable = talk.stage != "connect"
            return self._answered(talk, answered.code, str(answered.message))
        except _TROUBLE as trouble:
            return self._failed(talk, trouble)
        talk.usable = outcome is not None
        return outcome

    async def _offer(self, talk: _Talk) -> None:
        client = (await self._begin(talk)).client
        talk.stage = "rcpt"
        await client.rcpt(talk.mail.recipient, encoding=_encoding(talk.mail))

    async def _hand_over(self, talk: _Talk) -> Outcome:
        assert talk.connection is not None
        client = talk.connection.client
        talk.stage = "data"
        reply = await client.execute_command(b"DATA")
        if reply.code != GO_AHEAD:
            raise _Answered(reply.code, reply.message)
        talk.stage = "content"
        code, text = await self._content(client, talk.mail.content)
        if not ACCEPTED <= code < ACCEPTED + 50:
            raise _Answered(code, text)
        answer = masked_answer(f"{code} {text}", talk.mail.recipient)
        return Outcome(verdict="sent", host=self.settings.provider, answer=answer)

    async def _begin(self, talk: _Talk) -> _Connection:
        """A connection on which MAIL was accepted; a reused one that turns out to be gone is replaced once."""
        while (idle := self._take_idle()) is not None:
            talk.connection, talk.stage = idle, "mail"
            try:
                await self._mail(idle.client, talk.mail)
            except (SMTPServerDisconnected, TimeoutError):
                idle.client.close()
                continue
            except SMTPSenderRefused as refused:
                if refused.code != CLOSING:
                    raise
                idle.client.close()
                continue
            return idle
        talk.connection, talk.stage = None, "connect"
        talk.connection = fresh = await self._connect()
        talk.stage = "mail"
        await self._mail(fresh.client, talk.mail)
        return fresh

    async def _mail(self, client: SMTP, mail: Mail) -> None:
        if mail.smtputf8 and not client.supports_extension("smtputf8"):
            raise SMTPNotSupported("SMTPUTF8")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.smtputf8 else []
        await client.mail(mail.sender, options=options, encoding=_encoding(mail))

    async def _connect(self) -> _Connection:
        settings = self.settings
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
        return _Connection(client, self.clock.monotonic())

    async def _content(self, client: SMTP, content: bytes) -> tuple[int, str]:
        """Send the mail and the final dot, and wait long for the answer: from here on silence means doubt."""
        protocol = client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
        protocol.write(_LEADING_DOT.sub(b"..", content) + ending)
        reply = await protocol.read_response(timeout=self.timeouts.final_seconds)
        return reply.code, reply.message

    def _answered(self, talk: _Talk, code: int, text: str) -> Outcome:
        answer = masked_answer(f"{code} {text}", talk.mail.recipient)
        return self._outcome(meaning_of_answer(talk.stage, code, text), answer)

    def _failed(self, talk: _Talk, trouble: BaseException) -> Outcome:
        if isinstance(trouble, SMTPNotSupported) and talk.stage == "mail":
            return self._outcome(Meaning("dead", "smtputf8_not_offered"))
        if isinstance(trouble, ValueError) and talk.stage in {"mail", "rcpt"}:
            return self._outcome(Meaning("dead", "address_not_sendable"))
        return self._outcome(meaning_of_silence(talk.stage, _how(trouble)))

    def _outcome(self, meaning: Meaning, answer: str = "") -> Outcome:
        return Outcome(verdict=meaning.verdict, reason=meaning.reason, host=self.settings.provider, answer=answer)

    def _take_idle(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.client.is_connected and not self._is_old(connection):
                return connection
            connection.client.close()
        return None

    async def _give_back(self, talk: _Talk) -> None:
        connection, talk.connection = talk.connection, None
        if connection is None:
            return
        connection.mails += 1
        client = connection.client
        if talk.usable and talk.stage != "content":  # refused half-way: the server must forget the envelope
            with suppress(*_TROUBLE):
                await client.rset(timeout=self.timeouts.connect_seconds)
        if talk.usable and client.is_connected and not self._is_old(connection):
            self._idle.append(connection)
        else:
            client.close()

    def _is_old(self, connection: _Connection) -> bool:
        age = self.clock.monotonic() - connection.opened_at
        return connection.mails >= _MAILS_MAX or age >= _AGE_MAX_SECONDS


def _encoding(mail: Mail) -> str:
    return "utf-8" if mail.smtputf8 else "ascii"


def _how(trouble: BaseException) -> str:
    """What kind of trouble, without a word of the other side's."""
    if isinstance(trouble, TimeoutError):
        return "timeout"
    if isinstance(trouble, ssl.SSLError):
        return "tls_refused"
    if isinstance(trouble.__cause__, ssl.SSLError):
        return "tls_refused"
    if isinstance(trouble, (SMTPServerDisconnected, ConnectionError, EOFError)):
        return "disconnected"
    return type(trouble).__name__


async def _quit(connection: _Connection) -> None:
    with suppress(*_TROUBLE):
        await connection.client.quit(timeout=1.0)
    connection.client.close()
