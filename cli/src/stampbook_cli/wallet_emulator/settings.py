"""What the wallet emulator needs from its environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec

from stampbook_cli.inbox.serving import loopback_address
from stampbook_cli.inbox.settings import SettingsMissing

ADDRESS = "STAMPBOOK_EMULATOR_ADDRESS"
DIRECTORY = "STAMPBOOK_EMULATOR_DIRECTORY"
CREDENTIALS_FILE = "STAMPBOOK_EMULATOR_CREDENTIALS_FILE"
ISSUER_ID = "STAMPBOOK_EMULATOR_ISSUER_ID"
CALLBACK_ALLOW = "STAMPBOOK_EMULATOR_CALLBACK_ALLOW"
REQUESTS_PER_SECOND = "STAMPBOOK_EMULATOR_REQUESTS_PER_SECOND"
GOOGLE_REQUESTS_PER_SECOND = 20


class SettingRefused(ValueError):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    address: tuple[str, int]
    directory: Path
    credentials_file: Path
    issuer_id: str
    callback_allow: frozenset[str] = frozenset()
    requests_per_second: int = GOOGLE_REQUESTS_PER_SECOND

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        demanded = (ADDRESS, DIRECTORY, CREDENTIALS_FILE, ISSUER_ID)
        if missing := [name for name in demanded if not environ.get(name)]:
            raise SettingsMissing(missing)
        if not environ[ISSUER_ID].isascii() or not environ[ISSUER_ID].isdigit():
            raise SettingRefused(ISSUER_ID, "must be a number")
        per_second = environ.get(REQUESTS_PER_SECOND, str(GOOGLE_REQUESTS_PER_SECOND))
        if not per_second.isascii() or not per_second.isdigit() or int(per_second) < 1:
            raise SettingRefused(REQUESTS_PER_SECOND, "must be a whole number above zero")
        allowed = (host.strip().lower() for host in environ.get(CALLBACK_ALLOW, "").split(","))
        return cls(
            address=loopback_address(environ[ADDRESS]),
            directory=Path(environ[DIRECTORY]),
            credentials_file=Path(environ[CREDENTIALS_FILE]),
            issuer_id=environ[ISSUER_ID],
            callback_allow=frozenset(host for host in allowed if host),
            requests_per_second=int(per_second),
        )
