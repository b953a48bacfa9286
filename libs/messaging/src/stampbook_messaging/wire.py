"""Messages as the NATS protocol writes them, for many that leave in one write."""

from __future__ import annotations

from typing import NamedTuple


class Outgoing(NamedTuple):
    subject: str
    payload: bytes
    headers: dict[str, str]


def on_the_wire(message: Outgoing) -> bytes:
    """Raises ``ValueError`` for a header with a line break, which would be two headers on the other side."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in message.headers.items())
    if lines.count("\r") != len(message.headers) or lines.count("\n") != len(message.headers):
        raise ValueError(f"a line break in a header of {message.subject}")
    head = f"NATS/1.0\r\n{lines}\r\n".encode()
    sizes = f"HPUB {message.subject} {len(head)} {len(head) + len(message.payload)}\r\n".encode()
    return b"".join((sizes, head, message.payload, b"\r\n"))
