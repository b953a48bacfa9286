"""A shop's side of the callbacks: an HTTP server that remembers, and a check of the signatures written anew."""

import asyncio
import base64
import json
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


class Shop(ThreadingHTTPServer):
    def __init__(self, answers: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.answers = answers
        self.bodies: list[bytes] = []
        self.arrivals: SimpleQueue[bytes] = SimpleQueue()
        self.hosts: list[str] = []

    async def callbacks(self, count: int) -> list[dict[str, Any]]:
        """Wait until that many have come, and give all of them."""
        while len(self.bodies) < count:
            self.bodies.append(await asyncio.to_thread(self.arrivals.get, timeout=8))
        return [json.loads(body) for body in self.bodies]


class Receiver(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        self.server.arrivals.put(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the test reads what was received."""


@contextmanager
def shop(*answers: int) -> Iterator[Shop]:
    server = Shop(list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def public_key(text: str) -> EllipticCurvePublicKey:
    key = load_der_public_key(base64.b64decode(text))
    assert isinstance(key, EllipticCurvePublicKey)
    return key


def length_prefixed(*parts: str) -> bytes:
    return b"".join(struct.pack("<I", len(part.encode())) + part.encode() for part in parts)


def verified_message(envelope: dict[str, Any], keys: list[dict[str, str]], issuer_id: str) -> dict[str, Any]:
    """The message of a callback whose whole chain of signatures holds now; raises InvalidSignature otherwise."""
    now = time.time() * 1000
    [root] = [key for key in keys if key["protocolVersion"] == "ECv2SigningOnly" and int(key["keyExpiration"]) > now]
    chain = envelope["intermediateSigningKey"]
    [signature] = chain["signatures"]
    signed = length_prefixed("GooglePayPasses", "ECv2SigningOnly", chain["signedKey"])
    public_key(root["keyValue"]).verify(base64.b64decode(signature), signed, ECDSA(SHA256()))
    intermediate = json.loads(chain["signedKey"])
    assert int(intermediate["keyExpiration"]) > now
    signed = length_prefixed("GooglePayPasses", issuer_id, "ECv2SigningOnly", envelope["signedMessage"])
    public_key(intermediate["keyValue"]).verify(base64.b64decode(envelope["signature"]), signed, ECDSA(SHA256()))
    message = json.loads(envelope["signedMessage"])
    assert int(message["expTimeMillis"]) > now
    return message
