"""Redeem codes: eight letters that cannot be taken for one another (R46), drawn from what the command brought along."""

import hashlib
from collections.abc import Iterator

from stampbook_events import CommandEnvelope

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def drawn(envelope: CommandEnvelope, number: int) -> str:
    """The *number*-th code of a command: a replay of it draws the same ones again."""
    seed = (envelope.chance or envelope.id.bytes) + number.to_bytes(4, "big")
    digest = hashlib.sha256(b"redeem code" + seed).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:LENGTH])


def candidates(envelope: CommandEnvelope, count: int) -> Iterator[str]:
    return (drawn(envelope, number) for number in range(count))


def normalised(code: str) -> str:
    """As it is typed: any case, with spaces or dashes between."""
    return "".join(letter for letter in code.upper() if letter.isalnum())
