"""Section 1 of the rule book, one rule alone: of two things that are wrong the first to be asked is the answer (R6)."""

from datetime import timedelta
from itertools import combinations

import pytest

from rulebook.faults import NOW, ORDER, Fault, Faulty
from rulebook.given import t
from rulebook.speaking import Books

ALONE = [(method, fault) for method, faults in ORDER.items() for fault in faults]
PAIRS = [(method, *pair) for method, faults in ORDER.items() for pair in combinations(faults, 2)]


def shop_of(books: Books) -> Faulty:
    return Faulty(books, hold_online=timedelta(hours=72))


@pytest.mark.parametrize("method", ORDER)
def test_r06_where_nothing_is_wrong_nothing_is_refused(books: Books, method: str) -> None:
    shop = shop_of(books)
    answer = shop.ask(method, shop.arrange(()), ())
    assert (answer.accepted, answer.code) == (True, None)


@pytest.mark.parametrize(("method", "fault"), ALONE, ids=str)
def test_r06_each_thing_that_is_wrong_has_its_code(books: Books, method: str, fault: Fault) -> None:
    shop = shop_of(books)
    card = shop.arrange((fault,))
    before = books.balance(card, t(NOW)), books.stamps(card, t(NOW))
    assert shop.ask(method, card, (fault,)).code == fault.code
    assert (books.balance(card, t(NOW)), books.stamps(card, t(NOW))) == before


@pytest.mark.parametrize(("method", "first", "second"), PAIRS, ids=str)
def test_r06_of_two_things_that_are_wrong_the_first_asked_is_the_answer(
    books: Books, method: str, first: Fault, second: Fault
) -> None:
    shop = shop_of(books)
    assert shop.ask(method, shop.arrange((first, second)), (first, second)).code == first.code
