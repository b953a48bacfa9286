"""Seals in a file: one JSON line each, only ever appended to, in a folder that the database's operator cannot rewrite."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from stampbook_events.seals import hash_of_text, seal_text


class NoSeal(ValueError):
    """A line of a file of seals is none, or one whose hash does not cover it."""


class FiledSeal(msgspec.Struct, frozen=True, kw_only=True):
    """*fields* as they stand in the line, those of a newer release included; *where* names file and line."""

    fields: dict[str, Any]
    where: str

    @property
    def service(self) -> str:
        return str(self.fields["service"])

    @property
    def hash(self) -> str:
        return str(self.fields["hash"])


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
        where = f"{path.name} line {number}"
        if not line.strip() or _was_torn(line, lines[number : number + 1]):
            continue
        try:
            yield _seal_in(line, where)
        except NoSeal as none:
            yield none


def _seal_in(line: bytes, where: str) -> FiledSeal:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError:
        raise NoSeal(f"{where} is no seal") from None
    if not {"service", "number", "day", "partitions", "hash"} <= fields.keys():
        raise NoSeal(f"{where} is no seal")
    if hash_of_text(seal_text(fields)) != fields["hash"]:
        raise NoSeal(f"{where} is not what its hash covers")
    return FiledSeal(fields=fields, where=where)


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
