"""The model itself: it breaks no invariant, is the same however late the work runs, and answers a key once."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook.given import t
from rulebook.happenings import PERSONS, Happening, Teller, merchant_days
from rulebook.model import ModelBooks
from rulebook.terms import Terms

Days = tuple[list[Terms], list[Happening]]
CARDS = [f"card-{1 + each}" for each in range(len(PERSONS))]
QUICK = settings(max_examples=60, deadline=None)
END = timedelta(days=100)


def opened(terms: list[Terms]) -> tuple[ModelBooks, Teller]:
    books = ModelBooks()
    teller = Teller(books, terms)
    teller.open_shop()
    return books, teller


def figures(books: ModelBooks) -> list[Any]:
    """All that a customer or an accountant could see of the cards, whenever it was booked."""
    return [
        (
            books.balance(card),
            books.held(card),
            books.stamps(card),
            sorted(books.accounts(card, "points").items()),
            sorted(books.accounts(card, "stamps").items()),
            sorted((lot.source, lot.free, lot.held, str(lot.expires_at)) for lot in books.lots(card)),
            [(reward.state, reward.expires_on) for reward in books.rewards(card)],
        )
        for card in CARDS
    ]


@QUICK
@given(merchant_days(40))
def test_whatever_happens_no_point_comes_from_nowhere(days: Days) -> None:
    terms, happenings = days
    books, teller = opened(terms)
    for it in happenings:
        teller.tell(it)  # the model proves itself after each
    books.run_due_work(teller.now + END)
    for card in CARDS:
        assert sum(books.accounts(card, "points").values()) == 0
        assert sum(books.accounts(card, "stamps").values()) == 0


@QUICK
@given(merchant_days(25), st.lists(st.integers(0, 3), min_size=25, max_size=25))
def test_work_late_twice_or_in_pieces_ends_in_the_same_balances(days: Days, pieces: list[int]) -> None:
    terms, happenings = days
    late, late_teller = opened(terms)
    timely, timely_teller = opened(terms)
    for it, piece in zip(happenings, pieces, strict=False):
        late_teller.tell(it)
        if timely_teller.now + it.gap > timely_teller.now:
            timely.run_due_work(timely_teller.now + it.gap / 2)
        timely.run_due_work(timely_teller.now + it.gap, only=piece)
        timely_teller.tell(it)
    for books in (late, timely, timely):
        books.run_due_work(late_teller.now + END)
    assert figures(late) == figures(timely)


@QUICK
@given(merchant_days(25))
def test_a_key_told_again_gets_the_same_answer_and_changes_nothing(days: Days) -> None:
    terms, happenings = days
    books, teller = opened(terms)
    for it in happenings:
        teller.tell(it)
    before = (figures(books), [books.postings(card) for card in CARDS])
    for method, words, answer in teller.said:
        assert getattr(books, method)(**words | {"at": teller.now}) == answer
    assert (figures(books), [books.postings(card) for card in CARDS]) == before


@settings(max_examples=25, deadline=None)
@given(merchant_days(15))
def test_the_books_as_of_an_instant_are_the_books_at_that_instant(days: Days) -> None:
    terms, happenings = days
    books, teller = opened(terms)
    seen = {}
    for it in happenings:
        if it.gap:  # nothing more will be recorded at this instant
            seen[teller.now] = figures(books)
        teller.tell(it)
    for at, then in seen.items():
        assert figures(books.as_of(at)) == then


@settings(max_examples=25, deadline=None)
@given(merchant_days(20), st.integers(1, 60))
def test_a_roll_forward_closes_and_the_periods_join(days: Days, split: int) -> None:
    terms, happenings = days
    books, teller = opened(terms)
    for it in happenings:
        teller.tell(it)
    first, until = t("05-01 00:00"), teller.now + END
    middle = first + timedelta(days=split)
    for card in CARDS:
        one, other = books.roll_forward(card, first, middle), books.roll_forward(card, middle, until)
        for part in (one, other):
            came = part.opening + part.granted + part.adjusted + part.debt + part.absorbed
            assert came - part.redeemed - part.expired == part.closing
        assert one.closing == other.opening
