"""Where a page ends, in words that only we understand."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from stampbook_messaging.queries import Refusal

First = TypeVar("First", datetime, UUID)


def cursor(first: datetime | UUID, second: UUID) -> str:
    return f"{first.isoformat() if isinstance(first, datetime) else first}~{second}"


def place(cursor: str | None, kind: type[First]) -> tuple[First | None, UUID | None]:
    """The last row of the page before; a cursor that we did not make is refused."""
    if cursor is None:
        return None, None
    first, _, second = cursor.partition("~")
    try:
        found = msgspec.convert(first, kind), UUID(second)
    except (msgspec.ValidationError, ValueError):
        raise Refusal("cursor_invalid") from None
    if isinstance(found[0], datetime) and found[0].tzinfo is None:
        raise Refusal("cursor_invalid")
    return found


def after(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise Refusal("cursor_invalid") from None


def version(cursor: str | None) -> tuple[UUID, int] | None:
    """An event by its card and its version there."""
    if cursor is None:
        return None
    card_id, _, number = cursor.partition("~")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refusal("cursor_invalid")
    try:
        return UUID(card_id), int(number)
    except ValueError:
        raise Refusal("cursor_invalid") from None
