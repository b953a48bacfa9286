"""How much one answer holds: the bus carries no message above a mebibyte, and a merchant's words may be long."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

ROOM_BYTES = 512 * 1024

T = TypeVar("T")


def fitting(found: Iterable[T], room_bytes: int = ROOM_BYTES) -> list[T]:
    """As many as there is room for, and one at least."""
    fit: list[T] = []
    for one in found:
        room_bytes -= len(msgspec.json.encode(one))
        if fit and room_bytes < 0:
            break
        fit.append(one)
    return fit
