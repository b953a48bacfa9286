"""The one place that talks SMTP: hands a mail to the server and says what came of it."""

from notifier.smtp.connections import CONNECTIONS_MAX, Connections, Timeouts
from notifier.smtp.provider import SmtpProvider

__all__ = ["CONNECTIONS_MAX", "Connections", "SmtpProvider", "Timeouts"]
