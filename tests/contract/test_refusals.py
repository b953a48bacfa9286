"""Every code that a decider can raise has its status and its words, and every code with words can be raised.

What is raised is read from the domain's own source, so that a new refusal fails here until the table knows it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.problems import KNOWN
from gateway.refusals import LEDGER, SECTIONS
from gateway.refusals.pages import document

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "services/ledger/src/ledger/domain"
API = {"amount_not_whole", "points_not_whole", "stamps_not_whole"}
"""The gateway's own: no command can carry such a number."""
NOUNS = ("amount", "points", "stamps")
CAPS = ("cap_card_day", "cap_staff_day")
COMPUTED = {
    "f'card_{card.state}'": ("card_frozen", "card_closed"),
    "f'{noun}_not_positive'": tuple(f"{noun}_not_positive" for noun in NOUNS),
    "f'{noun}_too_large'": tuple(f"{noun}_too_large" for noun in NOUNS),
    "f'{noun}_unknown'": ("program_unknown", "campaign_unknown", "reward_unknown"),
    "fitting.because or 'card_full'": ("card_full", "bank_full"),
    "room.code": CAPS,
}
"""What is raised under a name that is made up on the way; another such expression has to be entered here."""


class Raised(NamedTuple):
    code: str
    details: tuple[str, ...]
    place: str


def raised() -> Iterator[Raised]:
    for path in sorted(DOMAIN.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                details = tuple(keyword.arg or "**" for keyword in node.keywords)
                for code in codes_of(node.args[0]):
                    yield Raised(code, details, f"{path.name}:{node.lineno}")


def codes_of(expression: ast.expr) -> tuple[str, ...]:
    if isinstance(expression, ast.Constant):
        return (str(expression.value),)
    text = ast.unparse(expression)
    assert text in COMPUTED, f"{text}: which codes can this be?"
    return COMPUTED[text]


def nouns_of(function: str) -> set[str]:
    """What ``within("amount", …)`` and ``must_be_ahead(…, "reward")`` are called with."""
    calls = (
        node
        for path in DOMAIN.glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    )
    return {str(each.value) for call in calls for each in call.args if isinstance(each, ast.Constant)}


RAISED = tuple(raised())


@pytest.mark.parametrize("one", RAISED, ids=lambda one: f"{one.place} {one.code}")
def test_what_a_decider_raises_has_its_status_and_words(one: Raised) -> None:
    assert one.code in LEDGER
    assert set(one.details) <= set(LEDGER[one.code].more)


def test_what_has_words_can_be_raised() -> None:
    assert set(LEDGER) == {one.code for one in RAISED} | API


def test_what_has_details_is_raised_with_them() -> None:
    told = {(one.code, detail) for one in RAISED for detail in one.details}
    assert {(refusal.code, name) for refusal in LEDGER.values() for name in refusal.more} == told


def test_the_names_that_are_made_up_on_the_way_are_made_of_these() -> None:
    assert nouns_of("within") == set(NOUNS)
    assert nouns_of("must_be_ahead") == {"program", "campaign", "reward"}


@pytest.mark.parametrize("code", sorted(LEDGER))
def test_a_refusal_has_words_for_people_and_a_status_of_its_kind(code: str) -> None:
    refusal = LEDGER[code]
    assert refusal.title.endswith(".")
    assert refusal.advice.endswith(".")
    assert refusal.title != refusal.advice
    assert (refusal.status == 404) == code.endswith("_unknown")


@pytest.mark.parametrize("code", sorted(LEDGER))
def test_a_refusal_names_the_rules_it_comes_from(code: str) -> None:
    assert {rule[0] for rule in LEDGER[code].rules.split()} == {"R"}
    assert all(1 <= int(rule[1:]) <= 78 for rule in LEDGER[code].rules.split())


def test_no_code_stands_in_the_table_twice() -> None:
    codes = [refusal.code for section in SECTIONS for refusal in section.refusals]
    assert len(codes) == len(set(codes))


def test_the_documentation_is_what_the_table_says() -> None:
    assert (ROOT / "docs/refusals.md").read_text() == document()


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_the_documentation_lists_every_problem(code: str) -> None:
    assert f"| `{code}` | {KNOWN[code][0]} |" in document()
