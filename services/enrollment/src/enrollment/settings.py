"""What enrollment must be told: the keyring, and who may set up the platform."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from stampbook_messaging.settings import MessagingSettings, Variable, hexadecimal, read, secret_file

SERVICE = "enrollment"
_FIELDS = {
    "keyring_file": Variable("STAMPBOOK_KEYRING_FILE", secret_file),
    "setup_token_hash": Variable("STAMPBOOK_SETUP_TOKEN_HASH", hexadecimal(32)),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """*setup_token_hash*: SHA-256 of the one-time token for setting up the platform."""

    messaging: MessagingSettings
    keyring_file: Path
    setup_token_hash: bytes

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises ``Misconfigured`` with everything that is missing or a placeholder."""
        return cls(**read(environ, SERVICE, fields=_FIELDS))
