"""What is wrong with a row, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from ledger.store import documents
from ledger.store.shapes import Shape

Row = Mapping[str, Any]
WORDS = {"card_store": "store of card", "operation_undone": "undone operation", "stamps_given": "giving of stamps"}
_READ: Mapping[tuple[str, str], Callable[[bytes], Any]] = {
    ("card", "rest"): documents.card_rest,
    ("lot", "terms"): documents.lot_terms,
    ("unlocked_reward", "terms"): documents.unlocked_terms,
    ("reservation", "taken"): documents.taken,
    ("operation_undone", "refund_numbers"): documents.texts,
}
"""Equal documents may be different bytes."""


def named(shape: Shape, row: Row) -> str:
    """``card … of <merchant>``; what is another's is named with all its keys."""
    keys = [str(row[name]) for name in shape.key.split()[::2] if name != "merchant"]
    return f"{WORDS.get(shape.table, shape.table.replace('_', ' '))} {' '.join(keys)} of {row['merchant']}"


def differences(shape: Shape, log: Row | None, kept: Row | None) -> list[str]:
    if log is None:
        return ["kept, but no event says so"]
    if kept is None:
        return ["by its events it is there, but there is no row"]
    differing = ((name, _read(shape, name, log[name]), _read(shape, name, kept[name])) for name in shape.names)
    return [f"{name} by events {one}, kept {other}" for name, one, other in differing if one != other]


def _read(shape: Shape, name: str, value: Any) -> Any:
    read = _READ.get((shape.table, name))
    return value if read is None or value is None else read(value)
