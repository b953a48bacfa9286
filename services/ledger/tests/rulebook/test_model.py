"""The model itself: it breaks no invariant, is the same however late the work runs, and answers a key once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.figures import figures
from rulebook.given import t
from rulebook.happenings import Days, Teller, merchant_days
from rulebook.model import ModelBooks

QUICK = settings(max_examples=60, deadline=None)
END = timedelta(days=100)


def opened(days: Days) -> tuple[ModelBooks, Teller]:
    books = ModelBooks()
    teller = Teller(books, days.terms)
    teller.open_shop()
    return books, teller


def seen(teller: Teller) -> list[Any]:
    return [figures(teller.books, card) for card in teller.cards]


@QUICK
@given(merchant_days(40))
def test_whatever_happens_no_point_comes_from_nowhere(days: Days) -> None:
    books, teller = opened(days)
    for it in days.happenings:
        teller.tell(it)  # the model proves itself after each
    books.run_due_work(teller.now + END)
    for card in teller.cards:
        assert sum(books.accounts(card, "points").values()) == 0
        assert sum(books.accounts(card, "stamps").values()) == 0


@QUICK
@given(merchant_days(25), st.lists(st.integers(0, 3), min_size=25, max_size=25))
def test_work_late_twice_or_in_pieces_ends_in_the_same_balances(days: Days, pieces: list[int]) -> None:
    days = days._replace(terms=[replace(terms, birthday=None) for terms in days.terms])  # They may be too late (R28).
    late, late_teller = opened(days)
    timely, timely_teller = opened(days)
    for it, piece in zip(days.happenings, pieces, strict=False):
        late_teller.tell(it)
        if timely_teller.now + it.gap > timely_teller.now:
            timely.run_due_work(timely_teller.now + it.gap / 2)
        timely.run_due_work(timely_teller.now + it.gap, only=piece)
        timely_teller.tell(it)
    for books in (late, timely, timely):
        books.run_due_work(late_teller.now + END)
    assert seen(late_teller) == seen(timely_teller)


@QUICK
@given(merchant_days(25))
def test_a_key_told_again_gets_the_same_answer_and_changes_nothing(days: Days) -> None:
    books, teller = opened(days)
    for it in days.happenings:
        teller.tell(it)
    before = (seen(teller), [books.postings(card) for card in teller.cards])
    for method, words, answer in teller.said:
        assert getattr(books, method)(**words | {"at": teller.now}) == answer
    assert (seen(teller), [books.postings(card) for card in teller.cards]) == before


@settings(max_examples=25, deadline=None)
@given(merchant_days(15))
def test_the_books_as_of_an_instant_are_the_books_at_that_instant(days: Days) -> None:
    books, teller = opened(days)
    then = {}
    for it in days.happenings:
        if it.gap:  # nothing more will be recorded at this instant
            then[teller.now] = (list(teller.cards), seen(teller))
        teller.tell(it)
    for at, (cards, figured) in then.items():
        assert [figures(books.as_of(at), card) for card in cards] == figured


@settings(max_examples=25, deadline=None)
@given(merchant_days(20), st.integers(1, 60))
def test_a_roll_forward_closes_and_the_periods_join(days: Days, split: int) -> None:
    books, teller = opened(days)
    for it in days.happenings:
        teller.tell(it)
    first, until = t("05-01 00:00"), teller.now + END
    middle = first + timedelta(days=split)
    for card in teller.cards:
        one, other = books.roll_forward(card, first, middle), books.roll_forward(card, middle, until)
        for part in (one, other):
            came = part.opening + part.granted + part.adjusted + part.debt + part.absorbed
            assert came - part.redeemed - part.expired == part.closing
        assert one.closing == other.opening
