"""A mail channel made of real parts."""

from __future__ import annotations

from typing import Any

from mail_samples import smtp_settings
from scripted_smtp import ScriptedSmtp

from notifier.letters import Letters
from notifier.mail_channel import MailChannel
from notifier.queries import Asking
from notifier.rendering import Templates
from notifier.smtp import Connections, SmtpProvider, Timeouts
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.queries import Queries

TEMPLATES = Templates()
KEYRING = Keyring("k1", {"k1": b"k" * 32}, b"i" * 32)
QUICK = Timeouts(connect_seconds=2, reply_seconds=0.5, final_seconds=0.5)


def mail_channel(pool: Any, queries: Queries, server: ScriptedSmtp, **settings: object) -> MailChannel:
    clock = SystemClock()
    connections = Connections(settings=smtp_settings(server.port, **settings), clock=clock, timeouts=QUICK)
    letters = Letters(pool=pool, clock=clock, asking=Asking(queries), public_url="http://localhost:8080")
    return MailChannel(
        pool=pool,
        clock=clock,
        letters=letters,
        templates=TEMPLATES,
        provider=SmtpProvider(connections),
        keyring=KEYRING,
    )
