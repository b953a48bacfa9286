"""Keeps each message byte for byte in a file of its own, its envelope beside it, so that a restart loses nothing."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EMPTIED = "emptied-at"


class NoSuchMessage(LookupError):
    def __init__(self, message_id: str) -> None:
        super().__init__(f"no message {message_id}")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What the SMTP dialogue said about a message; *id* is ours and sorts by arrival."""

    id: str
    mail_from: str
    rcpt_tos: list[str]
    received_at: datetime
    helo: str
    size: int


class Mailbox:
    """A file is complete before its envelope appears, and only what has an envelope counts as received."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._now = now
        found = (msgspec.json.decode(path.read_bytes(), type=Envelope) for path in directory.glob("*.json"))
        self._envelopes = {envelope.id: envelope for envelope in sorted(found, key=lambda envelope: envelope.id)}
        self._last_id = max((int(message_id) for message_id in self._envelopes), default=0)

    def keep(self, content: bytes, *, mail_from: str, rcpt_tos: list[str], helo: str) -> Envelope:
        received_at = self._now()
        envelope = Envelope(
            id=self._next_id(received_at),
            mail_from=printable(mail_from),
            rcpt_tos=[printable(recipient) for recipient in rcpt_tos],
            received_at=received_at,
            helo=printable(helo),
            size=len(content),
        )
        self._write(f"{envelope.id}.eml", content)
        self._write(f"{envelope.id}.json", msgspec.json.encode(envelope))
        self._envelopes[envelope.id] = envelope
        return envelope

    def newest_first(self) -> list[Envelope]:
        return list(reversed(self._envelopes.values()))

    def envelope(self, message_id: str) -> Envelope:
        try:
            return self._envelopes[message_id]
        except KeyError:
            raise NoSuchMessage(message_id) from None

    def source(self, message_id: str) -> bytes:
        return (self._directory / f"{self.envelope(message_id).id}.eml").read_bytes()

    def clear(self) -> int:
        """Delete every message; the envelope goes first, so that a half-done deletion leaves no half message."""
        count = len(self._envelopes)
        if count:
            self._write(EMPTIED, self._now().isoformat().encode())
        for message_id in list(self._envelopes):
            (self._directory / f"{message_id}.json").unlink(missing_ok=True)
            (self._directory / f"{message_id}.eml").unlink(missing_ok=True)
            del self._envelopes[message_id]
        return count

    def emptied_at(self) -> datetime | None:
        """When messages were last deleted; None if all that ever came are here."""
        path = self._directory / EMPTIED
        return datetime.fromisoformat(path.read_text()) if path.exists() else None

    def writable(self) -> bool:
        return os.access(self._directory, os.W_OK)

    def _next_id(self, received_at: datetime) -> str:
        # Two messages within a microsecond, or a clock set back, must not share or swap their numbers.
        microseconds = (received_at - EPOCH) // timedelta(microseconds=1)
        self._last_id = max(microseconds, self._last_id + 1)
        return f"{self._last_id:017d}"

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._directory / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._directory / name)


def printable(text: str) -> str:
    """Bytes that were not UTF-8 arrive as lone surrogates, which no JSON can carry."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
