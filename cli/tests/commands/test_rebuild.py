"""`stampbook rebuild` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

from stampbook_cli import exit_codes
from stampbook_cli.commands.rebuild import as_text


def rebuild(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stampbook_cli", "rebuild", *words],
        env={**os.environ, "STAMPBOOK_DATA": str(folder / "data"), "COLUMNS": "120", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_help_says_what_waits_and_what_does_not(tmp_path: Path) -> None:
    said = rebuild(tmp_path, "--help").stdout
    assert "--keep" in said
    assert "no read misses anything" in " ".join(said.split())


def test_without_a_stampbook_there_is_nothing_to_rebuild(tmp_path: Path) -> None:
    assert rebuild(tmp_path, "--json").returncode == exit_codes.NOT_RUNNING


def test_only_the_ledger_can_be_rebuilt(tmp_path: Path) -> None:
    assert rebuild(tmp_path, "--service", "gateway").returncode == exit_codes.MISUSED


def test_it_says_what_differed() -> None:
    done = {"seconds": 1.2, "events": 7, "workers_waited_seconds": 0.1}
    assert "Every row is what it was." in as_text({**done, "differing": {"card": 0}})
    assert "card                       2 rows differed" in as_text({**done, "differing": {"card": 2, "lot": 0}})
    assert "killed at the switch" in as_text({**done, "differing": None})
