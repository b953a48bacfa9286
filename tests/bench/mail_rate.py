"""Mails without a picture, written and handed over; bare is aiosmtplib with the same bytes on as many connections."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import uuid4

from aiosmtplib import SMTP

from notifier.domain.letter import Letter
from notifier.mime import Draft, Mail, Party, code_id, compose
from notifier.rendering import Templates
from notifier.settings import SmtpSettings
from notifier.smtp import CONNECTIONS_MAX, Connections, SmtpProvider
from stampbook_cli.embedded.ports import LOOPBACK, choose_ports
from stampbook_cli.embedded.process import end, spawn, tail
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.service import settle_garbage
from tests.bench.ledger_rate import NotMeasured

Work = Callable[[int], Awaitable[None]]

_SINK = Path(__file__).with_name("smtp_sink.py")
_SENDER = Party(address="cards@bench.localhost", name="Fashion Group S.A.")
_NAMES = ("Zoë", "Anna", "Jean-Claude", "Loïc", "Marguerite")


@dataclass(slots=True)
class Mails:
    """Both sides of the measurement, each with its connections open."""

    port: int
    templates: Templates
    provider: SmtpProvider
    bare: list[SMTP]
    _written: list[Mail] = field(default_factory=list)
    _number: count[int] = field(default_factory=count)

    async def ours(self, number: int) -> float:
        """Mails a second; their bytes are kept for the other side."""
        self._written = []
        return await _timed(number, CONNECTIONS_MAX, self._write_and_send)

    async def straight(self, number: int) -> float:
        """The bytes of the last mails that ``ours`` wrote, as often as it takes."""
        if not self._written:
            await self.ours(number)
        return await _timed(number, len(self.bare), self._send_bytes)

    async def _write_and_send(self, worker: int) -> None:
        mail = self.write(next(self._number))
        outcome = await self.provider.send(mail, _no_mark)
        if outcome.verdict != "sent":
            raise NotMeasured(f"a mail was {outcome.verdict}: {outcome.reason} {outcome.answer}")
        self._written.append(mail)

    def write(self, number: int) -> Mail:
        delivery_id = uuid4()
        return compose(
            Draft(
                delivery_id=delivery_id,
                language="fr",
                sender=_SENDER,
                recipient=Party(address=f"test.{number}@reise.test"),
                reply_to=None,
                at=datetime.now(UTC),
                rendered=self.templates.render(_letter(number), code_id(delivery_id, _SENDER.domain)),
                picture=None,
            )
        )

    async def _send_bytes(self, worker: int) -> None:
        mail = self._written[next(self._number) % len(self._written)]
        await self.bare[worker].sendmail(mail.sender, [mail.recipient], mail.content)


@asynccontextmanager
async def mails(folder: Path) -> AsyncIterator[Mails]:
    """*folder* is there already and takes the mail server's log."""
    port = choose_ports(("smtp",), {})["smtp"]
    log = folder / "sink.log"
    sink = spawn([sys.executable, "-P", str(_SINK), str(port)], log=log)
    clients = [SMTP(hostname=LOOPBACK, port=port, use_tls=False, start_tls=False) for _ in range(CONNECTIONS_MAX)]
    settings = SmtpSettings(host=LOOPBACK, port=port, mode="none", from_address=_SENDER.address)
    connections = Connections(settings=settings, clock=SystemClock())
    try:
        await _connect(clients[0], log)
        await asyncio.gather(*(client.connect() for client in clients[1:]))
        settle_garbage()
        yield Mails(port, Templates(), SmtpProvider(connections), clients)
        await connections.close()
    finally:
        for client in clients:
            client.close()
        await asyncio.to_thread(end, sink)


async def _connect(client: SMTP, log: Path) -> None:
    for _ in range(100):
        try:
            await client.connect()
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise NotMeasured(f"the mail server did not start:\n{tail(log)}")


async def _timed(number: int, workers: int, one: Work) -> float:
    async def work(worker: int) -> None:
        for _ in range(number // workers):
            await one(worker)

    began = time.perf_counter()
    await asyncio.gather(*(work(worker) for worker in range(workers)))
    return number // workers * workers / (time.perf_counter() - began)


def _letter(number: int) -> Letter:
    return Letter(
        kind="welcome_bonus",
        language="fr",
        merchant_name="Fashion Group S.A.",
        store_name="Fashion Hub",
        program_name="Fashion Points",
        accent="#7a1f3d",
        card_number=f"{number:016d}",
        card_url=f"http://fashionhub.localhost/fr/c/{number:032x}",
        first_name=_NAMES[number % len(_NAMES)],
        points=50,
        balance=50 + number,
    )


async def _no_mark() -> None:
    """There is no row to mark here."""
