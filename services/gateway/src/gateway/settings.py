"""What the gateway must be told: where it listens, the secret of command ids, the set-up token, the limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from stampbook_messaging.settings import (
    MessagingSettings,
    Misconfigured,
    Variable,
    address,
    hexadecimal,
    number,
    read,
    secret_file,
)

SERVICE = "gateway"
_PREFIX = "STAMPBOOK_"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one address or key may ask for. The embedded mode is one machine asking itself, so it may ask for more."""

    requests_per_second: int
    joins_per_minute: int
    guesses_per_minute: int
    per_key_per_second: int


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """*fd* is a socket that already listens and was handed over; without one the gateway listens on *address*."""

    messaging: MessagingSettings
    fd: int | None
    address: tuple[str, int] | None
    command_secret: bytes
    setup_token_hash: str
    limits: Limits

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ``Misconfigured`` with everything that is missing, a placeholder, or contradicts itself."""
        problems = _listening(environ)
        values = {}
        embedded = environ.get("STAMPBOOK_EMBEDDED") == "1"
        try:
            values = read(environ, SERVICE, fields={**_FIELDS, **_limit_fields(embedded=embedded)})
            values["command_secret"] = _secret(values.pop("command_secret_file"))
        except Misconfigured as incomplete:
            problems += incomplete.problems
        except ValueError as reason:
            problems.append(f"STAMPBOOK_COMMAND_SECRET_FILE {reason}")
        if problems:
            raise Misconfigured(sorted(problems))
        limits = Limits(**{name: values.pop(name) for name in _LIMITS})
        return cls(limits=limits, setup_token_hash=values.pop("setup_token_hash").hex(), **values)


_FIELDS = {
    "fd": Variable(f"{_PREFIX}GATEWAY_FD", number(0, 65535), required=False),
    "address": Variable(f"{_PREFIX}GATEWAY_ADDRESS", address, required=False),
    "command_secret_file": Variable(f"{_PREFIX}COMMAND_SECRET_FILE", secret_file),
    "setup_token_hash": Variable(f"{_PREFIX}SETUP_TOKEN_HASH", hexadecimal(32)),
}
_LIMITS: Mapping[str, tuple[int, int]] = {
    "requests_per_second": (50, 5_000),
    "joins_per_minute": (20, 60_000),
    "guesses_per_minute": (30, 60_000),
    "per_key_per_second": (200, 5_000),
}
"""The limit of the distributed and of the embedded mode."""


def _limit_fields(*, embedded: bool) -> dict[str, Variable]:
    return {
        name: Variable(f"{_PREFIX}LIMIT_{name.upper()}", number(1, 1_000_000), False, defaults[embedded])
        for name, defaults in _LIMITS.items()
    }


def _listening(environ: Mapping[str, str]) -> list[str]:
    given = [name for name in ("GATEWAY_FD", "GATEWAY_ADDRESS") if environ.get(_PREFIX + name, "").strip()]
    if len(given) == 1:
        return []
    return [f"{_PREFIX}GATEWAY_FD or {_PREFIX}GATEWAY_ADDRESS: exactly one of them says where to listen"]


def _secret(path: Path) -> bytes:
    text = path.read_text(encoding="ascii").strip()
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("does not hold 32 bytes in hexadecimal")
    return bytes.fromhex(text)
