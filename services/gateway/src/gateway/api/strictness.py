"""Bodies are read strictly: a number in quotes is no number; unknown fields, NULs and the year 9999 are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from gateway.problems import FieldProblem, Refused

YEARS = range(2000, 2200)
"""What is dated before or after these was not meant, and no calendar should have to count up to it."""

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
    kind = handler.parsed_data_field.annotation
    try:
        read = _decoder(kind).decode(body)
    except msgspec.ValidationError as wrong:
        raise _refused(kind, _problem(str(wrong))) from None
    except (msgspec.DecodeError, RecursionError):
        raise Refused("body_malformed", "This is no JSON.") from None
    if impossible := tuple(_impossible(read)):
        raise Refused("form_refused", errors=impossible)


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
    path = found["path"].replace("[...]", "/*")  # Some entry of a mapping: its key is the caller's own word.
    pointer = re.sub(r"\[([^\]]*)\]", r"/\1", path.replace(".", "/"))
    return FieldProblem(pointer=pointer, code=text[: found.start()])


def _refused(kind: Any, problem: FieldProblem) -> Refused:
    """A number that no command could carry has the rule book's own code (R1); it never reaches the ledger."""
    extra = _numbers(kind).get(problem.pointer.removeprefix("/"))
    code = _number_code(extra, problem.code) if extra is not None else None
    if code is None:
        return Refused("body_malformed", errors=(problem,))
    return Refused(code, errors=(FieldProblem(pointer=problem.pointer, code=code),))


def _number_code(extra: Mapping[str, Any], text: str) -> str | None:
    noun = extra["noun"]
    fraction = text.startswith("Expected `int") and text.endswith("got `float`")
    below = text.startswith("Expected `int` >=")
    if not (fraction or below or text.startswith("Expected `int` <=")):
        return None
    if noun == "quantity":
        return "quantity_invalid"
    if fraction:
        return f"{noun}_not_whole"
    return f"{noun}_not_positive" if below and not extra["signed"] else f"{noun}_too_large"


@cache
def _numbers(kind: Any) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a body that hold one operation's size, and how their nouns go."""
    info = msgspec.inspect.type_info(kind)
    if not isinstance(info, msgspec.inspect.StructType):
        return {}
    return {field.encode_name: extra for field in info.fields if (extra := _noun(field.type)) is not None}


def _noun(kind: msgspec.inspect.Type) -> Mapping[str, Any] | None:
    options = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    for option in options:
        if isinstance(option, msgspec.inspect.Metadata) and option.extra and "noun" in option.extra:
            return option.extra
    return None


def _impossible(read: Any, pointer: str = "") -> Iterator[FieldProblem]:
    """Dates and instants out of all calendars, and texts with a NUL: PostgreSQL holds none, so no log does."""
    if isinstance(read, date) and read.year not in YEARS:
        yield FieldProblem(pointer=pointer, code="year_implausible")
    elif isinstance(read, str) and "\0" in read:
        yield FieldProblem(pointer=pointer, code="control_characters")
    else:
        for place, one in _parts(read):
            yield from _impossible(one, f"{pointer}/{place}")


def _parts(read: Any) -> Iterator[tuple[object, Any]]:
    """What a body holds, each with its place; keys of a mapping are the caller's own words and are not repeated."""
    if isinstance(read, msgspec.Struct):
        yield from ((name, getattr(read, name)) for name in read.__struct_fields__)
    elif isinstance(read, Mapping):
        yield from (("*", one) for entry in read.items() for one in entry)
    elif isinstance(read, list | tuple):
        yield from enumerate(read)
