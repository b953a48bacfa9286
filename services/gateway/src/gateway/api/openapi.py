"""The API's description in OpenAPI 3.1: paths from the handlers, schemas from the very types that decode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig

from gateway.api import bodies, views, writing
from gateway.api.described import OPERATIONS, READS
from gateway.api.examples import ANSWERS, BODIES, RESULTS
from gateway.problems import KNOWN, MEDIA_TYPE, Problem, Refused, status_of
from gateway.refusals import LEDGER
from stampbook_events.enrollment import LANGUAGES

TITLE = "Stampbook"
VERSION = "1"
_NO_WRITES = {"find_cards"}
_OPEN = {"initialise_platform"}
_INTRODUCTION = """\
One API for tills, storefronts and integrators. A write is acknowledged when its command is stored: 202 with the
address of the command, or, with `Prefer: wait=n`, its outcome. Every write carries an `Idempotency-Key`: the same key
with the same body gets the same answer, for as long as the log lives; with another body 422. Refusals are problem
details (RFC 9457) whose `code` never changes. What belongs to another merchant does not exist for you: 404.
Fields and codes are only ever added within version 1; what is to go away is announced a year before.
"""


def document(handlers: Sequence[HTTPRouteHandler], base_url: str) -> dict[str, Any]:
    config = OpenAPIConfig(
        title=TITLE, version=VERSION, description=_INTRODUCTION, render_plugins=[], use_handler_docstrings=True
    )
    found: dict[str, Any] = Litestar(route_handlers=list(handlers), openapi_config=config).openapi_schema.to_schema()
    paths = {path: item for path, item in found["paths"].items() if path.startswith("/v1/")}
    for item in paths.values():
        for method, operation in item.items():
            _complete(method, operation)
    return {
        "openapi": "3.1.0",
        "info": found["info"],
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "examples": {code: {"value": _problem(code)} for code in KNOWN},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _complete(method: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    operation["security"] = [] if name in _OPEN else [{"key": []}]
    operation["responses"].pop("400", None)
    operation["responses"]["200"]["description"] = "Done."
    operation["responses"]["default"] = _problems("A problem: see `code`.", {})
    operation.pop("deprecated", None)
    if method in {"post", "delete"} and name not in _NO_WRITES:
        operation["parameters"] = [*operation.get("parameters", []), *_WRITE_HEADERS]
        operation["responses"]["202"] = _ACCEPTED
    if name in OPERATIONS:
        result, codes = OPERATIONS[name]
        _describe(operation["responses"], _outcome(result), _applied(RESULTS[name]), codes)
    if name in READS:
        answer, codes = READS[name]
        _describe(operation["responses"], answer.__name__, ANSWERS[name], codes)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = content["schema"]["$ref"].rsplit("/", 1)[-1]
        content["examples"] = {"example": {"value": BODIES[body]}}


def _describe(responses: dict[str, Any], schema: str, example: dict[str, Any], codes: Sequence[str]) -> None:
    """What comes of it, and the refusals by their status, each with its problem as an example."""
    responses["200"]["content"] = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{schema}"},
            "examples": {"example": {"value": example}},
        }
    }
    for status in sorted(set(map(status_of, codes))):
        refused = [code for code in codes if status_of(code) == status]
        examples = {code: {"$ref": f"#/components/examples/{code}"} for code in refused}
        responses[str(status)] = _problems(", ".join(f"`{code}`" for code in refused) + ".", examples)


def _problems(description: str, examples: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": description, "content": {MEDIA_TYPE: content | ({"examples": examples} if examples else {})}}


def _problem(code: str) -> dict[str, Any]:
    refused = Refused(code, command_id=_COMMAND if code in LEDGER else "")
    problem: dict[str, Any] = msgspec.to_builtins(refused.problem(_REQUEST))
    return problem


def _applied(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "command_id": _COMMAND,
        "service": "ledger",
        "status": "applied",
        "result": result,
        "recorded_at": "2026-11-24T09:00:01Z",
    }


def _outcome(result: type[msgspec.Struct]) -> str:
    return f"{result.__name__}Outcome"


_COMMAND = "0b6f7c1e-5a53-8c3e-9d58-7c3c2b9a1f0d"
_REQUEST = "0b6f7c1e-5a53-4c3e-9d58-7c3c2b9a1f0e"
_WRITE_HEADERS: list[dict[str, Any]] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Your own name for this write; quoted or bare.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": '^([!#-~][!-~]*|"[ !#-\\[\\]-~]+")$'},
        "example": "till-3-2026-11-24-0017",
    },
    {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "description": "`wait=n`: up to n seconds (30 at most) for the outcome.",
        "schema": {"type": "string"},
        "example": "wait=5",
    },
]
_ACCEPTED: dict[str, Any] = {
    "description": "Stored, and will be decided: follow Location.",
    "headers": {
        "Location": {"schema": {"type": "string"}, "description": "The command's address."},
        "Retry-After": {"schema": {"type": "string"}},
    },
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CommandOutcome"}}},
}

_IN_LANGUAGES = {"enum": list(LANGUAGES)}
_KEYS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("names", "descriptions", "taglines", "terms", "privacy"), _IN_LANGUAGES),
    "rates": {"pattern": "^[A-Z]{3}$"},
}
"""What the keys of these fields may be: the generator of schemas says it of values only."""


def _schemas() -> dict[str, Any]:
    found = {described.result for described in OPERATIONS.values()}
    types = [*(getattr(bodies, name) for name in BODIES), *sorted(found, key=lambda result: result.__name__)]
    types += [writing.CommandOutcome, views.TicketCard, views.TestForm, Problem]
    types += [*(described.result for described in READS.values())]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for result in found:
        components[_outcome(result)] = _outcome_of(result, components["CommandOutcome"])
    for schema in components.values():
        for name, field in schema["properties"].items():
            if name in _KEYS and field.get("type") == "object":
                field["propertyNames"] = _KEYS[name]
    return dict(sorted(components.items()))


def _outcome_of(result: type[msgspec.Struct], outcome: dict[str, Any]) -> dict[str, Any]:
    """A command's outcome when it was applied: the same resource, with what comes of this operation in it."""
    return outcome | {
        "title": _outcome(result),
        "description": "The command was applied.",
        "required": [*outcome["required"], "result"],
        "properties": outcome["properties"]
        | {"status": {"enum": ["applied"]}, "result": {"$ref": f"#/components/schemas/{result.__name__}"}},
    }
