"""Holds a resource against the contract: unknown fields, types, enums, ranges, required fields. Pure."""

import math
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import msgspec

from stampbook_cli.wallet_emulator.rules import RULES
from stampbook_cli.wallet_emulator.violation import Violation

INT32 = range(-(2**31), 2**31)
INT64 = range(-(2**63), 2**63)
INT64_TEXT = re.compile(r"-?[0-9]{1,19}")


class Field(msgspec.Struct, frozen=True, kw_only=True):
    ref: str | None = None
    type: str | None = None
    format: str | None = None
    enum: frozenset[str] | None = None
    items: "Field | None" = None
    deprecated: bool = False


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    fields: dict[str, Field]
    required: list[str] = []


class Method(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    query: frozenset[str] = frozenset()
    request: str | None = None
    response: str | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The extract of Google's discovery document; ``contract.py`` makes it."""

    revision: str
    methods: dict[str, Method]
    parameters: frozenset[str]
    schemas: dict[str, Schema]

    def violations(self, schema_name: str, value: object, *, partial: bool, path: str = "") -> Iterator[Violation]:
        """Everything wrong with a value. A *partial* one is a patch: what it leaves out is judged after the merge."""
        if not isinstance(value, dict):
            yield Violation(path=path, problem="must be an object")
            return
        found = list(self._of_fields(schema_name, value, partial=partial, path=path))
        yield from found
        if not partial and not found:
            yield from missing(self.schemas[schema_name], value, path)
            if (rule := RULES.get(schema_name)) is not None:
                yield from rule(value, path)

    def _of_fields(self, schema_name: str, value: dict[str, Any], *, partial: bool, path: str) -> Iterator[Violation]:
        schema = self.schemas[schema_name]
        for name, item in value.items():
            place = f"{path}.{name}" if path else name
            if (field := schema.fields.get(name)) is None:
                yield Violation(path=place, problem="is not a field of " + schema_name)
            elif item is not None:
                yield from self._of_field(field, item, partial=partial, path=place)

    def _of_field(self, field: Field, value: object, *, partial: bool, path: str) -> Iterator[Violation]:
        if field.ref is not None:
            yield from self.violations(field.ref, value, partial=partial, path=path)
        elif field.items is not None:
            if not isinstance(value, list):
                yield Violation(path=path, problem="must be a list")
                return
            for number, item in enumerate(value):
                # A list is replaced as a whole, so each of its items must be complete even in a patch.
                yield from self._of_field(field.items, item, partial=False, path=f"{path}[{number}]")
        elif problem := scalar_problem(field, value):
            yield Violation(path=path, problem=problem)


def missing(schema: Schema, value: dict[str, Any], path: str) -> Iterator[Violation]:
    for name in schema.required:
        if value.get(name) in (None, "", {}):
            yield Violation(path=f"{path}.{name}" if path else name, problem="is required")


def scalar_problem(field: Field, value: object) -> str | None:
    match field.type:
        case "boolean":
            return None if isinstance(value, bool) else "must be true or false"
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool) and value in INT32
            return None if fits else "must be a whole number of 32 bits"
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            return None if fits else "must be a number"
        case _:
            return text_problem(field, value)


def text_problem(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        return "must be a 64 bit number written as a string" if field.format == "int64" else "must be a string"
    if field.enum is not None and value not in field.enum:
        return "must be one of " + ", ".join(sorted(field.enum))
    if field.format == "int64" and not (INT64_TEXT.fullmatch(value) and int(value) in INT64):
        return "must be a 64 bit number written as a string"
    return None


def load_contract() -> Contract:
    extract = files("stampbook_cli.wallet_emulator") / "walletobjects.json"
    return msgspec.json.decode(extract.read_bytes(), type=Contract)
