"""A file of seals only grows; what was cut off by a loss of power stays, and what was altered is told."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stampbook_events.sample_data import EVENT_EXAMPLES
from stampbook_events.seals import LedgerLogSealed, hash_of_text, seal_text
from stampbook_messaging.daily_seals.files import FiledSeal, NoSeal, append, line_of, read


def line(number: Any) -> bytes:
    fields: dict[str, Any] = {**msgspec.to_builtins(EVENT_EXAMPLES[LedgerLogSealed]), "number": number}
    text = seal_text(fields)
    return line_of(text, bytes.fromhex(hash_of_text(text)))


LINES = [line(number) for number in (1, 2, 3)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def numbers(path: Path) -> list[Any]:
    return [one.said.number if isinstance(one, FiledSeal) else one.why for one in read(path)]


def test_what_is_there_is_not_written_again(path: Path) -> None:
    assert [append(path, LINES[:2]), append(path, LINES), append(path, LINES)] == [2, 1, 0]
    assert numbers(path) == [1, 2, 3]


@pytest.mark.parametrize("left", [1, 100, len(LINES[1]) - 1])
def test_a_line_that_was_cut_off_is_written_whole_behind_its_rest(path: Path, left: int) -> None:
    path.write_bytes(LINES[0] + LINES[1][:left])
    append(path, LINES)
    assert path.read_bytes().startswith(LINES[0] + LINES[1][:left])
    assert numbers(path) == [1, 2, 3]


async def test_several_processes_write_each_line_once(path: Path) -> None:
    await asyncio.gather(*(asyncio.to_thread(append, path, LINES) for _ in range(8)))
    assert numbers(path) == [1, 2, 3]


def test_an_altered_line_is_told_in_its_place(path: Path) -> None:
    path.write_bytes(LINES[0] + LINES[1].replace(b'"position":0', b'"position":7', 1) + b"rubbish\n" + LINES[2])
    assert numbers(path) == [1, "ledger.jsonl line 2 is not what its hash covers", "ledger.jsonl line 3 is no seal", 3]
    assert [type(one) for one in read(path)] == [FiledSeal, NoSeal, NoSeal, FiledSeal]


@pytest.mark.parametrize("number", ["one", None, 1.5])
def test_a_line_whose_hash_covers_nonsense_is_no_seal(path: Path, number: Any) -> None:
    path.write_bytes(line(number))
    assert numbers(path) == ["ledger.jsonl line 1 is no seal"]


@pytest.mark.parametrize("text", [b"[]\n", b"{}\n", b"1\n", b'{"hash":"a"}\n'])
def test_json_that_is_no_seal_is_none(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    assert numbers(path) == ["ledger.jsonl line 1 is no seal"]


def test_a_file_without_lines_has_no_seals(path: Path) -> None:
    path.write_bytes(b"\n\n")
    assert numbers(path) == []
