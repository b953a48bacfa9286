"""Ids that follow from other ids, so that a repeated step makes the same ones again."""

import hashlib
import hmac
from functools import lru_cache
from uuid import UUID, uuid5

PLATFORM = UUID("5b0a7a3e-0000-4000-8000-000000000001")
"""The tenant of the platform's own commands: set-up, merchants, host names."""

_DELIVERY = UUID("5b0a7a3e-0000-4000-8000-000000000002")


def command_id(secret: bytes, tenant: UUID, actor: str, route: str, key: str) -> UUID:
    """The id of the command behind an Idempotency-Key, as UUIDv8; every part is length-prefixed.

    *actor* is the stable actor, never the credential: a rotated key must find the old answer again.
    """
    parts = (tenant.bytes, actor.encode(), route.encode(), key.encode())
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = bytearray(hmac.digest(secret, message, "sha256")[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(digest))


def fingerprint(secret: bytes, command_type: str, canonical: bytes) -> bytes:
    """What a command said, without its random parts and seals: 16 bytes of an HMAC."""
    return hmac.digest(secret, command_type.encode() + b"\0" + canonical, hashlib.sha256)[:16]


@lru_cache(maxsize=256)
def event_id(command: UUID, n: int) -> UUID:
    """The id of a command's n-th event, counted from 0; remembered, for one command's handling asks several times."""
    return uuid5(command, str(n))


def card_id(customer: UUID, program: UUID) -> UUID:
    """One card per customer and program."""
    return uuid5(customer, str(program))


def policy_command_id(event: UUID, policy: str) -> UUID:
    """The command that a policy sends because of an event."""
    return uuid5(event, policy)


def delivery_id(merchant: UUID, consumer: str, event: UUID, channel: str, kind: str, recipient: UUID) -> UUID:
    """The key of a delivery, folded into one id; also the left part of a mail's Message-ID."""
    return uuid5(_DELIVERY, f"{merchant}/{consumer}/{event}/{channel}/{kind}/{recipient}")


def outcome_event_id(delivery: UUID, state: str, attempt: int) -> UUID:
    """The event that tells what came of a delivery."""
    return uuid5(delivery, f"{state}/{attempt}")
