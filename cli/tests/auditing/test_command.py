"""`stampbook audit --history` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

from stampbook_cli import exit_codes
from stampbook_cli.auditing.history import Asking, History
from stampbook_messaging.clock import SystemClock


def audit(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stampbook_cli", "audit", *words],
        env={**os.environ, "STAMPBOOK_DATA": str(folder / "data"), "COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_help_tells_of_histories(tmp_path: Path) -> None:
    said = audit(tmp_path, "--help").stdout
    assert "--history" in said
    assert "--history till-1.jsonl --history forms.jsonl" in said


def test_a_history_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    done = audit(tmp_path, "--history", str(tmp_path / "nowhere.jsonl"))
    assert (done.returncode, "does not exist" in done.stderr) == (exit_codes.MISUSED, True)


def test_a_history_that_cannot_be_read_is_misuse(tmp_path: Path) -> None:
    broken = tmp_path / "till.jsonl"
    broken.write_text('{"line":"sent"}\n')
    done = audit(tmp_path, "--history", str(broken))
    assert (done.returncode, "till.jsonl line 1: " in done.stderr) == (exit_codes.MISUSED, True)


def test_without_a_platform_there_is_nothing_to_hold_it_against(tmp_path: Path) -> None:
    path = tmp_path / "till.jsonl"
    with History(path, "till", SystemClock()) as history:
        history.sent(Asking(kind="purchase", key="p-1"))
    assert audit(tmp_path, "--history", str(path), "--history", str(path)).returncode == exit_codes.NOT_RUNNING
