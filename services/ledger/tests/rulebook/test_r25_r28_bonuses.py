"""Section 5 of the rule book beside its examples: each bonus once, and when (R25-R28)."""

from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, key, t, terms
from rulebook.speaking import Books, birthday_of, welcome_of
from rulebook.terms import Bonus, RewardTerms, Timing

FIFTY = Bonus(points=50)


def born(books: Books, month: int, day: int, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **{"birthday": FIFTY} | changed)
    card = shop.card()
    books.set_birthday(key=key(), at=t("01-01 10:00"), card=card, month=month, day=day)
    return shop, card


@pytest.mark.parametrize(("points", "stamps"), [(50, 0), (0, 3), (50, 3)])
def test_r25_a_welcome_is_points_stamps_or_both(books: Books, points: int, stamps: int) -> None:
    shop = Shop(books, welcome=Bonus(points=points, stamps=stamps))
    card = shop.card("06-01 10:00")
    assert (books.balance(card), books.stamps(card)) == (points, f"{stamps}/10")


def test_r25_it_is_paid_once_per_person_whatever_program_they_join(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    first = shop.card("06-01 10:00")
    books.publish_program(key=key(), at=t("06-01 10:00"), program="XY", terms=terms(welcome=Bonus(points=70)))
    other = shop.card("06-01 10:00", program="XY", person="Ada@Example.org ")
    assert (first != other, books.balance(first), books.balance(other)) == (True, 50, 0)


def test_r25_what_was_promised_at_enrollment_is_paid_and_nothing_afterwards(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50, timing="first_purchase"))
    promised = shop.card("06-01 10:00")
    shop.program("06-02 00:00")
    unpromised = shop.card("06-03 10:00", person="bob@example.org")
    shop.program("06-04 00:00", welcome=Bonus(points=70, timing="first_purchase"))
    for card in (promised, unpromised):
        shop.stamp(card, 1, "06-05 10:00")
    assert (books.balance(promised), books.balance(unpromised)) == (50, 0)


@pytest.mark.parametrize("timing", ["at_enrollment", "address_confirmed", "first_purchase"])
def test_r25_a_bonus_waits_for_its_time(books: Books, timing: Timing) -> None:
    shop = Shop(books, welcome=Bonus(points=50, timing=timing))
    card = shop.card("06-01 10:00")
    balances = [books.balance(card)]
    books.confirm_address(key=key(), at=t("06-01 11:00"), person="ada@example.org")
    balances.append(books.balance(card))
    shop.stamp(card, 1, "06-01 12:00")
    balances.append(books.balance(card))
    order = ["at_enrollment", "address_confirmed", "first_purchase"]
    assert balances == [50 if order.index(timing) <= n else 0 for n in range(3)]


def test_r26_a_first_purchase_that_is_voided_takes_stamps_of_the_bonus_back_too(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=5, stamps=3, timing="first_purchase"))
    card = shop.card("06-01 10:00")
    shop.stamp(card, 2, "06-02 10:00", name="first")
    assert (books.balance(card), books.stamps(card)) == (5, "5/10")
    shop.void("first", "06-02 11:00")
    assert (books.balance(card), books.stamps(card)) == (0, "0/10")
    shop.stamp(card, 1, "06-03 10:00")
    assert (books.balance(card), books.stamps(card)) == (5, "4/10")


def test_r26_a_voided_bonus_is_not_paid_again(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    card = shop.card("06-01 10:00")
    assert shop.void(welcome_of(card), "06-02 10:00").accepted
    shop.close(card, "06-03 10:00")
    assert (shop.card("06-04 10:00"), books.balance(card)) == (card, 0)


@pytest.mark.parametrize(
    ("bonus", "points", "stamps", "rewards"),
    [(FIFTY, 50, "0/10", 0), (Bonus(stamps=2), 0, "2/10", 0), (Bonus(reward="cake"), 0, "0/10", 1)],
)
def test_r27_a_birthday_brings_points_stamps_or_a_reward(
    books: Books, bonus: Bonus, points: int, stamps: str, rewards: int
) -> None:
    _, card = born(books, 6, 6, birthday=bonus)
    books.publish_reward(key=key(), at=t("01-02 10:00"), reward="cake", terms=RewardTerms("FG"))
    books.run_due_work(t("06-06 00:05"))
    assert (books.balance(card), books.stamps(card), len(books.rewards(card))) == (points, stamps, rewards)


def test_r27_it_is_granted_as_of_the_start_of_the_day_at_the_home_store(books: Books) -> None:
    shop = Shop(books, birthday=FIFTY)
    card = shop.card(store=shop.store("FAR", zone="Asia/Tokyo"))
    books.set_birthday(key=key(), at=t("01-01 10:00"), card=card, month=6, day=6)
    books.run_due_work(t("06-05T14:59Z"))
    assert books.balance(card) == 0
    books.run_due_work(t("06-05T15:00Z"))
    (posting,) = books.postings(card)
    assert (posting.operation, posting.effective) == (birthday_of(card, 2026), t("06-05T15:00Z"))


def test_r27_a_changed_birthday_brings_no_second_one_in_a_year(books: Books) -> None:
    _, card = born(books, 6, 6, expiry=NO_DATE)
    books.run_due_work(t("06-06 00:05"))
    books.set_birthday(key=key(), at=t("06-07 10:00"), card=card, month=8, day=1)
    books.run_due_work(t("08-01 00:05"))
    assert books.balance(card) == 50
    books.run_due_work(t("2027-08-01 00:05"))
    assert len(books.postings(card)) == 2


def test_r27_consent_counts_as_it_stood_on_the_day(books: Books) -> None:
    _, card = born(books, 6, 6)
    books.set_consent(key=key(), at=t("06-05 10:00"), card=card, given=False)
    books.set_consent(key=key(), at=t("06-06 10:00"), card=card, given=True)
    books.run_due_work(t("06-07 00:05"))
    assert books.balance(card) == 0


def test_r27_a_closed_card_has_no_birthday(books: Books) -> None:
    shop, card = born(books, 6, 6)
    shop.close(card, "06-05 10:00")
    books.run_due_work(t("06-06 00:05"))
    assert (books.postings(card), books.balance(card)) == ((), 0)


@pytest.mark.parametrize(("today", "granted"), [("06-20 23:59", 50), ("06-21 00:00", 0)])
def test_r28_it_is_caught_up_for_fourteen_days_and_no_longer(books: Books, today: str, granted: int) -> None:
    shop, card = born(books, 6, 6, expiry=NO_DATE)
    for _ in range(2):
        books.run_due_work(t(today))
    assert books.balance(card) == granted
    assert len(shop.told(card, "birthday_window_passed")) == (0 if granted else 1)


def test_r28_a_birthday_skipped_once_comes_again_next_year(books: Books) -> None:
    _, card = born(books, 6, 6, expiry=NO_DATE)
    books.run_due_work(t("08-01 10:00"))
    books.run_due_work(t("2027-06-06 00:05"))
    assert [posting.effective for posting in books.postings(card)] == [t("2027-06-06 00:00")]
