"""The one place that puts the notifier together."""

from __future__ import annotations

from notifier.consumer import LoyaltyEvents
from notifier.letters import Letters
from notifier.mail_channel import MailChannel
from notifier.queries import Asking
from notifier.rendering import Templates
from notifier.settings import Settings
from notifier.smtp import Connections, SmtpProvider
from notifier.store.statements import STATEMENTS
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.logging import get_logger
from stampbook_messaging.service import Runtime, Service

log = get_logger(__name__)


async def build(settings: Settings, runtime: Runtime) -> Service:
    connections = Connections(settings=settings.smtp, clock=runtime.clock)
    letters = Letters(
        pool=runtime.pool,
        clock=runtime.clock,
        asking=Asking(runtime.queries),
        public_url=settings.messaging.public_url,
    )
    channel = MailChannel(
        pool=runtime.pool,
        clock=runtime.clock,
        letters=letters,
        templates=Templates(),
        provider=SmtpProvider(connections),
        keyring=Keyring.from_file(settings.keyring_file),
    )
    origins = [f"{name}:{origin}" for name, origin in sorted(settings.smtp.origins.items())]
    log.info("mail_server.in_force", provider=settings.smtp.provider, origins=" ".join(origins))
    return Service(
        package="notifier",
        reacting=LoyaltyEvents(),
        channels=(channel,),
        background={"mail connections": connections.keep_fresh},
        statements=STATEMENTS,
    )
