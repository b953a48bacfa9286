"""dead-make-target: targets and documents name only what there is."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stampbook_cli.main import app

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = sorted(set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SAID = {
    (path.name, command)
    for path in DOCUMENTS
    for command in re.findall(r"(?:^|`)(?:\./)?(make|stampbook) ([a-z-]+)", path.read_text(), re.MULTILINE)
}


def test_the_documents_name_commands() -> None:
    assert len(SAID) >= 10


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_one_that_make_can_follow(target: str) -> None:
    dry = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m (tests\.[\w.]+)", MAKEFILE))))
def test_what_a_target_runs_is_there(module: str) -> None:
    assert find_spec(module) is not None


@pytest.mark.parametrize(("document", "command"), sorted(SAID))
def test_what_a_document_says_can_be_typed(document: str, command: tuple[str, str]) -> None:
    tool, name = command
    if tool == "make":
        assert name in TARGETS
    else:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
