"""Starts the inbox as its own process, as the launcher does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest


@dataclass(frozen=True, kw_only=True)
class RunningInbox:
    process: subprocess.Popen[str]
    http: str
    smtp_host: str
    smtp_port: int

    async def send(
        self, content: bytes, *recipients: str, patience: float = 10, **options: object
    ) -> tuple[object, str]:
        client = aiosmtplib.SMTP(hostname=self.smtp_host, port=self.smtp_port, start_tls=False, timeout=patience)
        async with client:
            return await client.sendmail("shop@fashionhub.example", list(recipients), content, **options)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def start(directory: Path) -> RunningInbox:
    environ = os.environ | {
        "STAMPBOOK_INBOX_SMTP_ADDRESS": "127.0.0.1:0",
        "STAMPBOOK_INBOX_HTTP_ADDRESS": "127.0.0.1:0",
        "STAMPBOOK_INBOX_DIRECTORY": str(directory),
    }
    command = [sys.executable, "-m", "stampbook_cli.inbox"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    addresses = json.loads(process.stdout.readline())
    process.stdout.close()
    host, _, port = addresses["smtp"].rpartition(":")
    return RunningInbox(process=process, http=addresses["http"], smtp_host=host, smtp_port=int(port))


@pytest.fixture(scope="session")
def running_inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInbox]:
    inbox = start(tmp_path_factory.mktemp("inbox"))
    yield inbox
    assert inbox.stop() == 0


@pytest.fixture
async def http(running_inbox: RunningInbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running_inbox.http, trust_env=False) as client:
        yield client


@pytest.fixture
async def inbox(running_inbox: RunningInbox, http: httpx.AsyncClient) -> RunningInbox:
    """The running inbox, empty and without faults."""
    assert (await http.delete("/api/messages")).status_code == 204
    assert (await http.delete("/api/faults")).status_code == 204
    return running_inbox


@pytest.fixture
def welcome_mail() -> bytes:
    """A French mail as the notifier builds them: text, HTML and a picture inside."""
    message = EmailMessage()
    message["From"] = "Fashion Group <shop@fashionhub.example>"
    message["To"] = "lea@example.com"
    message["Subject"] = "Bienvenue, Léa"
    message["Message-ID"] = "<welcome-1@fashionhub.example>"
    message.set_content("Votre carte est prête.\n.une ligne qui commence par un point\n")
    message.add_alternative('<p>Votre carte</p><img src="cid:qr@card" alt="4821">', subtype="html")
    html = message.get_payload()[1]
    html.add_related(b"\x89PNG picture", maintype="image", subtype="png", cid="<qr@card>", filename="qr.png")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
