"""What a client of a run sent and was answered, written down as it happens: one JSON line each, in a file of its own.

A line is with the operating system before the request leaves and right after its end is known. A request without an
end in the file may have been stored or not, just as one whose end is written as unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from uuid import UUID

import msgspec

from stampbook_messaging.clock import Clock

Kind = Literal["purchase", "stamps", "join"]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; sent again with the same *key* it is the same request.

    *amount*: minor units, or stamps. *address*: the fingerprint of a mail address, never the address. *receipt* tells
    what came of a purchase whose answer never arrived.
    """

    kind: Kind
    key: str
    card: UUID | None = None
    address: str = ""
    amount: int = 0
    receipt: str | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag="sent", tag_field="line"):
    client: str
    number: int
    asking: Asking
    at: datetime


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag="answered", tag_field="line"):
    """*outcome* is the command's status as it was told (``applied``, ``pending``, …), *code* that of a problem.

    *granted*: the points or stamps that were given.
    """

    client: str
    number: int
    status: int
    at: datetime
    outcome: str = ""
    code: str = ""
    command_id: UUID | None = None
    operation_id: UUID | None = None
    card: UUID | None = None
    granted: int | None = None


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown", tag_field="line"):
    """*reason*: the transport's trouble, by the name of its kind."""

    client: str
    number: int
    reason: str
    at: datetime


Line = Sent | Answered | Unknown


class HistoryBroken(ValueError):
    """A whole line of a history cannot be read. One that is torn at the end is passed over: its writer died."""


class History:
    """Numbers what a client sends. A file that is there already is gone on with."""

    def __init__(self, path: Path, client: str, clock: Clock) -> None:
        self.client = client
        self._clock = clock
        before = read_history(path) if path.exists() else []
        self._number = max((line.number for line in before if line.client == client), default=0)
        self._file = path.open("ab")
        self._file.truncate(whole_bytes(path))

    def sent(self, asking: Asking) -> int:
        """Write down that *asking* is about to be sent; returns its number."""
        self._number += 1
        self._write(Sent(client=self.client, number=self._number, asking=asking, at=self._clock.now()))
        return self._number

    def answered(
        self,
        number: int,
        status: int,
        *,
        outcome: str = "",
        code: str = "",
        command_id: UUID | None = None,
        operation_id: UUID | None = None,
        card: UUID | None = None,
        granted: int | None = None,
    ) -> None:
        self._write(
            Answered(
                client=self.client,
                number=number,
                status=status,
                at=self._clock.now(),
                outcome=outcome,
                code=code,
                command_id=command_id,
                operation_id=operation_id,
                card=card,
                granted=granted,
            )
        )

    def unknown(self, number: int, reason: str) -> None:
        self._write(Unknown(client=self.client, number=number, reason=reason, at=self._clock.now()))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: Line) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()


def address_fingerprint(address: str) -> str:
    """Tells the addresses of a run apart without naming them."""
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:32]


def whole_bytes(path: Path) -> int:
    """The length of *path* without the torn line of a writer that died."""
    return path.read_bytes().rfind(b"\n") + 1


def read_history(path: Path) -> list[Line]:
    """The lines of one file in their order. Raises ``HistoryBroken``."""
    whole = path.read_bytes()[: whole_bytes(path)]
    lines: list[Line] = []
    for number, text in enumerate(whole.splitlines(), start=1):
        try:
            lines.append(msgspec.json.decode(text, type=Line))
        except msgspec.MsgspecError as trouble:
            raise HistoryBroken(f"{path} line {number}: {trouble}") from None
    return lines


def read_histories(paths: Iterable[Path]) -> list[list[Line]]:
    return [read_history(path) for path in paths]
