"""What the ledger answers is what the API says it answers: the rule book's examples are told to the deciders once more,
and every result and every refusal is held against the API's own types and table.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from gateway.api.described import OPERATIONS
from gateway.refusals import LEDGER
from stampbook_events import tag_of
from stampbook_messaging.messages import Decision

RULEBOOK = Path(__file__).parents[2] / "services/ledger/tests/rulebook"
sys.path.append(str(RULEBOOK.parent))

from rulebook.deciders import DecidedBooks  # noqa: E402
from rulebook.given import Shop, key, t  # noqa: E402
from rulebook.terms import By, CampaignTerms, Device, RewardTerms  # noqa: E402

ABOUT = {"operation_id", "card_id", "program_id", "reward_id", "campaign_id"}
"""What every refusal names, if the command was about it."""


class Decided(NamedTuple):
    operation: str
    decision: Decision

    @property
    def result(self) -> dict[str, Any]:
        return msgspec.json.decode(msgspec.json.encode(self.decision.result))


class Listening(DecidedBooks):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Decided] = []

    def send(self, key: str, at: Any, command: msgspec.Struct, *rest: Any, **more: Any) -> Decision:
        decision = super().send(key, at, command, *rest, **more)
        self.heard.append(Decided(tag_of(type(command)).split(".")[1], decision))
        return decision


def examples() -> Iterator[Any]:
    """All but those that read reports, which no command answers."""
    for path in sorted(set(RULEBOOK.glob("test_x*.py")) - set(RULEBOOK.glob("test_x*_reports.py"))):
        module = importlib.import_module(f"rulebook.{path.stem}")
        for name, example in vars(module).items():
            if name.startswith("test_") and list(inspect.signature(example).parameters) == ["books"]:
                yield example


def what_no_example_tells(books: Any) -> None:
    shop = Shop(books)
    at, soon = t("01-02 10:00"), t("02-01 00:00")
    card = shop.card()
    books.publish_campaign(key=key(), at=at, campaign="c", terms=CampaignTerms("FG", 200), effective_from=soon)
    books.publish_reward(key=key(), at=at, reward="gift", terms=RewardTerms("FG", cost=10), effective_from=soon)
    shop.program("01-02 10:00", "02-01 00:00")
    shop.earn(card, 100, "01-02 10:00", channel="offline", occurred_at=t("01-06 10:00"), device=Device())
    for what, name, version in (("campaign", "c", 1), ("reward", "gift", 1), ("program", "FG", 2)):
        books.withdraw(key=key(), at=at, what=what, name=name, version=version)
        books.withdraw(key=key(), at=at, what=what, name=name, version=9)
    books.retire_reward(key=key(), at=at, reward="gift")
    books.forgive_debt(key=key(), at=at, card=card, by=By("olivier", "owner"))
    books.check_person(key=key(), at=at, card=card)
    books.new_number(key=key(), at=at, card=card, number="4029188375520614")
    books.extend_lots(key=key(), at=at, program="FG")
    books.lower_open_cycles(key=key(), at=at, program="FG")


@cache
def heard() -> tuple[Decided, ...]:
    found: list[Decided] = []
    for example in (*examples(), what_no_example_tells):
        books = Listening()
        example(books)
        found += books.heard
    return tuple(found)


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"earn_points_by_ticket", "give_stamps_by_ticket"}))
def test_every_result_has_the_fields_that_are_described(operation: str) -> None:
    kind = OPERATIONS[operation].result
    results = [one.result for one in heard() if one.operation == operation and not one.decision.refused]
    assert results
    for result in results:
        msgspec.convert(result, kind, strict=False)
        assert set(result) <= set(kind.__struct_fields__), operation


def test_every_field_that_is_described_is_answered_by_somebody() -> None:
    answered = {(one.operation, name) for one in heard() if not one.decision.refused for name in one.result}
    described = {
        (operation, name)
        for operation, described in OPERATIONS.items()
        if not operation.endswith("_by_ticket")
        for name in described.result.__struct_fields__
    }
    assert described - answered == set()


def test_every_refusal_ends_an_operation_that_it_is_described_for() -> None:
    ended = {(one.operation, one.decision.refused) for one in heard() if one.decision.refused}
    described = {(name, code) for name, described in OPERATIONS.items() for code in described.refusals}
    assert {(name, code) for name, code in ended - described if name in OPERATIONS} == set()


def test_every_detail_of_a_refusal_is_described() -> None:
    told = {(one.decision.refused, name) for one in heard() if one.decision.refused for name in one.result}
    assert {(code, name) for code, name in told if name not in {*ABOUT, *LEDGER[code or ""].more}} == set()
