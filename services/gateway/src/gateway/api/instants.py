"""Instants in an address, such as ``?at=2026-11-24T09:00:00Z``: as strictly read as those in a body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar.params import QueryParameter

from gateway.api.strictness import YEARS
from gateway.problems import FieldProblem, Refused

_WORDS = "An instant of the years 2000 to 2199, not in the future, with Z or an offset (its + as %2B)."
Instant = Annotated[str, QueryParameter(max_length=64, format="date-time", description=_WORDS)]
MaybeInstant = Annotated[str | None, QueryParameter(max_length=64, format="date-time", description=_WORDS)]


def instant_of(text: str, name: str = "at") -> datetime:
    """In UTC. Raises ``Refused`` with the parameter's name."""
    try:
        found = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        raise not_an_instant("not_an_instant", name) from None
    if found.tzinfo is None:
        raise not_an_instant("time_without_zone", name)
    if found.year not in YEARS:
        raise not_an_instant("year_implausible", name)
    return found.astimezone(UTC)


def not_an_instant(code: str, name: str = "at") -> Refused:
    return Refused("parameter_invalid", errors=(FieldProblem(pointer=f"/{name}", code=code),))
