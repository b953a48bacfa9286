"""The keys that never lie in the database: they wrap the customers' data keys and make the look-up hashes."""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32
_FORMAT = b"\x01"


class KeyringBroken(RuntimeError):
    """The keyring's file does not hold what it must."""


class Undecryptable(ValueError):
    """Another key, other associated data, or changed bytes."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    kek: dict[str, str]
    current: str
    index: str


@dataclass(frozen=True, slots=True)
class Keyring:
    """*kek* wraps: new wraps bear the *current* key's id, older ones open as long as their key is in the file."""

    current: str
    _kek: dict[str, bytes] = field(repr=False)
    _index: bytes = field(repr=False)

    @classmethod
    def from_file(cls, path: Path | str) -> Keyring:
        """``{"kek": {"<id>": "<32 bytes, base64>", …}, "current": "<id>", "index": "<32 bytes, base64>"}``."""
        try:
            content = msgspec.json.decode(Path(path).read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError) as reason:
            raise KeyringBroken(f"the keyring cannot be read: {reason}") from None
        if content.current not in content.kek:
            raise KeyringBroken(f"the keyring's current key {content.current!r} is not in it")
        if not all(0 < len(key_id.encode()) < 256 for key_id in content.kek):
            raise KeyringBroken("a key id is empty or longer than 255 bytes")
        kek = {key_id: _key(f"kek {key_id}", text) for key_id, text in content.kek.items()}
        return cls(content.current, kek, _key("index", content.index))

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """*plain* under the current key, bound to *aad*; the key's id stands in front, and is bound too."""
        prefix = _prefix(self.current)
        return prefix + self.encrypt(self._kek[self.current], plain, prefix + aad)

    def unwrap(self, blob: bytes, aad: bytes) -> bytes:
        """Raises ``Undecryptable``, also when the key it names is not in the file any more."""
        key_id = self.key_id_of(blob)
        if key_id not in self._kek:
            raise Undecryptable(f"key {key_id!r} is not in the keyring")
        prefix = _prefix(key_id)
        return self.decrypt(self._kek[key_id], blob[len(prefix) :], prefix + aad)

    @staticmethod
    def key_id_of(blob: bytes) -> str:
        """The id of the key that wrapped *blob*: one that is not the current one asks to be wrapped anew."""
        try:
            return blob[1 : 1 + blob[0]].decode()
        except (IndexError, UnicodeDecodeError):
            raise Undecryptable("no wrapped key") from None

    def index(self, purpose: str, value: str) -> bytes:
        """The keyed hash under which a normalized *value* is looked up; another *purpose* gives another hash."""
        name = purpose.encode()
        return hmac.digest(self._index, len(name).to_bytes(2, "big") + name + value.encode(), "sha256")

    @staticmethod
    def new_data_key() -> bytes:
        return os.urandom(_KEY)

    @staticmethod
    def encrypt(data_key: bytes, plain: bytes, aad: bytes) -> bytes:
        """AES-256-GCM with a random nonce; *aad* says whose bytes these are and must be given again."""
        nonce = os.urandom(_NONCE)
        return _FORMAT + nonce + AESGCM(data_key).encrypt(nonce, plain, aad)

    @staticmethod
    def decrypt(data_key: bytes, blob: bytes, aad: bytes) -> bytes:
        """Raises ``Undecryptable``."""
        if blob[:1] != _FORMAT or len(blob) < 1 + _NONCE + 16:
            raise Undecryptable("no encrypted bytes of ours")
        try:
            return AESGCM(data_key).decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], aad)
        except InvalidTag:
            raise Undecryptable("another key, other associated data, or changed bytes") from None


def _prefix(key_id: str) -> bytes:
    text = key_id.encode()
    return bytes([len(text)]) + text


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise KeyringBroken(f"{name} is not base64") from None
    if len(key) != _KEY:
        raise KeyringBroken(f"{name} has {len(key)} bytes instead of {_KEY}")
    return key
