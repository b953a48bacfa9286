"""The command line as scripts see it: exit codes, one document on standard output, everything else beside it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stampbook_cli.embedded.data_directory import DataDirectory

COMMANDS = ("up", "down", "status", "restart", "reset", "verify")


def stampbook(*arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "STAMPBOOK_DATA": str(data or "/nonexistent/stampbook")}
    command = [sys.executable, "-P", "-m", "stampbook_cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def document(answer: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(answer.stdout)
    return read


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_of_the_command(command: str) -> None:
    answer = stampbook(command, "--help")
    assert answer.returncode == 0
    assert f"For example:\n    stampbook {command}" in answer.stdout
    assert "--json" in answer.stdout


def test_the_overview_names_every_command_and_the_exit_codes() -> None:
    answer = stampbook("--help")
    assert all(f"  {command} " in answer.stdout for command in COMMANDS)
    assert "3 not running" in answer.stdout


def test_the_status_of_nothing_is_not_running(tmp_path: Path) -> None:
    answer = stampbook("status", "--json", data=tmp_path)
    assert answer.returncode == 3
    assert document(answer)["ok"] is False
    assert "not running" in document(answer)["error"]


def test_restarting_nothing_is_not_running(tmp_path: Path) -> None:
    answer = stampbook("restart", "--json", data=tmp_path)
    assert (answer.returncode, document(answer)["ok"]) == (3, False)


def test_restarting_what_is_no_service_is_wrong_usage(tmp_path: Path) -> None:
    answer = stampbook("restart", "printer", "--json", data=tmp_path)
    assert answer.returncode == 2
    assert "the services are enrollment, ledger" in document(answer)["error"]


def test_stopping_nothing_is_no_mistake(tmp_path: Path) -> None:
    answer = stampbook("down", "--json", data=tmp_path)
    assert (answer.returncode, document(answer)) == (0, {"ok": True, "was_running": False})


def test_without_json_nothing_is_on_standard_output(tmp_path: Path) -> None:
    answer = stampbook("down", data=tmp_path)
    assert (answer.stdout, answer.stderr) == ("", "Stampbook was not running.\n")


def test_up_is_refused_while_it_is_held(tmp_path: Path) -> None:
    with DataDirectory(tmp_path).locked():
        for options in ([], ["--detach"]):
            answer = stampbook("up", "--json", *options, data=tmp_path)
            assert answer.returncode == 4
            assert f"process {os.getpid()}" in document(answer)["error"]


def test_a_setting_that_cannot_be_meant_is_wrong_usage(tmp_path: Path) -> None:
    answer = stampbook("up", "--json", "--smtp", "mail.shop.lu?mode=plain", data=tmp_path)
    assert answer.returncode == 2
    assert "mode is one of" in document(answer)["error"]


def test_a_number_of_processes_that_cannot_be_meant_is_wrong_usage(tmp_path: Path) -> None:
    answer = stampbook("up", "--json", "--processes", "printer=2", data=tmp_path)
    assert answer.returncode == 2
    assert "printer is none of" in document(answer)["error"]


def test_a_reset_asks_first(tmp_path: Path) -> None:
    DataDirectory(tmp_path).make()
    answer = stampbook("reset", "--json", data=tmp_path)
    assert answer.returncode == 2
    assert "not confirmed" in document(answer)["error"]


def test_a_reset_of_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("important")
    answer = stampbook("reset", "--yes", "--json", data=tmp_path)
    assert (answer.returncode, document(answer)["ok"]) == (1, False)
    assert (tmp_path / "thesis.txt").exists()


def test_a_reset_says_what_it_deleted(tmp_path: Path) -> None:
    DataDirectory(tmp_path).make()
    answer = stampbook("reset", "--yes", "--json", data=tmp_path)
    assert answer.returncode == 0
    assert document(answer)["deleted"] == ["nats", "inbox", "wallet-emulator", "logs", "traces", "seals"]
