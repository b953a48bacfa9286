"""The SMTP listener: a real server's dialogue, every accepted message kept, every ordered fault played."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable
from typing import cast
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from stampbook_cli.inbox.faults import Faults, Rule, Stage
from stampbook_cli.inbox.mailbox import Mailbox

HOSTNAME = "inbox.localhost"
MESSAGE_BYTES_MAX = 32 * 1024 * 1024


class Receiver:
    """The hooks aiosmtpd calls; their names and arguments are its own."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802
        self, dialogue: "Dialogue", _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await dialogue.suffer(dialogue.strike(Stage.RCPT, [address]))
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, dialogue: "Dialogue", session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipients = [str(recipient) for recipient in envelope.rcpt_tos]
        rule = dialogue.strike(Stage.AFTER_DATA, recipients)
        accepted = "250 2.0.0 OK"
        if rule is None or rule.accepts or rule.keep:
            # Kept before any delay: a client that gives up waiting for this answer cannot know what became of it.
            kept = self._mailbox.keep(
                envelope.original_content or b"",
                mail_from=envelope.mail_from or "",
                rcpt_tos=recipients,
                helo=session.host_name or "",
            )
            accepted = f"250 2.0.0 OK kept as {kept.id}"
        return await dialogue.suffer(rule) or accepted


class Dialogue(SMTP):
    """One connection. A fault can refuse, delay, drip or cut it at each stage."""

    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        super().__init__(
            Receiver(mailbox),
            enable_SMTPUTF8=True,
            data_size_limit=MESSAGE_BYTES_MAX,
            hostname=HOSTNAME,
            ident="Stampbook inbox",
            loop=asyncio.get_running_loop(),
        )
        self._faults = faults
        self._seconds_per_byte = 0.0

    def strike(self, stage: Stage, recipients: Iterable[str] = ()) -> Rule | None:
        return self._faults.take(stage, recipients)

    async def suffer(self, rule: Rule | None) -> str | None:
        """Play a fault; the answer is its refusal, or None when the dialogue goes on as usual."""
        if rule is None:
            return None
        self._seconds_per_byte = rule.seconds_per_byte
        await asyncio.sleep(rule.delay_seconds)
        if rule.drop:
            self.cut()
            await asyncio.get_running_loop().create_future()  # connection_lost cancels this task: nothing is answered
        return rule.reply

    def cut(self) -> None:
        if self.transport is not None:
            # uvloop's transports have abort() without being asyncio's WriteTransport.
            cast("asyncio.WriteTransport", self.transport).abort()

    async def push(self, status: str | bytes) -> None:
        text = status if isinstance(status, bytes) else status.encode()
        if self._seconds_per_byte:
            await self._drip(text + b"\r\n")
        else:
            await super().push(text)
        if text.startswith(b"421") and self.transport is not None:
            self.transport.close()  # RFC 5321: 421 announces that the channel closes.

    async def _drip(self, text: bytes) -> None:
        for byte in text:
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(self._seconds_per_byte)
        self._seconds_per_byte = 0.0

    async def _handle_client(self) -> None:
        refusal = await self.suffer(self.strike(Stage.CONNECT))
        if refusal is None:
            await super()._handle_client()
            return
        await self.push(refusal)
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        recipients = [] if self.envelope is None else [str(recipient) for recipient in self.envelope.rcpt_tos]
        refusal = await self.suffer(self.strike(Stage.DATA, recipients)) if recipients else None
        if refusal is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(refusal)


@contextlib.asynccontextmanager
async def listening(listener: socket.socket, mailbox: Mailbox, faults: Faults) -> AsyncIterator[asyncio.Server]:
    """Accept mail on a socket that already listens; on leaving, open dialogues are cut."""
    dialogues: WeakSet[Dialogue] = WeakSet()

    def dialogue() -> Dialogue:
        opened = Dialogue(mailbox, faults)
        dialogues.add(opened)
        return opened

    server = await asyncio.get_running_loop().create_server(dialogue, sock=listener)
    try:
        yield server
    finally:
        server.close()
        for opened in list(dialogues):
            opened.cut()
        await server.wait_closed()
