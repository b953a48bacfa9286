"""Bodies are read strictly: a number in quotes is no number; unknown fields and texts no log can hold are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from gateway.problems import FieldProblem, Refused

_PLACE = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`$")


async def well_formed(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The framework would convert what does not fit; this looks at the bytes before it does."""
    if not isinstance(connection, Request) or not isinstance(handler, HTTPRouteHandler):
        return
    if connection.method != "POST" or handler.parsed_data_field is None:
        return
    if not _is_json(connection.headers.get("content-type", "")):
        raise Refused("media_type_unsupported")
    body = await connection.body()
    try:
        read = _decoder(handler.parsed_data_field.annotation).decode(body)
    except msgspec.ValidationError as wrong:
        raise Refused("body_malformed", errors=(_problem(str(wrong)),)) from None
    except (msgspec.DecodeError, RecursionError):
        raise Refused("body_malformed", "This is no JSON.") from None
    if b"\\u0000" in body and (unstorable := tuple(_unstorable(read))):
        raise Refused("form_refused", errors=unstorable)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    return media_type.strip().lower() == "application/json" and charset in {"", "charset=utf-8"}


def _problem(text: str) -> FieldProblem:
    """``Expected `int`, got `str` - at `$.rates.EUR`` → the place as a pointer, and what was wanted there."""
    found = _PLACE.search(text)
    if found is None:
        return FieldProblem(pointer="", code=text)
    pointer = re.sub(r"\[([^\]]*)\]", r"/\1", found["path"].replace(".", "/"))
    return FieldProblem(pointer=pointer, code=text[: found.start()])


def _unstorable(read: Any, pointer: str = "") -> Iterator[FieldProblem]:
    """Texts with a NUL: PostgreSQL holds none, so no log does."""
    if isinstance(read, str) and "\0" in read:
        yield FieldProblem(pointer=pointer, code="control_characters")
    elif isinstance(read, msgspec.Struct):
        for name in read.__struct_fields__:
            yield from _unstorable(getattr(read, name), f"{pointer}/{name}")
    elif isinstance(read, Mapping):
        for key, one in read.items():
            yield from _unstorable(key, f"{pointer}/*")
            yield from _unstorable(one, f"{pointer}/*")
    elif isinstance(read, list | tuple):
        for place, one in enumerate(read):
            yield from _unstorable(one, f"{pointer}/{place}")
