"""One mail's conversation with the server, step by step, and what it came to."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from aiosmtplib.protocol import SMTPProtocol
from opentelemetry.trace import SpanKind

from notifier.domain.masking import masked_answer
from notifier.domain.smtp_answers import Meaning, Stage, meaning_of_answer, meaning_of_silence
from notifier.mime import Mail
from notifier.settings import SmtpSettings
from notifier.smtp.connections import TROUBLE, Connection, Connections
from stampbook_messaging.protocols import Mark, Outcome
from stampbook_messaging.telemetry import span

_ACCEPTED, _GO_AHEAD, _CLOSING = 250, 354, 421
_REFUSALS = range(400, 600)
_LEADING_DOT = re.compile(rb"(?m)^\.")

_TROUBLES: dict[type[BaseException], str] = {
    ssl.SSLError: "tls_refused",
    socket.gaierror: "name_unknown",
    ConnectionRefusedError: "refused",
    ConnectionError: "disconnected",
    EOFError: "disconnected",
    SMTPException: "not_offered",  # what the library says when STARTTLS or AUTH is missing
}


class _Answered(Exception):
    """The server said something other than yes."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


@dataclass(slots=True)
class _Talk:
    """How far a conversation came, so that trouble can be told from doubt. *in_order*: its connection can go on."""

    mail: Mail
    stage: Stage = "connect"
    connection: Connection | None = None
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class SmtpProvider:
    """One mail server; several mails go out at once, each over a connection of its own."""

    connections: Connections

    @property
    def settings(self) -> SmtpSettings:
        return self.connections.settings

    async def send(self, mail: Mail, mark: Mark) -> Outcome:
        """Hand over one mail. *mark* is called when the server has taken the recipient, right before DATA.

        What *mark* raises goes through, and nothing was sent.
        """
        host, port = self.settings.host, self.settings.port
        async with self.connections.free:
            talk = _Talk(mail)
            with span("smtp send", kind=SpanKind.CLIENT, server__address=host, server__port=port) as current:
                try:
                    outcome = await self._step(talk, self._offer(talk))
                    if outcome is None:
                        await mark()
                        outcome = await self._step(talk, self._hand_over(talk))
                finally:
                    await self._leave(talk)
                assert outcome is not None
                current.set_attributes({"stampbook.verdict": outcome.verdict, "stampbook.stage": talk.stage})
                return outcome

    async def _step(self, talk: _Talk, step: Awaitable[Outcome | None]) -> Outcome | None:
        """One step of the conversation; trouble becomes the outcome."""
        talk.in_order = False
        try:
            outcome = await step
        except (_Answered, SMTPResponseException) as answered:
            talk.in_order = talk.stage != "connect" and answered.code in _REFUSALS
            return self._answered(talk, answered.code, answered.message)
        except TROUBLE as trouble:
            return self._failed(talk, trouble)
        talk.in_order = outcome is not None
        return outcome

    async def _offer(self, talk: _Talk) -> None:
        client = (await self._begin(talk)).client
        talk.stage = "rcpt"
        await client.rcpt(talk.mail.recipient, encoding=_encoding(talk.mail))

    async def _begin(self, talk: _Talk) -> Connection:
        """A connection on which MAIL was accepted; reused ones that turn out to be gone are passed over."""
        while (idle := self.connections.take_idle()) is not None:
            talk.connection, talk.stage = idle, "mail"
            try:
                await _mail(idle.client, talk.mail)
            except (SMTPServerDisconnected, TimeoutError):
                idle.client.close()
            except SMTPSenderRefused as refused:
                if refused.code != _CLOSING:
                    raise
                idle.client.close()
            else:
                return idle
        talk.connection, talk.stage = None, "connect"
        talk.connection = fresh = await self.connections.open()
        talk.stage = "mail"
        await _mail(fresh.client, talk.mail)
        return fresh

    async def _hand_over(self, talk: _Talk) -> Outcome:
        assert talk.connection is not None
        client = talk.connection.client
        talk.stage = "data"
        reply = await client.execute_command(b"DATA")
        if reply.code != _GO_AHEAD:
            raise _Answered(reply.code, reply.message)
        protocol = _write_content(client, talk.mail.content)
        talk.stage = "content"
        code, text = await protocol.read_response(timeout=self.connections.timeouts.final_seconds)
        if code != _ACCEPTED:
            raise _Answered(code, text)
        answer = masked_answer(f"{code} {text}", talk.mail.recipient)
        return Outcome(verdict="sent", host=self.settings.provider, answer=answer)

    async def _leave(self, talk: _Talk) -> None:
        if talk.connection is None:
            return
        if talk.in_order:
            await self.connections.give_back(talk.connection, forget=talk.stage != "content")
        else:
            talk.connection.client.close()

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


async def _mail(client: SMTP, mail: Mail) -> None:
    if mail.smtputf8 and not client.supports_extension("smtputf8"):
        raise SMTPNotSupported("SMTPUTF8")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.smtputf8 else []
    await client.mail(mail.sender, options=options, encoding=_encoding(mail))


def _write_content(client: SMTP, content: bytes) -> SMTPProtocol:
    """Send the mail and the final dot; from then on silence means doubt. The library's own call has one timeout only."""
    protocol = client.protocol
    if protocol is None:
        raise SMTPServerDisconnected("Connection lost")
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    protocol.write(_LEADING_DOT.sub(b"..", content) + ending)
    return protocol


def _encoding(mail: Mail) -> str:
    return "utf-8" if mail.smtputf8 else "ascii"


def _how(trouble: BaseException) -> str:
    """What kind of trouble, without a word of the other side's."""
    if isinstance(trouble, TimeoutError):
        return "timeout"
    cause = trouble.__cause__ or trouble
    return next((how for kind, how in _TROUBLES.items() if isinstance(cause, kind)), type(cause).__name__)
