"""docs/rules.md is what the tests of the rule book say, and every rule is held by one of them."""

from pathlib import Path

from tests.rules.book import EXAMPLES, RULES
from tests.rules.document import all_told, document, missing, sentence, told, unknown

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_the_tests_say() -> None:
    assert (ROOT / "docs/rules.md").read_text() == document(), "make rules writes it anew"


def test_there_are_78_rules_and_46_examples_each_about_rules_that_there_are() -> None:
    assert list(RULES) == list(range(1, 79))
    assert list(EXAMPLES) == list(range(1, 47))
    assert {rule for about in EXAMPLES.values() for rule in about} <= set(RULES)


def test_every_rule_and_every_example_has_a_test() -> None:
    assert missing(all_told()) == []


def test_no_test_is_named_after_a_rule_that_there_is_not() -> None:
    assert unknown(all_told()) == []


def test_a_rule_without_a_test_and_a_test_without_a_rule_are_told(tmp_path: Path) -> None:
    page = tmp_path / "test_x.py"
    page.write_text(
        "def test_r01_one_is_one() -> None:\n    assert True\n\n\ndef test_r79_two() -> None:\n    assert True\n"
    )
    found = list(told(page))
    assert [(test.letter, test.number, test.sentence) for test in found] == [("r", 1, "One is one."), ("r", 79, "Two.")]
    assert unknown(found) == ["Two."]
    assert {"R2", "X1"} <= set(missing(found))
    assert "R1" not in missing(found)


def test_a_name_becomes_a_sentence() -> None:
    assert sentence("29_february_counts_as_28") == "29 february counts as 28."
