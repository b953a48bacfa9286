"""What the inbox needs from its environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec

from stampbook_cli.inbox.serving import loopback_address

SMTP = "STAMPBOOK_INBOX_SMTP_ADDRESS"
HTTP = "STAMPBOOK_INBOX_HTTP_ADDRESS"
DIRECTORY = "STAMPBOOK_INBOX_DIRECTORY"


class SettingsMissing(ValueError):
    def __init__(self, names: list[str]) -> None:
        super().__init__("missing settings: " + ", ".join(names))


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    smtp_address: tuple[str, int]
    http_address: tuple[str, int]
    directory: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        if missing := [name for name in (SMTP, HTTP, DIRECTORY) if not environ.get(name)]:
            raise SettingsMissing(missing)
        return cls(
            smtp_address=loopback_address(environ[SMTP]),
            http_address=loopback_address(environ[HTTP]),
            directory=Path(environ[DIRECTORY]),
        )
