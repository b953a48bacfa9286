"""Idempotency-Key to command id and fingerprint; tickets and card numbers, the random parts that travel inside."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import digest
from uuid import UUID

import msgspec

from gateway.problems import Refused
from stampbook_events import ids

KEY_LENGTH_MAX = 255
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BARE = re.compile(r"[\x21-\x7e]+")
_encoder = msgspec.json.Encoder(order="deterministic")


def idempotency_key(header: str | None) -> str:
    """The key as the caller meant it: a structured field's string or the bare text."""
    text = (header or "").strip()
    if not text:
        raise Refused("idempotency_key_missing")
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r'\\(["\\])', r"\1", quoted[1]) if quoted is not None else text
    if not key or len(key) > KEY_LENGTH_MAX or (quoted is None and (not _BARE.fullmatch(text) or text[0] == '"')):
        raise Refused("idempotency_key_invalid")
    return key


@dataclass(frozen=True, slots=True)
class CommandIds:
    """*secret* is never rotated: old retries would look new."""

    secret: bytes = field(repr=False)

    def command_id(self, tenant: UUID, actor_id: str, route: str, key: str) -> UUID:
        return ids.command_id(self.secret, tenant, actor_id, route, key)

    def fingerprint(self, command_type: str, said: object) -> bytes:
        """*said*: what the caller said, without what we drew or sealed ourselves."""
        return ids.fingerprint(self.secret, command_type, _encoder.encode(said))

    def ticket(self, command_id: UUID) -> str:
        """Twelve letters and digits nobody can guess; the same for a form that is sent twice."""
        return b32encode(digest(self.secret, b"ticket\0" + command_id.bytes, "sha256")[:10]).decode()[:12]

    def mark(self, purpose: str, *parts: object) -> str:
        """A short proof that we ourselves said this."""
        message = _encoder.encode([purpose, *map(str, parts)])
        return digest(self.secret, message, "sha256")[:12].hex()


def new_card_number() -> str:
    """Sixteen digits; the first is not zero, so that no spreadsheet shortens it."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def without(said: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in said.items() if name not in names}
