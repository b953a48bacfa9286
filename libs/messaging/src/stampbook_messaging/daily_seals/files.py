"""Seals in a file: one JSON line each, only ever appended to, in a folder that the database's operator cannot rewrite."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from stampbook_events.seals import Hash, SealedPartition, hash_of_text, seal_text


@dataclass(frozen=True, slots=True)
class NoSeal:
    """A line of a file of seals that is none, or one whose hash does not cover it: *why* says which."""

    why: str


class SealText(msgspec.Struct, frozen=True, kw_only=True):
    """What we read of a seal; fields of a newer release are covered by its hash and passed over."""

    service: str
    number: int
    day: str
    sealed_at: str
    previous: Hash
    partitions: tuple[SealedPartition, ...]


@dataclass(frozen=True, slots=True)
class FiledSeal:
    said: SealText
    hash: str
    file: str
    line: int

    @property
    def where(self) -> str:
        return f"{self.file} line {self.line}"


def line_of(body: bytes, hash_: bytes) -> bytes:
    """A seal's row as a line: its text and its hash."""
    fields = {**msgspec.json.decode(body), "hash": hash_.hex()}
    return msgspec.json.encode(fields, order="deterministic") + b"\n"


def append(path: Path, lines: Iterable[bytes]) -> int:
    """Append those of *lines* that are not there yet, one process at a time, and have them on the disk; how many.

    Raises ``OSError``. What was left of a line by a loss of power stays, with an end: nothing is ever rewritten.
    """
    with _opened(path) as descriptor:
        there = Path(path).read_bytes()
        known = set(there.split(b"\n"))
        new = [line for line in lines if line.rstrip(b"\n") not in known]
        if new:
            torn = b"\n" if there and not there.endswith(b"\n") else b""
            _write_all(descriptor, torn + b"".join(new))
            os.fsync(descriptor)
        if not there:
            _sync_folder(path.parent)
    return len(new)


def read(path: Path) -> Iterator[FiledSeal | NoSeal]:
    """The seals of a file in their order; a line that is none is told in its place. Raises ``OSError``."""
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.strip() and not _was_torn(line, lines[number : number + 1]):
            yield _seal_in(line, path.name, number)


def _seal_in(line: bytes, file: str, number: int) -> FiledSeal | NoSeal:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        said = msgspec.convert(fields, SealText)
    except msgspec.MsgspecError:
        return NoSeal(f"{file} line {number} is no seal")
    if hash_of_text(seal_text(fields)) != fields.get("hash"):
        return NoSeal(f"{file} line {number} is not what its hash covers")
    return FiledSeal(said, fields["hash"], file, number)


def _was_torn(line: bytes, following: list[bytes]) -> bool:
    """The beginning of a line that a loss of power cut off, and that was written whole right after."""
    return any(len(whole) > len(line) and whole.startswith(line) for whole in following)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
