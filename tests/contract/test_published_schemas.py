"""What we publish is what is written down here: a diff under schemas/ is a change of the contract.

``python -m stampbook_events.schemas tests/contract/schemas`` rewrites the files.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stampbook_events import EVENTS, schemas
from stampbook_events.routing import PUBLIC

PUBLISHED = Path(__file__).parent / "schemas"
ASYNCAPI: dict[str, Any] = json.loads((PUBLISHED / "asyncapi.json").read_bytes())


@pytest.mark.parametrize("name", schemas.files())
def test_the_schema_is_the_one_we_published(name: str) -> None:
    assert (PUBLISHED / name).read_text() == schemas.files()[name]


def test_there_is_no_schema_that_nobody_writes() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == set(schemas.files())


def test_no_schema_names_a_python_module() -> None:
    names = [name for schema in schemas.schemas().values() for name in schema["$defs"]]
    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        yield from (found for value in node.values() for found in references(value))
    elif isinstance(node, list):
        yield from (found for value in node for found in references(value))


def resolves(reference: str) -> bool:
    node: Any = ASYNCAPI
    for part in reference.removeprefix("#/").split("/"):
        node = node.get(part)
        if node is None:
            return False
    return True


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    found = set(references(ASYNCAPI))
    assert found
    assert [reference for reference in found if not resolves(reference)] == []


def test_every_public_event_has_its_channel_and_no_other_event_has_one() -> None:
    said = {(channel["address"].split(".")[1], channel["address"].split(".")[-1]) for channel in channels()}
    public = {(tag.split(".")[0], tag.split(".")[1]) for tag in EVENTS if PUBLIC[tag]}
    assert said == public


def channels() -> list[dict[str, Any]]:
    return list(ASYNCAPI["channels"].values())


def test_channels_are_the_subjects_that_a_merchants_credential_may_read() -> None:
    grammar = re.compile(r"evt\.[a-z]+\.pub\.\{merchant\}\.\{partition\}\.[a-z_]+")
    assert [channel["address"] for channel in channels() if not grammar.fullmatch(channel["address"])] == []
