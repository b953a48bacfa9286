"""The ledger's settings: what every service has, and nothing of its own yet."""

from collections.abc import Mapping

import msgspec

from stampbook_messaging.settings import MessagingSettings, read

SERVICE = "ledger"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    messaging: MessagingSettings

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises ``Misconfigured`` with everything that is missing or a placeholder."""
        return cls(**read(environ, SERVICE, fields={}))
