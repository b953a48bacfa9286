"""The house's order as a test: lengths, names, words and decisions."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "shared", "base", "misc"}


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.suffix in endings and path.exists()]


PYTHON = [path for path in tracked(".py") if "migrations/versions" not in str(path)]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_a_reader_bears() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in PYTHON}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in PYTHON
        for node in functions(path)
        if node.end_lineno is not None
    }
    assert {name: lines for name, lines in long.items() if lines > FUNCTION_LINES_MAX} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in PYTHON if path.stem in BANNED_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.name != "__init__.py"
        and path.read_text().strip()
        and ast.get_docstring(ast.parse(path.read_text())) is None
        and "/tests/" not in str(path)
    ]
    assert silent == []


def test_time_in_sql_is_one_function() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in PYTHON
        if "/src/" in str(path)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"(?<![\w.])(now\(\)|current_timestamp|clock_timestamp\(\))", line, re.IGNORECASE)
        and "stampbook_now" not in line
        and "clock.now()" not in line
        and "def now" not in line
    ]
    assert bare == []


def test_time_of_day_comes_from_the_clock() -> None:
    own = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if re.search(r"services/[^/]+/src/[^/]+/(domain|projections)", str(path))
        and re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(|date\.today\(", path.read_text())
    ]
    assert own == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    found = [str(path.relative_to(ROOT)) for path in PYTHON if marks.search(path.read_text())]
    assert found == []


def test_decisions_are_numbered_without_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", sorted((ROOT / "docs/adr").glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "What else was weighed"]


def test_requirements_name_no_registry() -> None:
    named = [
        path.name for path in (ROOT / "requirements").glob("*.txt") if re.search(r"https?://|--index", path.read_text())
    ]
    assert named == []
