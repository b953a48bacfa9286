r"""The daily seal over a service's log: all its running heads at one moment, chained to the seal before it.

A seal's hash is SHA-256 over its JSON with sorted keys, without blanks and without the hash itself, so that whoever was
handed one can check it with nothing of ours: ``jq -cS 'del(.hash)' | tr -d '\n' | sha256sum``.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from stampbook_events import ids
from stampbook_events.envelope import GENESIS

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal.")]

NO_SEAL = GENESIS.hex()
"""What a log's first seal has before it."""


class SealedPartition(msgspec.Struct, frozen=True, kw_only=True):
    """The running head of a partition behind its event at *position*; where there is none, 0 and zeros."""

    id: int
    position: int
    head: Hash


class _LogSealed(msgspec.Struct, frozen=True, kw_only=True):
    """The log of *service* as it stood at *sealed_at*, the first moment after *day* (UTC) that somebody could.

    *number* counts a log's seals from 1, *previous* is the hash of the one before. A seal covers all that came before
    it: a day that nobody sealed is sealed by the next one.
    """

    service: str
    number: int
    day: date
    sealed_at: datetime
    partitions: tuple[SealedPartition, ...]
    previous: Hash
    hash: Hash


class EnrollmentLogSealed(_LogSealed, frozen=True, kw_only=True, tag="enrollment.log_sealed.v1"):
    """The daily seal over enrollment's log."""


class LedgerLogSealed(_LogSealed, frozen=True, kw_only=True, tag="ledger.log_sealed.v1"):
    """The daily seal over the ledger's log."""


class NotifierLogSealed(_LogSealed, frozen=True, kw_only=True, tag="notifier.log_sealed.v1"):
    """The daily seal over the notifier's log."""


class WalletLogSealed(_LogSealed, frozen=True, kw_only=True, tag="wallet.log_sealed.v1"):
    """The daily seal over the wallet sync's log."""


SealEvent = EnrollmentLogSealed | LedgerLogSealed | NotifierLogSealed | WalletLogSealed


def seal_tag(service: str) -> str:
    return f"{service}.log_sealed.v1"


def log_id(service: str) -> UUID:
    """The aggregate whose events are the seals of a service's log."""
    return uuid5(ids.PLATFORM, f"log/{service}")


def seal_event_id(service: str, day: date) -> UUID:
    """A day is sealed once, whoever does it."""
    return uuid5(log_id(service), day.isoformat())


def seal_text(fields: Mapping[str, Any]) -> bytes:
    """The bytes of a seal that are hashed; *fields* as they come of its JSON, those of a newer release included."""
    return msgspec.json.encode({name: fields[name] for name in fields if name != "hash"}, order="deterministic")


def hash_of_text(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
