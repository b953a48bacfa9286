"""Builds the inbox from its settings: the only place that constructs."""

import json
from datetime import UTC, datetime

from stampbook_cli.inbox.faults import Faults
from stampbook_cli.inbox.mailbox import Mailbox
from stampbook_cli.inbox.serving import listen, serving, shown, until_told, web_for
from stampbook_cli.inbox.settings import Settings
from stampbook_cli.inbox.smtp import listening
from stampbook_cli.inbox.web import build


def system_clock() -> datetime:
    return datetime.now(UTC)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM; the addresses are printed once both listeners are open."""
    mailbox = Mailbox(settings.directory, system_clock)
    faults = Faults()
    smtp_socket, http_socket = listen(settings.smtp_address), listen(settings.http_address)
    addresses = {"smtp": shown(smtp_socket), "http": f"http://{shown(http_socket)}"}
    async with (
        listening(smtp_socket, mailbox, faults) as smtp,
        serving(web_for(build(mailbox, faults, smtp)), http_socket) as served,
    ):
        print(json.dumps(addresses), flush=True)
        await until_told(served)
