"""Sealing personal data for one service, so that it crosses the bus and lies on a stream unreadable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from stampbook_events.enrollment import Sealed
from stampbook_messaging.clock import Clock, SystemClock
from stampbook_messaging.queries import Queries


class BoxUnreadable(ValueError):
    """The box was sealed to another key, or was changed on its way."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    public: bytes
    private: bytes = field(repr=False)


def new_key_pair() -> KeyPair:
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def seal_to(public_key: bytes, plain: bytes) -> bytes:
    """A box that only the holder of the private key can open; who sealed it is not told."""
    return SealedBox(PublicKey(public_key)).encrypt(plain)


def open_box(private_key: bytes, box: bytes) -> bytes:
    """Raises ``BoxUnreadable``."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(box)
    except (CryptoError, ValueError, TypeError):
        raise BoxUnreadable("the box does not open with this key") from None


class ReplyKey:
    """A key pair for one query: whoever answers seals personal data to *public*, and only the asker can read it."""

    def __init__(self) -> None:
        self._pair = new_key_pair()

    @property
    def public(self) -> bytes:
        return self._pair.public

    def open(self, box: bytes) -> bytes:
        return open_box(self._pair.private, box)


class AskSealingKey(msgspec.Struct, frozen=True, kw_only=True):
    """``q.<service>.sealing_key``: the key of the day."""


class SealingKey(msgspec.Struct, frozen=True, kw_only=True):
    """*use_until*: whoever seals after this asks for the next day's key first."""

    day: str
    key_id: str
    public: bytes
    use_until: datetime


@dataclass(slots=True)
class Sealer:
    """Seals for services that publish a key of the day; asks each for it once a day."""

    queries: Queries
    clock: Clock = field(default_factory=SystemClock)
    _keys: dict[str, SealingKey] = field(default_factory=dict)

    async def seal(self, service: str, plain: bytes) -> Sealed:
        """Raises ``QueryUnavailable`` when the key is not known here and the service does not answer."""
        key = self._keys.get(service)
        if key is None or self.clock.now() >= key.use_until:
            key = await self.queries.ask(service, "sealing_key", AskSealingKey(), SealingKey)
            self._keys[service] = key
        return Sealed(service=service, day=key.day, key_id=key.key_id, box=seal_to(key.public, plain))
