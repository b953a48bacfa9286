"""The document: every rule with the tests that hold it, told by their names, and the worked examples in full."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.rules.book import EXAMPLES, RULES, SECTIONS

ROOT = Path(__file__).parents[2]
TESTS = "services/ledger/tests/rulebook"
NAMED = re.compile(r"test_([rx])(\d\d)_(\w+)")
BEGINNING = """\
# What the ledger does, rule by rule

Each sentence below a rule is the name of a test that holds it; each worked example (X) stands there as it is told in the
tests, with its numbers. `make rules` writes this page from them, and a test fails when a rule has none or the page is old.

```
.venv/bin/python -m pytest {tests} -k r13         # all that holds rule 13
.venv/bin/python -m pytest {tests} -k 'r13 or x05'
```

Most of them are told to two keepers of books, which have to answer alike: the ledger's own deciders, and a
[model](../{tests}/model) of the rule book that was written apart from them. Beside them both are told
[random days](../{tests}/happenings.py) at a merchant. Where the rule book is silent, they [read](../{tests}/readings.md)
it in the customer's favour. Amounts are in minor units, times local to the store, the year 2026 unless said.
"""


class Told(NamedTuple):
    """A test: *sentence* is its name, *text* its source."""

    letter: str
    number: int
    sentence: str
    text: str
    path: Path


def told(path: Path) -> Iterator[Told]:
    """The tests in one file that are named after a rule or an example."""
    lines = path.read_text().splitlines()
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.FunctionDef) and (named := NAMED.fullmatch(node.name)):
            letter, number, name = named.groups()
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            text = "\n".join(lines[first - 1 : node.end_lineno])
            yield Told(letter, int(number), sentence(name), text, path)


def sentence(name: str) -> str:
    said = name.replace("_", " ")
    return f"{said[0].upper()}{said[1:]}."


def all_told(root: Path = ROOT) -> list[Told]:
    return [each for path in sorted((root / TESTS).glob("test_*.py")) for each in told(path)]


def by_number(tests: Iterable[Told], letter: str) -> Mapping[int, Sequence[Told]]:
    found: dict[int, list[Told]] = defaultdict(list)
    for test in tests:
        if test.letter == letter:
            found[test.number].append(test)
    return found


def missing(tests: Sequence[Told]) -> list[str]:
    """Rules and examples that no test is named after; a rule is held by its examples too."""
    rules, examples = by_number(tests, "r"), by_number(tests, "x")
    shown = {rule for example, about in EXAMPLES.items() if example in examples for rule in about[:1]}
    without = [f"R{number}" for number in RULES if number not in rules and number not in shown]
    return without + [f"X{number}" for number in EXAMPLES if number not in examples]


def unknown(tests: Sequence[Told]) -> list[str]:
    """Tests that are named after nothing."""
    known = {"r": RULES, "x": EXAMPLES}
    return [test.sentence for test in tests if test.number not in known[test.letter]]


def document(root: Path = ROOT) -> str:
    tests = all_told(root)
    parts = [BEGINNING.format(tests=TESTS)]
    for place, (title, rules) in enumerate(SECTIONS.items(), start=1):
        parts.append(f"## {place}. {title}\n")
        parts += [_rule(number, said, tests) for number, said in rules.items()]
    return "\n".join(parts)


def _rule(number: int, said: str, tests: Sequence[Told]) -> str:
    holding = by_number(tests, "r").get(number, ())
    lines = [f"### R{number}. {said}", ""]
    lines += [f"- {test.sentence} {_link(test)}" for test in holding]
    elsewhere = [example for example, about in EXAMPLES.items() if number in about[1:]]
    if elsewhere:
        named = " · ".join(f"[X{example}](#x{example})" for example in elsewhere)
        lines.append(f"- {'See also' if len(elsewhere) == 1 else 'See also the examples'} {named}.")
    for example, about in EXAMPLES.items():
        if about[0] == number:
            lines += _example(example, by_number(tests, "x").get(example, ()))
    return "\n".join(lines) + "\n"


def _example(number: int, tests: Sequence[Told]) -> Iterator[str]:
    yield from ("", f"#### X{number}", "")
    for test in tests:
        yield from (f"{test.sentence} {_link(test)}", "", "```python", test.text, "```", "")


def _link(test: Told) -> str:
    return f"[test](../{TESTS}/{test.path.name})"
