"""What the wallet sync must be told: which of Google's accounts it acts for, and where that wallet is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from stampbook_messaging.settings import (
    MessagingSettings,
    Misconfigured,
    Variable,
    is_loopback,
    number,
    one_of,
    read,
    secret_file,
    url,
)

SERVICE = "wallet"
API_PATH = "/walletobjects/v1"
GOOGLE_API = "https://walletobjects.googleapis.com"
GOOGLE_SAVE = "https://pay.google.com/gp/v/save/"
GOOGLE_KEYS = "https://pay.google.com/gp/m/issuer/keys"
CALLS_PER_SECOND = 20

Access = Literal["demo", "production"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """*api_url* goes up to ``/walletobjects/v1``; *save_url* is what a save link begins with.

    *access* is what Google has granted the issuer: with ``demo`` only its testers can save a pass.
    """

    messaging: MessagingSettings
    credentials_file: Path
    issuer_id: str
    api_url: str
    save_url: str
    keys_url: str
    access: Access
    calls_per_second: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ``Misconfigured`` with everything that is missing, a placeholder, or contradicts itself."""
        problems: list[str] = []
        try:
            values = read(environ, SERVICE, fields=_FIELDS)
        except Misconfigured as incomplete:
            problems += incomplete.problems
        problems += _in_clear(environ)
        if problems:
            raise Misconfigured(sorted(set(problems)))
        return cls(**values)


def issuer(text: str) -> str:
    if not text.isascii() or not text.isdigit():
        raise ValueError("is no issuer id: Google's are numbers")
    return text


def api_base(text: str) -> str:
    """The address of the wallet without the path that its interface always has."""
    base: str = _web(text)
    if urlsplit(base).path:
        raise ValueError("goes without a path")
    return base + API_PATH


def link_start(text: str) -> str:
    return f"{_web(text)}/"


_PREFIX = "STAMPBOOK_WALLET_"
_web = url("https", "http")
_FIELDS: dict[str, Variable] = {
    "credentials_file": Variable(f"{_PREFIX}CREDENTIALS_FILE", secret_file),
    "issuer_id": Variable(f"{_PREFIX}ISSUER_ID", issuer),
    "api_url": Variable(f"{_PREFIX}API_URL", api_base, required=False, default=GOOGLE_API + API_PATH, outward=True),
    "save_url": Variable(f"{_PREFIX}SAVE_URL", link_start, required=False, default=GOOGLE_SAVE, outward=True),
    "keys_url": Variable(f"{_PREFIX}KEYS_URL", _web, required=False, default=GOOGLE_KEYS, outward=True),
    "access": Variable(f"{_PREFIX}ACCESS", one_of("demo", "production")),
    "calls_per_second": Variable(
        f"{_PREFIX}CALLS_PER_SECOND", number(1, 1000), required=False, default=CALLS_PER_SECOND
    ),
}


def _in_clear(environ: Mapping[str, str]) -> list[str]:
    """Tokens and save links are bearer capabilities: in clear they go to this machine alone."""
    names = [_FIELDS[field].name for field in ("api_url", "save_url", "keys_url")]
    addresses = {name: environ.get(name, "").strip() for name in names}
    return [
        f"{name} sends in clear, which only a wallet on this machine may be sent"
        for name, address in addresses.items()
        if address.startswith("http://") and not is_loopback(address)
    ]
