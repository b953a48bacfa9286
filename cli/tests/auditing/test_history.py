"""What a client wrote down is read again, also when the client died in the middle of a line."""

from pathlib import Path
from uuid import uuid4

import pytest

from stampbook_cli.auditing.history import (
    Answered,
    Asking,
    History,
    HistoryBroken,
    Sent,
    Unknown,
    address_fingerprint,
    read_histories,
    read_history,
)
from stampbook_messaging.clock import SystemClock

CARD = uuid4()
PURCHASE = Asking(kind="purchase", key="p-1", card=CARD, amount=1000, receipt="r-1")


def history(directory: Path, client: str = "till") -> History:
    return History(directory / f"{client}.jsonl", client, SystemClock())


def test_what_was_written_is_read_in_its_order(tmp_path: Path) -> None:
    command = uuid4()
    with history(tmp_path) as till:
        first, second = till.sent(PURCHASE), till.sent(PURCHASE)
        till.unknown(first, "ReadTimeout")
        till.answered(second, 200, outcome="applied", command_id=command, granted=20)
    lines = read_history(tmp_path / "till.jsonl")
    assert [type(line) for line in lines] == [Sent, Sent, Unknown, Answered]
    assert (lines[0].number, lines[0].asking, lines[1].number) == (1, PURCHASE, 2)
    assert (lines[3].command_id, lines[3].granted, lines[2].reason) == (command, 20, "ReadTimeout")


def test_a_line_is_in_the_file_before_the_next_step(tmp_path: Path) -> None:
    till = history(tmp_path)
    till.sent(PURCHASE)
    assert len(read_history(tmp_path / "till.jsonl")) == 1
    till.close()


def test_a_torn_last_line_is_passed_over_and_gone_on_behind(tmp_path: Path) -> None:
    with history(tmp_path) as till:
        till.sent(PURCHASE)
    path = tmp_path / "till.jsonl"
    path.write_bytes(path.read_bytes() + b'{"line":"answered","client":"ti')
    assert len(read_history(path)) == 1
    with history(tmp_path) as till:
        assert till.sent(PURCHASE) == 2
    assert [line.number for line in read_history(path)] == [1, 2]


def test_a_broken_line_inside_is_no_history(tmp_path: Path) -> None:
    path = tmp_path / "till.jsonl"
    path.write_bytes(b'{"line":"sent"}\n')
    with pytest.raises(HistoryBroken, match="line 1: Object missing required field"):
        read_history(path)


def test_each_client_has_its_own_file(tmp_path: Path) -> None:
    for client in ("till", "form"):
        with history(tmp_path, client) as written:
            written.sent(PURCHASE)
    found = read_histories([tmp_path / "till.jsonl", tmp_path / "form.jsonl"])
    assert [[line.client for line in lines] for lines in found] == [["till"], ["form"]]


def test_an_address_is_told_apart_but_not_named() -> None:
    assert address_fingerprint(" Nora@Reise.test") == address_fingerprint("nora@reise.test")
    assert address_fingerprint("nora@reise.test") != address_fingerprint("dora@reise.test")
    assert "nora" not in address_fingerprint("nora@reise.test")
