"""The emulator's memory across restarts: one JSON line per change, the newest line of an id counts."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from stampbook_cli.wallet_emulator.resources import Kind


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A push to the phone, or one that the quota held back."""

    at: datetime
    cause: str
    delivered: bool


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    kind: Kind
    id: str
    resource: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    notifications: list[Notification] = []
    saves: int = 0


class JournalDamaged(ValueError):
    pass


class Journal:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = directory / "journal.jsonl"
        self._lines = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    def replay(self) -> dict[tuple[Kind, str], Stored]:
        """The state the journal tells of. A last line without its end was cut off by a kill and never answered for."""
        *lines, _torn = self._path.read_bytes().split(b"\n")
        found: dict[tuple[Kind, str], Stored] = {}
        for number, line in enumerate(lines, start=1):
            try:
                stored = msgspec.json.decode(line, type=Stored)
            except msgspec.DecodeError as damage:
                raise JournalDamaged(f"{self._path}, line {number}: {damage}") from damage
            found[stored.kind, stored.id] = stored
        self._rewrite(list(found.values()))
        return found

    def append(self, stored: Stored) -> None:
        os.write(self._lines, msgspec.json.encode(stored) + b"\n")

    def writable(self) -> bool:
        return self._path.exists() and os.access(self._path, os.W_OK)

    def close(self) -> None:
        os.close(self._lines)

    def _rewrite(self, state: list[Stored]) -> None:
        """Keep one line per id, so that the file does not grow from start to start."""
        unfinished = self._path.with_suffix(".part")
        unfinished.write_bytes(b"".join(msgspec.json.encode(stored) + b"\n" for stored in state))
        unfinished.chmod(0o600)
        unfinished.replace(self._path)
        os.close(self._lines)
        self._lines = os.open(self._path, os.O_APPEND | os.O_WRONLY)
