"""What the worker hands to a service and what it gets back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from stampbook_events import CommandEnvelope, EventEnvelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A command as it was taken from the stream. *recorded_at* is the stream's time of the message (R2).

    *late*: it was taken after its ``not_after``; the decider refuses it with ``too_late`` (R73).
    """

    envelope: CommandEnvelope
    command: Any
    partition: int
    seq: int
    recorded_at: datetime
    late: bool = False
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event to be recorded on one aggregate; without *occurred_at* it happened when it was recorded."""

    aggregate: UUID
    event: msgspec.Struct
    merchant: UUID | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a command led to. *result* is the durable answer; *refused* is a refusal code, None when applied."""

    facts: tuple[Fact, ...]
    result: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event as a consumer reads it, decoded to its newest shape."""

    envelope: EventEnvelope
    event: Any
    hash: bytes
    stream_seq: int
    traceparent: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The durable answer to a command, as the inbox keeps it and ``answer.gateway.…`` tells it.

    *status*: ``applied``, ``refused``, ``parked`` (held for an operator), ``mismatch`` (same id, other body: 422),
    ``undecodable``.
    """

    command_id: UUID
    status: str
    code: str | None = None
    result: msgspec.Raw = msgspec.Raw(b"{}")
    recorded_at: datetime | None = None
