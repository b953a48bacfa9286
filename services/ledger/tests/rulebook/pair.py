"""Two keepers of books who are told the same days, and what they must agree in."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from rulebook.deciders import DecidedBooks
from rulebook.figures import figures, told
from rulebook.happenings import Days, Happening, Teller
from rulebook.model import ModelBooks
from rulebook.model.entries import Lot
from rulebook.terms import Terms
from rulebook.views import Answer

END = timedelta(days=100)


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
    """Two tellers of the same days. *hearing*: what customers are told is compared, too; by when, it must be on time."""

    def __init__(self, days: Days, books: DecidedBooks | None = None, *, hearing: bool | None = None) -> None:
        books = books or DecidedBooks()
        self.days, self.hearing = days, days.timely if hearing is None else hearing
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
            if self.hearing:
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
