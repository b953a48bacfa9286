"""One example of every command and event, in its envelope, as it would lie on the bus.

``python -m stampbook_events.samples <directory>`` writes the examples that are not there yet. What is there is the
past: it is neither rewritten nor removed, and it must decode for ever.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import msgspec

from stampbook_events import ids
from stampbook_events.envelope import GENESIS, Actor, CommandEnvelope, EventEnvelope, body_of, hash_of
from stampbook_events.registry import COMMANDS, EVENTS, service_of
from stampbook_events.sample_data import COMMAND_EXAMPLES, EVENT_EXAMPLES, FASHIONHUB, FG, MERCHANT
from stampbook_events.subjects import partition_of

HASHES = "hashes.json"
_RECORDED_AT = datetime(2026, 6, 6, 12, 0, 0, 250_000, tzinfo=UTC)
_ACTOR = Actor(kind="staff", id="6c1f6f0e-0000-4000-8000-00000000c1e7", store=FASHIONHUB)


def _id(name: str) -> UUID:
    return uuid5(MERCHANT, f"sample {name}")


def sample_command(tag: str) -> CommandEnvelope:
    data = COMMAND_EXAMPLES[COMMANDS[tag]]
    return CommandEnvelope(
        id=_id(tag),
        type=tag,
        merchant=MERCHANT,
        actor=_ACTOR,
        correlation=_id("correlation"),
        fingerprint=ids.fingerprint(b"sample", tag, b"{}"),
        data=msgspec.Raw(msgspec.json.encode(data)),
        keys=(FG,),
        occurred_at=_RECORDED_AT,
    )


def sample_event(tag: str) -> EventEnvelope:
    """The first event of an aggregate, at the first position of its partition."""
    data = EVENT_EXAMPLES[EVENTS[tag]]
    command = _id("command")
    return EventEnvelope(
        id=ids.event_id(command, 0),
        type=tag,
        recorded_at=_RECORDED_AT,
        occurred_at=_RECORDED_AT,
        aggregate=_id("aggregate"),
        version=1,
        partition=partition_of(MERCHANT),
        position=1,
        merchant=MERCHANT,
        actor=_ACTOR,
        correlation=_id("correlation"),
        causation=command,
        data=msgspec.Raw(msgspec.json.encode(data)),
    )


def sample_bodies() -> dict[str, bytes]:
    """The bytes of every example by ``<service>/<tag>.json``."""
    commands = {tag: msgspec.json.encode(sample_command(tag), order="deterministic") for tag in COMMANDS}
    events = {tag: body_of(sample_event(tag)) for tag in EVENTS}
    return {f"{service_of(tag)}/{tag}.json": body for tag, body in (commands | events).items()}


def write_missing(directory: Path) -> list[str]:
    """Write the examples of types that have none in *directory*, with their hashes; returns their names."""
    known: dict[str, str] = json.loads(hashes.read_text()) if (hashes := directory / HASHES).exists() else {}
    written = []
    for name, body in sample_bodies().items():
        path = directory / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            known[name] = hash_of(GENESIS, body).hex()
            written.append(name)
    hashes.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    return written


if __name__ == "__main__":
    for name in write_missing(Path(sys.argv[1])):
        sys.stdout.write(f"{name}\n")
