"""The README's commands, typed as a new user would: each answers one JSON document and ends as it says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOT_RUNNING = 3
STAMPBOOK = [sys.executable, "-m", "stampbook_cli"]


class Shell:
    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.environment = {**os.environ, "STAMPBOOK_DATA": str(self.data)}

    def run(self, *words: str, timeout: float = 100) -> tuple[int, dict[str, Any]]:
        """The exit code and the document on standard output, which holds nothing else."""
        done = subprocess.run(
            [*STAMPBOOK, *words, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.stdout, done.stderr[-2000:]
        if done.returncode == NOT_RUNNING and (log := self.data / "logs" / "launcher.log").exists():
            print(log.read_text()[-4000:])
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    opened = Shell(tmp_path_factory.mktemp("command-line"))
    yield opened
    subprocess.run([*STAMPBOOK, "down"], env=opened.environment, capture_output=True, timeout=60, check=False)


def test_the_demo_walks_the_journey_once_and_ends(shell: Shell) -> None:
    code, document = shell.run("demo", "--once")
    assert [step for step in document["steps"] if not step["ok"]] == []
    assert (code, document["ok"], len(document["steps"])) == (0, True, 12)
    assert all(set(step) == {"name", "ok", "seconds", "proof"} and step["proof"] for step in document["steps"])


def test_afterwards_nothing_runs(shell: Shell) -> None:
    code, document = shell.run("status")
    assert (code, document["ok"]) == (3, False)


def test_the_same_data_come_up_again_and_everything_is_ready(shell: Shell) -> None:
    code, _ = shell.run("up", "--detach", "--traces")
    assert code == 0
    code, document = shell.run("status")
    assert (code, document["ok"]) == (0, True)
    assert {"enrollment", "ledger", "notifier", "wallet", "gateway"} <= {one["name"] for one in document["services"]}
    assert {"storefront", "api", "inbox", "wallet"} <= set(document["urls"])


def test_seeding_again_changes_nothing(shell: Shell) -> None:
    code, document = shell.run("seed", "demo")
    assert (code, document["merchants"], document["stores"]) == (0, 3, 4)


def test_the_journey_can_be_walked_again(shell: Shell) -> None:
    code, document = shell.run("journeys", "1")
    assert (code, document["ok"]) == (0, True), document


def test_several_journeys_are_walked_one_after_the_other(shell: Shell) -> None:
    code, document = shell.run("journeys", "3", "5")
    assert (code, document["ok"]) == (0, True), document
    assert [one["journey"] for one in document["journeys"]] == [3, 5]
    assert all(set(one) == {"journey", "about", "ok", "steps"} and one["steps"] for one in document["journeys"])


def test_a_journey_that_there_is_not_is_wrong_usage(shell: Shell) -> None:
    done = subprocess.run(
        [*STAMPBOOK, "journeys", "99"], env=shell.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no journey 99" in done.stderr


def test_the_audit_is_clean(shell: Shell) -> None:
    code, document = shell.run("audit")
    assert (code, document["ok"]) == (0, True), [check for check in document["checks"] if not check["ok"]]
    assert all(set(check) == {"name", "ok", "counted", "found"} for check in document["checks"])
    assert len(document["checks"]) > 30


def test_down_drains_and_reset_throws_away(shell: Shell) -> None:
    assert shell.run("down")[0] == 0
    assert shell.run("reset", "--yes")[0] == 0
    assert not any(shell.data.glob("postgres/*"))
