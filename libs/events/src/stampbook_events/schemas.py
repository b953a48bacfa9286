"""The published JSON Schemas and routes. ``python -m stampbook_events.schemas <directory>`` rewrites them, ``--check`` compares.

A diff under that directory is a change of the contract, to be read by a person.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from stampbook_events.asyncapi import document
from stampbook_events.envelope import CommandEnvelope, EventEnvelope
from stampbook_events.registry import COMMANDS, EVENTS, service_of, tag_of
from stampbook_events.routing import ROUTES, Declared, Handled, Verdict
from stampbook_events.subjects import SERVICES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file, without the ending."""
    published = {service: _one_of(f"Events of {service}", _events_of(service)) for service in SERVICES}
    published["commands"] = _one_of("Commands of all services", list(COMMANDS.values()))
    published["envelope"] = _one_of("What commands and events travel in", [CommandEnvelope, EventEnvelope])
    return published


def files() -> dict[str, str]:
    """The text of every published file by its name."""
    documents = {**schemas(), "asyncapi": document(), "routes": routes()}
    return {f"{name}.json": text(content) for name, content in documents.items()}


def routes() -> dict[str, Any]:
    """Who may read an event and who reacts to it: here so that a changed route is seen as a change of the contract."""
    return {
        tag_of(kind): {
            "public": route.public,
            "to": {consumer: _verdict(verdict) for consumer, verdict in route.to.items()},
        }
        for kind, route in ROUTES.items()
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Handled():
            return {"handled": list(verdict.demands)}
        case Declared():
            return {"declared": list(verdict.demands), "ignored": verdict.reason}
        case _:
            return {"ignored": verdict.reason}


def text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for stale in set(directory.glob("*.json")) - {directory / name for name in files()}:
        stale.unlink()
    for name, content in files().items():
        (directory / name).write_text(content)


def stale(directory: Path) -> list[str]:
    """The files under *directory* that are not what would be written now."""
    found = {path.name: path.read_text() for path in directory.glob("*.json")}
    return sorted(name for name in found.keys() | files().keys() if found.get(name) != files().get(name))


def _events_of(service: str) -> list[type[msgspec.Struct]]:
    return [kind for tag, kind in EVENTS.items() if service_of(tag) == service]


def _one_of(title: str, kinds: list[type[msgspec.Struct]]) -> dict[str, Any]:
    """One schema for all *kinds*; each is a component under its class's own name, never under a module's."""
    references, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": title,
        "oneOf": sorted(references, key=lambda reference: str(reference["$ref"])),
        "$defs": components,
    }


def main(arguments: list[str]) -> int:
    directory = Path(arguments[-1])
    if "--check" not in arguments:
        write(directory)
        return 0
    different = stale(directory)
    for name in different:
        sys.stderr.write(f"{directory / name} is not what the code says; `make schemas` writes it anew\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
