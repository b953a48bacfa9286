"""Masking personal data and secrets in whatever is about to leave the process in a log or on an operator's screen."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from typing import Any

MASK = "[redacted]"
_DEPTH_MAX = 8

_SENSITIVE = frozenset(
    [
        "name",
        "names",
        "surname",
        "firstname",
        "lastname",
        "email",
        "mail",
        "mails",
        "address",
        "phone",
        "birth",
        "birthday",
        "birthdate",
        "token",
        "tokens",
        "key",
        "keys",
        "password",
        "passwords",
        "secret",
        "secrets",
        "box",
        "boxes",
        "credential",
        "credentials",
        "authorization",
        "cookie",
        "seed",
        "pin",
    ]
)
_HARMLESS = frozenset(
    {"server_name", "stream_name", "key_id", "parked_keys", "mail_sent", "mail_failed", "address_family"}
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

_MAIL = re.compile(r"[^\s<>\"'(),:;=\[\]{}]+@[^\s<>\"'(),:;=\[\]{}]+")
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+\d(?:[ ./()-]{0,2}\d){6,14}|0\d(?:[ ./()-]{0,2}\d){5,13}|6\d1[ .]?\d{3}[ .]?\d{3})(?![\w-])"
)


def is_sensitive(key: str) -> bool:
    """Whether a field of this name holds personal data or a secret, judged by the words of its name."""
    if key in _HARMLESS:
        return False
    return any(word.lower() in _SENSITIVE for word in _WORDS.findall(key))


def mask_text(text: str) -> str:
    """*text* without mail addresses, phone numbers and passwords in addresses; ids stay readable."""
    text = _URL_PASSWORD.sub(MASK, text)
    text = _MAIL.sub(MASK, text)
    if not any(character.isdigit() for character in text):
        return text
    kept: list[str] = []
    at = 0
    for uuid in _UUID.finditer(text):
        kept += [_PHONE.sub(MASK, text[at : uuid.start()]), uuid.group()]
        at = uuid.end()
    return "".join([*kept, _PHONE.sub(MASK, text[at:])])


def redact(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911  one for each kind of value
    """A copy of *value* fit for an operator's eyes, made of plain JSON types only."""
    if depth > _DEPTH_MAX:
        return "…"
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return mask_text(value)
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case BaseException():
            return where(value)
        case Mapping():
            return {
                mask_text(str(key)): MASK if is_sensitive(str(key)) and inner is not None else redact(inner, depth + 1)
                for key, inner in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [redact(inner, depth + 1) for inner in value]
        case _:
            return mask_text(str(value))


def where(error: BaseException) -> str:
    """What went wrong and where in the code, without a value that could be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    spots = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-3:]]
    return f"{type(error).__name__} at {' > '.join(spots)}" if spots else type(error).__name__
