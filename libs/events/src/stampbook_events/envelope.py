"""The envelopes that commands and events travel in, and the bytes that are hashed."""

import hashlib
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

GENESIS = bytes(32)
"""The predecessor's hash of an aggregate's first event, and the running head of an empty partition."""

ActorKind = Literal["super_admin", "merchant_key", "staff", "customer", "anonymous", "service"]
StaffRole = Literal["merchant_owner", "store_manager", "staff"]


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acted: a stable id (key, staff member, service), never a credential and never a name.

    *role* of a member of staff; without one they may do what all of them may.
    """

    kind: ActorKind
    id: str
    role: StaffRole | None = None
    store: UUID | None = None
    device: UUID | None = None


class CommandEnvelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command as it lies on the stream; its recorded-at is the stream's own time of the message.

    *keys*: the aggregates whose later commands must wait behind this one if it parks.
    *fingerprint*: HMAC over the decoded command; the same id with another fingerprint is refused (422).
    *not_after*: recorded later than this, the answer is ``too_late`` (R73).
    *chance*: random bytes of whoever sends it, for what has to be unpredictable, such as redeem codes; a replay of the
    stored command draws the same again.
    """

    id: UUID
    type: str
    merchant: UUID
    actor: Actor
    correlation: UUID
    fingerprint: bytes
    data: msgspec.Raw
    keys: tuple[UUID, ...] = ()
    causation: UUID | None = None
    occurred_at: datetime | None = None
    not_after: datetime | None = None
    answer_to: str | None = None
    chance: bytes = b""


class EventEnvelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recorded event. Its encoded bytes are the hashed bytes and the body on the event stream.

    *aggregate* is the card, program, store, customer or delivery; *version* counts its events from 1;
    *position* counts the events of the partition from 1, without gaps.
    """

    id: UUID
    type: str
    recorded_at: datetime
    occurred_at: datetime
    aggregate: UUID
    version: int
    partition: int
    position: int
    merchant: UUID
    actor: Actor
    correlation: UUID
    causation: UUID
    data: msgspec.Raw


_encoder = msgspec.json.Encoder(order="deterministic")


def body_of(envelope: EventEnvelope) -> bytes:
    """The bytes of an event: hashed, stored and published as they are."""
    return _encoder.encode(envelope)


def hash_of(previous: bytes, body: bytes) -> bytes:
    """SHA-256 over the hash of the predecessor on the same aggregate and the event's bytes."""
    return hashlib.sha256(previous + body).digest()


def running_head(head: bytes, position: int, event_hash: bytes) -> bytes:
    """The partition's head after one more event; the position is eight bytes, big-endian."""
    return hashlib.sha256(head + position.to_bytes(8, "big") + event_hash).digest()
