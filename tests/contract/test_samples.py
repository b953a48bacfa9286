"""Samples are never edited or removed: they are the past, and whatever was published must be readable for ever.

``python -m stampbook_events.samples tests/contract/samples`` adds those of new types.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from stampbook_events import COMMANDS, EVENTS, GENESIS, CommandEnvelope, EventEnvelope, body_of, command_type, hash_of
from stampbook_events.ledger import Moves
from stampbook_events.registry import service_of
from stampbook_events.sample_data import COMMAND_EXAMPLES, EVENT_EXAMPLES
from stampbook_events.upcasters import decode_event

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "samples").glob("*/*.json"))
HASHES: dict[str, str] = json.loads((HERE / "samples" / "hashes.json").read_bytes())
NAMES = [str(path.relative_to(HERE / "samples")) for path in SAMPLES]


def tag_of(path: Path) -> str:
    """A second sample of a type is named ``<tag>.<anything>.json``."""
    return ".".join(path.name.split(".")[:3])


def decode(tag: str, body: bytes) -> msgspec.Struct:
    if tag in COMMANDS:
        return msgspec.json.decode(msgspec.json.decode(body, type=CommandEnvelope).data, type=command_type(tag))
    return decode_event(tag, msgspec.json.decode(body, type=EventEnvelope).data)


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_everything_ever_published_still_decodes(path: Path) -> None:
    decoded = decode(tag_of(path), path.read_bytes())
    assert type(decoded) in COMMANDS.values() or type(decoded) in EVENTS.values()


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_a_field_that_a_newer_publisher_added_is_skipped(path: Path) -> None:
    body: dict[str, Any] = json.loads(path.read_bytes())
    newer = json.dumps(body | {"of_tomorrow": 1, "data": body["data"] | {"of_tomorrow": {"a": [1]}}})
    assert decode(tag_of(path), newer.encode()) == decode(tag_of(path), path.read_bytes())


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_no_sample_was_edited(path: Path) -> None:
    assert hash_of(GENESIS, path.read_bytes()).hex() == HASHES[str(path.relative_to(HERE / "samples"))]


def test_no_sample_was_removed() -> None:
    assert set(HASHES) == set(NAMES)


def test_every_type_has_a_sample() -> None:
    assert {tag_of(path) for path in SAMPLES} >= set(COMMANDS) | set(EVENTS)
    assert [path for path in SAMPLES if path.parent.name != service_of(tag_of(path))] == []


@pytest.mark.parametrize("path", [path for path in SAMPLES if tag_of(path) in EVENTS], ids=tag_of)
def test_the_envelope_is_encoded_as_it_was(path: Path) -> None:
    """Key order, number and time formats are hashed: they cannot change, not even by a newer encoder."""
    body = path.read_bytes()
    assert body_of(msgspec.json.decode(body, type=EventEnvelope)) == body


MOVING = [tag for tag, kind in EVENTS.items() if {"moves", "stamping"} & set(kind.__struct_fields__)]


@pytest.mark.parametrize("tag", MOVING)
def test_what_an_example_moves_adds_up_to_nothing(tag: str) -> None:
    event: Any = EVENT_EXAMPLES[EVENTS[tag]]
    parts = [getattr(event, name, None) for name in ("moves", "stamping")]
    lines = [line for part in parts if part for line in part.lines] + list(getattr(event, "other_lines", ()))
    for unit in ("points", "stamps"):
        assert sum(line.amount for line in lines if line.unit == unit) == 0


@pytest.mark.parametrize("tag", [tag for tag in MOVING if tag != "ledger.card_taken_over.v1"])
def test_the_lots_of_an_example_move_as_its_lines_do(tag: str) -> None:
    """But for a card taken over, whose lots come as they are."""
    moves: Any = getattr(EVENT_EXAMPLES[EVENTS[tag]], "moves", Moves())
    moved = {
        "issued": sum(lot.points for lot in moves.opened) + sum(lot.free for lot in moves.moved),
        "held": sum(lot.held for lot in moves.moved),
    }
    for account, amount in moved.items():
        assert sum(line.amount for line in moves.lines if line.account == account) == amount
    places = ("free", "held", "redeemed", "expired", "reversed", "adjusted", "repaid", "succeeded")
    assert [lot for lot in moves.moved if sum(getattr(lot, place) for place in places)] == []


def test_every_type_has_an_example_of_today() -> None:
    assert set(COMMAND_EXAMPLES) == set(COMMANDS.values())
    assert set(EVENT_EXAMPLES) == set(EVENTS.values())


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_every_sample_fits_its_published_schema(path: Path) -> None:
    tag = tag_of(path)
    owner = "commands" if tag in COMMANDS else service_of(tag)
    schema = json.loads((HERE / "schemas" / f"{owner}.json").read_bytes())
    body = json.loads(path.read_bytes())
    jsonschema.validate(body["data"], schema, format_checker=jsonschema.FormatChecker())
    envelope = json.loads((HERE / "schemas" / "envelope.json").read_bytes())
    jsonschema.validate(body, envelope, format_checker=jsonschema.FormatChecker())
