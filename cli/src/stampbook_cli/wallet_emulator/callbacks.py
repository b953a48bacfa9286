"""Tells a shop that a pass was saved or removed: signed as Google signs, sent with retries, never waited for."""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from stampbook_cli.inbox.serving import is_loopback
from stampbook_cli.wallet_emulator.credentials import write_private

SENDER = "GooglePayPasses"
PROTOCOL = "ECv2SigningOnly"
KEY_LIFETIME = timedelta(days=30)
MESSAGE_LIFETIME = timedelta(days=1)
PAUSES_SECONDS = (0, 1, 4)
TIMEOUT_SECONDS = 5


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    object_id: str
    event_type: str
    url: str
    outcome: str


class CallbackKeys:
    """The root key is kept, so that a restart does not make the published keys stale."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._root = load_or_create_root(directory / "callback-root-key.pem")
        self._legacy = ec.generate_private_key(ec.SECP256R1())

    def published(self) -> dict[str, list[dict[str, str]]]:
        """As Google publishes them: beside the key in use stands one of an older protocol, to be passed over."""
        return {
            "keys": [
                {"keyValue": public_text(self._legacy), "protocolVersion": "ECv1"},
                {
                    "keyValue": public_text(self._root),
                    "protocolVersion": PROTOCOL,
                    "keyExpiration": self._millis(KEY_LIFETIME),
                },
            ]
        }

    def signed(self, issuer_id: str, class_id: str, object_id: str, event_type: str) -> bytes:
        intermediate = ec.generate_private_key(ec.SECP256R1())
        key = {"keyValue": public_text(intermediate), "keyExpiration": self._millis(KEY_LIFETIME / 2)}
        signed_key = msgspec.json.encode(key).decode()
        message: dict[str, object] = {"classId": class_id, "objectId": object_id, "eventType": event_type}
        message |= {"expTimeMillis": int(self._millis(MESSAGE_LIFETIME)), "count": 1, "nonce": secrets.token_hex(16)}
        signed_message = msgspec.json.encode(message).decode()
        envelope = {
            "protocolVersion": PROTOCOL,
            "signature": signature(intermediate, SENDER, issuer_id, PROTOCOL, signed_message),
            "intermediateSigningKey": {
                "signedKey": signed_key,
                "signatures": [signature(self._root, SENDER, PROTOCOL, signed_key)],
            },
            "signedMessage": signed_message,
        }
        return msgspec.json.encode(envelope)

    def _millis(self, ahead: timedelta) -> str:
        return str(int((self._now() + ahead).timestamp() * 1000))


def load_or_create_root(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        write_private(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} does not hold an elliptic curve key")
    return key


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signature(key: ec.EllipticCurvePrivateKey, *parts: str) -> str:
    """Each part is preceded by the length of its UTF-8 bytes, four bytes little-endian."""
    octets = [part.encode() for part in parts]
    signed = b"".join(len(part).to_bytes(4, "little") + part for part in octets)
    return base64.b64encode(key.sign(signed, ec.ECDSA(SHA256()))).decode()


class Courier:
    """Best effort, as Google's: three attempts, then silence."""

    def __init__(self, allowed_hosts: frozenset[str], now: Callable[[], datetime]) -> None:
        self._allowed_hosts = allowed_hosts
        self._now = now
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._tasks: set[asyncio.Task[None]] = set()
        self.attempts: deque[Attempt] = deque(maxlen=200)

    def send(self, url: str, body: bytes, *, object_id: str, event_type: str) -> None:
        task = asyncio.create_task(self._deliver(url, body, object_id, event_type))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, url: str, body: bytes, object_id: str, event_type: str) -> None:
        for pause in PAUSES_SECONDS:
            await asyncio.sleep(pause)
            outcome, settled = await self._attempt(url, body)
            self.attempts.append(
                Attempt(at=self._now(), object_id=object_id, event_type=event_type, url=url, outcome=outcome)
            )
            if settled:
                return

    async def _attempt(self, url: str, body: bytes) -> tuple[str, bool]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        headers = {"Content-Type": "application/json"}
        if is_loopback(host):
            # Not every resolver knows names under .localhost; they always mean this computer.
            headers["Host"] = parts.netloc
            url = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl() if "localhost" in host else url
        elif host not in self._allowed_hosts:
            return "not sent: the host is neither this computer nor allowed", True
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.HTTPError as failure:
            return type(failure).__name__, False
        return str(answer.status_code), answer.is_success
