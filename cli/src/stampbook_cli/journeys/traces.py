"""Whether what one customer caused, in all services, is one trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def services_in_trace(folder: Path, trace_id: str) -> dict[str, int]:
    """Spans of *trace_id* by service, from the OTLP JSON lines in *folder*."""
    counted: dict[str, int] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for service, span in _spans(file):
            if span.get("traceId") == trace_id:
                counted[service] = counted.get(service, 0) + 1
    return counted


def _spans(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return  # The last line is being written this moment.
            for resource in json.loads(line).get("resourceSpans", ()):
                service = _service_of(resource)
                for scope in resource.get("scopeSpans", ()):
                    for span in scope.get("spans", ()):
                        yield service, span


def _service_of(resource: dict[str, Any]) -> str:
    attributes = resource.get("resource", {}).get("attributes", ())
    return next((one["value"]["stringValue"] for one in attributes if one["key"] == "service.name"), "")
