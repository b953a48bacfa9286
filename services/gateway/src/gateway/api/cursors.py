"""Cursors as callers see them: of no meaning to them, and good for the list they were given out with alone."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from typing import Annotated

from litestar.params import QueryParameter

from gateway.api.context import Parts
from gateway.problems import Refused

Cursor = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=240, description="As an answer gave it; of no other list than this one."),
]
Limit = Annotated[int, QueryParameter(ge=1, le=50)]

_SHAPE = re.compile(r"([A-Za-z0-9_-]{2,200})\.([0-9a-f]{24})")


def given_out(parts: Parts, of: tuple[object, ...], place: str | None) -> str | None:
    """*of*: what is listed, and whose; a cursor is bound to it."""
    if place is None:
        return None
    text = urlsafe_b64encode(place.encode()).decode().rstrip("=")
    return f"{text}.{parts.ids.mark('cursor', *of, place)}"


def place_in(parts: Parts, of: tuple[object, ...], cursor: str | None) -> str | None:
    """Raises ``Refused`` for what we did not give out, or gave out with another list."""
    if cursor is None:
        return None
    found = _SHAPE.fullmatch(cursor)
    if found is None:
        raise Refused("cursor_invalid")
    try:
        place = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode()
    except ValueError:
        raise Refused("cursor_invalid") from None
    if not compare_digest(found[2], parts.ids.mark("cursor", *of, place)):
        raise Refused("cursor_invalid")
    return place
