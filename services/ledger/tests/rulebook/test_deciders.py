"""The deciders against the model, which was written apart from them: whatever happens, both keep the same books.

A test that fails prints the shortest story that it found, and the command that finds it again.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from rulebook.deciders import DecidedBooks
from rulebook.figures import figures, told
from rulebook.happenings import Days, Happening, Teller, merchant_days
from rulebook.model import ModelBooks
from rulebook.model.entries import Lot
from rulebook.terms import Terms
from rulebook.views import Answer

END = timedelta(days=100)
FIRST = int(os.environ.get("SEED", "0"))
"""Other days than always: SEED=4711."""
SEEDS = range(FIRST, FIRST + 8)
EXAMPLES = 80
"""Of each of these: about a minute of one process."""
LONG_SEEDS = range(FIRST + 1_000, FIRST + 1_020)
STEPS_LEAST = 1_000
"""Of each of the long ones: 20,000 in all."""
AGAIN = "SEED={} .venv/bin/python -m pytest -m '' services/ledger/tests/rulebook/test_deciders.py -k '[{}]'"


class Beside(ModelBooks):
    """The model that is told after the deciders, and takes their word for which of two equal lots has the smaller id."""

    def __init__(self, deciders: DecidedBooks) -> None:
        super().__init__()
        self.deciders = deciders

    def tie(self, lot: Lot) -> object:
        return self.deciders.newest_lot(lot.source)


def comparable(answer: Answer) -> dict[str, Any]:
    """Codes are random: how many there are is what can be compared."""
    words = {name: getattr(answer, name) for name in answer.__dataclass_fields__}
    return words | {"redeem_code": bool(answer.redeem_code), "unlocked": len(answer.unlocked)}


class Pair:
    """Two tellers of the same days."""

    def __init__(self, days: Days) -> None:
        books = DecidedBooks()
        self.days = days
        self.deciders, self.model = self.opened(books), self.opened(Beside(books))

    def opened(self, books: DecidedBooks | ModelBooks) -> Teller:
        teller = Teller(books, self.days.terms, self.days.timely)
        teller.open_shop()
        return teller

    def tell(self, it: Happening) -> None:
        heard_before = len(self.model.said)
        self.deciders.tell(it)
        self.model.tell(it)
        heard, said = self.deciders.said[heard_before:], self.model.said[heard_before:]
        for (_, _, one), (_, _, other) in zip(heard, said, strict=True):
            assert comparable(one) == comparable(other), f"{changed(one, Answer())}{self.story()}"

    def work(self) -> None:
        """All that is due long after."""
        for teller in (self.deciders, self.model):
            teller.books.run_due_work(teller.now + END)

    def agree(self) -> None:
        ours, theirs = self.deciders.books, self.model.books
        assert self.deciders.cards == self.model.cards
        for card in self.model.cards:
            assert not (odd := differing(figures(ours, card), figures(theirs, card))), f"{card} {odd}{self.story()}"
            if self.days.timely:
                one, other = told(ours.notices(card)), told(theirs.notices(card))
                assert not (odd := differing(one, other)), f"{card} {odd}{self.story()}"
        for reward in ("coffee", "mug", "bag"):
            assert ours.stock(reward) == theirs.stock(reward), f"{reward}\n{self.story()}"
        owed, said = (asdict(books.liability(books.now, "FG")) for books in (ours, theirs))
        assert not (odd := differing(owed, said)), f"{odd}{self.story()}"

    def story(self) -> str:
        settings_of = [f"{n}: {changed(terms, Terms())}" for n, terms in enumerate(self.days.terms)]
        said = [
            f"{method} {in_short(words)} -> {changed(answer, Answer())}" for method, words, answer in self.model.said
        ]
        return "\n".join(["", *settings_of, "on time" if self.days.timely else "late", *said])


def differing(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    return {name: (one.get(name), other.get(name)) for name in {*one, *other} if one.get(name) != other.get(name)}


def in_short(words: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={value:%m-%dT%H:%M:%S}" if isinstance(value, datetime) else f"{name}={value}"
        for name, value in words.items()
    )


def changed(one: Any, plain: Any) -> dict[str, Any]:
    """What is not as it is if nothing is said."""
    found = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {name: value for name, value in found.items() if value != getattr(plain, name)}


def told_to_both(days: Days) -> int:
    pair = Pair(days)
    for it in days.happenings:
        pair.tell(it)
    pair.agree()
    pair.work()
    pair.agree()
    return len(pair.model.said)


def days_of(number: int, examples: int, length: int) -> int:
    """Random days by their seed; how many steps were told."""
    steps = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(merchant_days(length))
    def tell(days: Days) -> None:
        nonlocal steps
        steps += told_to_both(days)

    try:
        tell()
    except Exception as wrong:
        wrong.add_note("Once more: " + AGAIN.format(FIRST, number))
        raise
    return steps


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", SEEDS)
def test_every_answer_and_every_figure_is_the_models(number: int) -> None:
    assert days_of(number, examples=EXAMPLES, length=30)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", LONG_SEEDS)
def test_every_answer_and_every_figure_is_the_models_for_long(number: int) -> None:
    assert days_of(number, examples=60, length=60) >= STEPS_LEAST
