"""Section 1 of the rule book: keys, order of checks, refusals (R1-R8)."""

import pytest

from rulebook.given import Shop, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus

FIFTY = Bonus(points=50)


def test_x01_a_retried_key_gets_its_first_answer_whatever_changed_since(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    card = shop.card()
    first = shop.earn(card, 8490, "06-06 10:00", name="k1")
    assert (first.points, first.balance) == (169, 219)
    books.freeze(key=key(), at=t("06-06 11:00"), card=card)
    before = books.postings(card)
    assert shop.earn(card, 8490, "06-06 12:00", name="k1") == first
    assert books.postings(card) == before


def test_x01_a_refusal_is_an_answer_too_and_stays(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    card = shop.card()
    bike = shop.reward("bike", 500)
    assert shop.redeem(card, bike, "06-06 10:00", name="k2").code == "not_enough_points"
    shop.points(card, 950, "06-06 11:00")
    assert shop.redeem(card, bike, "06-06 12:00", name="k2").code == "not_enough_points"
    assert shop.redeem(card, bike, "06-06 12:00", name="k3").accepted
    assert books.balance(card) == 500


def test_x02_the_first_check_that_fails_is_the_answer(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    books.freeze(key=key(), at=t("06-06 10:00"), card=card)
    assert shop.earn(card, 0, "06-06 11:00").code == "card_frozen"
    books.unfreeze(key=key(), at=t("06-06 12:00"), card=card)
    assert shop.earn(card, 0, "06-06 13:00").code == "amount_not_positive"


def test_x02_a_refusal_takes_no_receipt_number(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    books.freeze(key=key(), at=t("06-06 10:00"), card=card)
    assert shop.earn(card, 1000, "06-06 11:00", receipt="T-1003").code == "card_frozen"
    books.unfreeze(key=key(), at=t("06-06 12:00"), card=card)
    assert shop.earn(card, 1000, "06-06 13:00", receipt="T-1003").points == 20


def test_r05_the_same_key_with_another_body_is_refused_and_nothing_recorded(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    first = shop.earn(card, 1000, "06-06 10:00", name="k")
    assert shop.earn(card, 2000, "06-06 10:01", name="k").code == "idempotency_key_reused"
    assert books.balance(card) == 20
    assert shop.earn(card, 1000, "06-06 10:02", name="k") == first


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0.5, "amount_not_whole"),
        (0, "amount_not_positive"),
        (-1, "amount_not_positive"),
        (1_000_000_000, "amount_too_large"),
    ],
)
def test_r01_an_amount_is_whole_and_in_range(books: Books, amount: float, code: str) -> None:
    shop = Shop(books)
    answer = books.earn(key="k", at=t("06-06 10:00"), card=shop.card(), amount=amount, store="FASHIONHUB")
    assert (answer.accepted, answer.code) == (False, code)


@pytest.mark.parametrize(
    ("n", "code"),
    [(1.5, "stamps_not_whole"), (0, "stamps_not_positive"), (101, "stamps_too_large")],
)
def test_r01_stamps_are_whole_and_in_range(books: Books, n: float, code: str) -> None:
    shop = Shop(books)
    answer = books.give_stamps(key="k", at=t("06-06 10:00"), card=shop.card(), n=n, store="FASHIONHUB")
    assert (answer.accepted, answer.code) == (False, code)


def test_r06_what_does_not_exist_has_its_own_refusal(books: Books) -> None:
    shop = Shop(books)
    card, at = shop.card(), t("06-06 10:00")
    assert shop.earn("nobody", 100, "06-06 10:00").code == "card_unknown"
    assert shop.redeem(card, "nothing", "06-06 10:00").code == "reward_unknown"
    assert books.capture(key=key(), at=at, reservation="none", store="FASHIONHUB").code == "reservation_unknown"
    assert shop.refund("T-0", 100, "06-06 10:00").code == "receipt_unknown"
    assert shop.void("none", "06-06 10:00").code == "operation_unknown"
    assert books.use_reward(key=key(), at=at, redeem_code="22222222", store="FASHIONHUB").code == "code_unknown"
    unknown = books.open_card(key=key(), at=at, program="XY", person="bob@example.org", store="FASHIONHUB")
    assert unknown.code == "program_unknown"
