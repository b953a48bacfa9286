"""Rewrites ``walletobjects.json``, the part of Google's discovery document that the emulator holds requests against.

``python -m stampbook_cli.wallet_emulator.contract`` needs google-api-python-client, a development dependency. Names,
types, formats and enums are taken over; which fields are required stands there in prose only and is read from it.
"""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

EXTRACT = Path(__file__).with_name("walletobjects.json")
RESOURCES = ("loyaltyclass", "loyaltyobject", "jwt")
# The other kinds of pass hang on these answers; we never receive them.
NOT_FOLLOWED = {"JwtInsertResponse"}
REQUIRED = re.compile(r"^Required\b|\bThis is a required field of\b")
KEPT = ("type", "format", "enum", "deprecated")


def discovery_document() -> dict[str, Any]:
    source = files("googleapiclient") / "discovery_cache" / "documents" / "walletobjects.v1.json"
    document: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return document


def extract(document: dict[str, Any]) -> dict[str, Any]:
    methods = {
        method["id"].removeprefix("walletobjects."): method_extract(method)
        for resource in RESOURCES
        for method in document["resources"][resource]["methods"].values()
    }
    roots = [method[side] for method in methods.values() for side in ("request", "response") if side in method]
    return {
        "revision": document["revision"],
        "methods": methods,
        "parameters": sorted(document["parameters"]),
        "schemas": reachable(document["schemas"], [name for name in roots if name not in NOT_FOLLOWED]),
    }


def method_extract(method: dict[str, Any]) -> dict[str, Any]:
    kept = {"method": method["httpMethod"], "path": method["path"]}
    kept["query"] = sorted(name for name, place in method["parameters"].items() if place["location"] == "query")
    for side in ("request", "response"):
        if side in method:
            kept[side] = method[side]["$ref"]
    return kept


def reachable(schemas: dict[str, Any], roots: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = sorted(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schema_extract(schemas[name])
            waiting += [ref for field in found[name]["fields"].values() if (ref := referred(field))]
    return found


def schema_extract(schema: dict[str, Any]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    kept: dict[str, Any] = {"fields": {name: field_extract(field) for name, field in fields.items()}}
    if required := [name for name, field in fields.items() if REQUIRED.search(field.get("description", ""))]:
        kept["required"] = required
    return kept


def field_extract(field: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in field:
        return {"ref": field["$ref"]}
    kept = {name: field[name] for name in KEPT if name in field}
    if "items" in field:
        kept["items"] = field_extract(field["items"])
    return kept


def referred(field: dict[str, Any]) -> str | None:
    reference: str | None = field.get("ref")
    return reference if reference or "items" not in field else referred(field["items"])


def rendered(contract: dict[str, Any]) -> str:
    """One field a line, so that a new revision reads well as a diff."""
    return json.dumps(contract, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    EXTRACT.write_text(rendered(extract(discovery_document())), encoding="utf-8")
    print(EXTRACT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
