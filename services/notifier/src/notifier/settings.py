"""What the notifier must be told: the keyring, and which mail server takes its mails under which name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from notifier.mime import Party, UnsafeHeader, safe
from stampbook_messaging.settings import (
    MessagingSettings,
    Misconfigured,
    Variable,
    is_loopback,
    number,
    one_of,
    read,
    secret_file,
)

Mode = Literal["starttls", "tls", "none"]
Origin = Literal["environment", "default"]
Source = tuple[Origin, Mapping[str, str]]


class SmtpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings in force. *origins* says for every field where it came from.

    Without *from_name* a mail bears the merchant's name.
    """

    host: str
    port: int
    mode: Mode
    from_address: str
    username: str | None = None
    password_file: Path | None = None
    from_name: str | None = None
    reply_to: str | None = None
    origins: dict[str, Origin] = {}

    @property
    def provider(self) -> str:
        """Who is spoken to, as attempts and events tell it."""
        return f"{self.host}:{self.port}"

    def password(self) -> str | None:
        """Read anew for every login, so that a rotated password holds without a restart."""
        return None if self.password_file is None else self.password_file.read_text(encoding="utf-8").strip()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    messaging: MessagingSettings
    smtp: SmtpSettings
    keyring_file: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ``Misconfigured`` with everything that is missing, a placeholder, or contradicts itself."""
        effective, origins = in_force([("environment", environ)])
        problems = _contradictions(effective)
        try:
            values = read(effective, "notifier", fields=_SMTP | {"keyring_file": Variable(_KEYRING, secret_file)})
        except Misconfigured as incomplete:
            problems += incomplete.problems
        if problems:
            raise Misconfigured(sorted(set(problems)))
        messaging, keyring_file = values.pop("messaging"), values.pop("keyring_file")
        return cls(messaging=messaging, keyring_file=keyring_file, smtp=SmtpSettings(**values, origins=origins))


def in_force(sources: Sequence[Source]) -> tuple[dict[str, str], dict[str, Origin]]:
    """The one place that says whose setting wins: the first source that has it; and where each field came from."""
    variables: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    for origin, values in sources:
        for name, value in values.items():
            if value.strip() and name not in variables:
                variables[name] = value
                origins |= {field: origin for field, variable in _SMTP.items() if variable.name == name}
    return variables, {field: origins.get(field, "default") for field in _SMTP}


def address(text: str) -> str:
    """A mail address; its domain in ASCII and lower case."""
    local, _, domain = text.rpartition("@")
    try:
        party = Party(address=f"{safe('address', local)}@{domain.encode('idna').decode().lower()}")
    except (UnicodeError, UnsafeHeader):
        raise ValueError("is not a mail address") from None
    if not local or not party.domain or any(sign in local for sign in ' ,;<>"'):
        raise ValueError("is not a mail address")
    return party.address


def header_text(text: str) -> str:
    try:
        return safe("name", text)
    except UnsafeHeader as reason:
        raise ValueError(f"holds {reason}") from None


_PREFIX = "STAMPBOOK_SMTP_"
_KEYRING = "STAMPBOOK_KEYRING_FILE"
_SMTP: dict[str, Variable] = {
    "host": Variable(f"{_PREFIX}HOST"),
    "port": Variable(f"{_PREFIX}PORT", number(1, 65535)),
    "mode": Variable(f"{_PREFIX}MODE", one_of("starttls", "tls", "none")),
    "username": Variable(f"{_PREFIX}USERNAME", required=False),
    "password_file": Variable(f"{_PREFIX}PASSWORD_FILE", secret_file, required=False),
    "from_address": Variable(f"{_PREFIX}FROM_ADDRESS", address),
    "from_name": Variable(f"{_PREFIX}FROM_NAME", header_text, required=False),
    "reply_to": Variable(f"{_PREFIX}REPLY_TO", address, required=False),
}


def _contradictions(environ: Mapping[str, Any]) -> list[str]:
    problems = []
    host, mode = environ.get(f"{_PREFIX}HOST", ""), environ.get(f"{_PREFIX}MODE", "")
    if mode == "none" and host and not is_loopback(host):
        problems.append(f"{_PREFIX}MODE none sends in clear, which only a server on this machine may be sent")
    if (f"{_PREFIX}USERNAME" in environ) != (f"{_PREFIX}PASSWORD_FILE" in environ):
        problems.append(f"{_PREFIX}USERNAME and {_PREFIX}PASSWORD_FILE go together: one of them is missing")
    password = environ.get(f"{_PREFIX}PASSWORD_FILE", "")
    file = Path(password)
    if file.is_file() and os.access(file, os.R_OK) and file.read_text(encoding="utf-8").strip() in _EMPTY_WORDS:
        problems.append(f"{_PREFIX}PASSWORD_FILE holds a placeholder")
    return problems


_EMPTY_WORDS = frozenset({"", "changeme", "change-me", "change_me", "password", "secret"})
