"""The deciders against the model, which was written apart from them: whatever happens, both keep the same books."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from rulebook.deciders import DecidedBooks
from rulebook.happenings import PERSONS, Happening, Teller, merchant_days
from rulebook.model import ModelBooks
from rulebook.model.entries import Lot
from rulebook.speaking import Books
from rulebook.terms import Terms
from rulebook.test_model import END, figures
from rulebook.views import Answer

Days = tuple[list[Terms], list[Happening]]
CARDS = [f"card-{1 + each}" for each in range(len(PERSONS))]
pytestmark = pytest.mark.timeout(600)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class Beside(ModelBooks):
    """The model that is told after the deciders, and takes their word for which of two equal lots has the smaller id."""

    def __init__(self, deciders: DecidedBooks) -> None:
        super().__init__()
        self.deciders = deciders

    def tie(self, lot: Lot) -> object:
        return self.deciders.newest_lot(lot.source)


def opened(books: Books, terms: list[Terms]) -> Teller:
    teller = Teller(books, terms)
    teller.open_shop()
    return teller


def comparable(answer: Answer) -> dict[str, Any]:
    """Codes are random: how many there are is what can be compared."""
    words = {name: getattr(answer, name) for name in answer.__dataclass_fields__}
    return words | {"redeem_code": bool(answer.redeem_code), "unlocked": len(answer.unlocked)}


class Pair:
    def __init__(self, terms: list[Terms]) -> None:
        books = DecidedBooks()
        self.deciders, self.model = opened(books, terms), opened(Beside(books), terms)

    def tell(self, it: Happening) -> None:
        told = len(self.model.said)
        self.deciders.tell(it)
        self.model.tell(it)
        for (_, _, heard), (_, _, said) in zip(self.deciders.said[told:], self.model.said[told:], strict=True):
            assert comparable(heard) == comparable(said), self.story()

    def agree(self) -> None:
        for card, heard, said in zip(CARDS, figures(self.deciders.books), figures(self.model.books), strict=True):
            assert heard == said, f"{card}\n{self.story()}"

    def story(self) -> str:
        return "\n".join(f"{method} {words} -> {answer}" for method, words, answer in self.model.said)


@QUICK
@given(merchant_days(30))
def test_every_answer_and_every_figure_is_the_models(days: Days) -> None:
    terms, happenings = days
    pair = Pair(terms)
    for it in happenings:
        pair.tell(it)
    pair.agree()
    for teller in (pair.deciders, pair.model):
        teller.books.run_due_work(teller.now + END)
    pair.agree()
