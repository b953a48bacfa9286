"""Section 5 of the rule book: welcome and birthday (R25-R28)."""

from datetime import timedelta

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books, birthday_of, welcome_of
from rulebook.terms import Bonus

FIFTY = Bonus(points=50)
FIRST_PURCHASE = Bonus(points=50, timing="first_purchase")
CONFIRMED = Bonus(points=50, timing="address_confirmed")


def born_on_29_february(books: Books, entered: str) -> tuple[Shop, str]:
    shop = Shop(books, birthday=FIFTY)
    card = shop.card()
    books.set_birthday(key=key(), at=t(entered), card=card, month=2, day=29)
    return shop, card


def test_x12_the_welcome_bonus_is_a_lot_of_the_day_of_enrolling(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    card = shop.card("06-01 10:00")
    assert shop.lots(card) == ["50/2027-06-01"]
    assert shop.booked(card, welcome_of(card)) == lines("granted −50 · issued +50")
    again = shop.card("06-02 10:00", person="ADA@Example.org", store="FASHIONOUTLET")
    assert (again, books.balance(card)) == (card, 50)


def test_x12_two_joins_at_once_make_one_card_and_one_bonus(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    one = shop.card("06-01 10:00", store="FASHIONHUB")
    other = shop.card("06-01 10:00", store="FASHIONOUTLET")
    assert (one, books.balance(one)) == (other, 50)


def first_purchase_promised(books: Books) -> tuple[Shop, str]:
    shop = Shop(books, welcome=FIRST_PURCHASE)
    card = shop.card("06-01 10:00")
    shop.program("06-09 10:00", "06-10 00:00", welcome=Bonus(points=20, timing="first_purchase"))
    assert books.balance(card) == 0
    shop.earn(card, 1000, "06-12 10:00", receipt="T-1", name="bought")
    assert books.balance(card) == 70
    return shop, card


def test_x13_a_voided_first_purchase_takes_the_promised_bonus_back_and_frees_the_key(books: Books) -> None:
    shop, card = first_purchase_promised(books)
    shop.void("bought", "06-12 11:00")
    assert books.balance(card) == 0
    shop.earn(card, 1000, "06-13 10:00")
    assert books.balance(card) == 70


def test_x13_a_refunded_first_purchase_leaves_the_bonus(books: Books) -> None:
    shop, card = first_purchase_promised(books)
    shop.refund("T-1", 1000, "06-12 11:00")
    assert books.balance(card) == 50
    shop.earn(card, 1000, "06-13 10:00")
    assert books.balance(card) == 70


def test_x14_29_february_counts_as_28_in_other_years(books: Books) -> None:
    _, card = born_on_29_february(books, "06-01 10:00")
    for today in ("2027-02-27 12:00", "2027-02-28 00:05", "2027-03-01 00:05", "2028-02-28 00:05", "2028-02-29 00:05"):
        books.run_due_work(t(today))
    granted = [posting for posting in books.postings(card) if posting.kind == "bonus"]
    assert [posting.effective for posting in granted] == [t("2027-02-28 00:00"), t("2028-02-29 00:00")]
    assert granted[0].operation == birthday_of(card, 2027)


def test_x14_a_birthday_entered_30_days_ahead_counts_this_year(books: Books) -> None:
    _, card = born_on_29_february(books, "2027-01-29 10:00")
    books.run_due_work(t("2027-02-28 00:05"))
    assert books.balance(card) == 50


def test_x14_a_birthday_entered_29_days_ahead_waits_until_next_year(books: Books) -> None:
    _, card = born_on_29_february(books, "2027-01-30 10:00")
    books.run_due_work(t("2027-02-28 00:05"))
    assert books.balance(card) == 0
    books.run_due_work(t("2028-02-29 00:05"))
    assert books.balance(card) == 50


def test_x14_late_work_grants_it_dated_to_the_day_and_once(books: Books) -> None:
    shop, card = born_on_29_february(books, "06-01 10:00")
    books.run_due_work(t("2027-02-25 00:05"))
    books.run_due_work(t("2027-03-10 09:00"))
    books.run_due_work(t("2027-03-10 09:00"))
    (granted,) = (posting for posting in books.postings(card) if posting.kind == "bonus")
    assert (granted.recorded_at, granted.effective) == (t("2027-03-10 09:00"), t("2027-02-28 00:00"))
    assert shop.lots(card) == ["50/2028-02-28"]


def test_x14_after_15_days_it_is_skipped_and_operators_see_it(books: Books) -> None:
    _, card = born_on_29_february(books, "06-01 10:00")
    books.run_due_work(t("2027-03-15 09:00"))
    books.run_due_work(t("2027-03-16 09:00"))
    assert books.balance(card) == 0
    assert [notice.name for notice in books.notices(card)] == ["birthday_window_passed"]


def test_r27_without_consent_on_the_day_there_is_no_birthday(books: Books) -> None:
    _, card = born_on_29_february(books, "06-01 10:00")
    books.set_consent(key=key(), at=t("2027-02-27 10:00"), card=card, given=False)
    books.run_due_work(t("2027-02-28 00:05"))
    assert books.balance(card) == 0


def test_r27_a_birthday_waits_while_the_card_is_frozen_and_is_tried_again(books: Books) -> None:
    _, card = born_on_29_february(books, "06-01 10:00")
    books.freeze(key=key(), at=t("2027-02-20 10:00"), card=card)
    books.run_due_work(t("2027-02-28 00:05"))
    assert books.balance(card) == 0
    books.unfreeze(key=key(), at=t("2027-03-05 10:00"), card=card)
    books.run_due_work(t("2027-03-06 00:05"))
    assert books.balance(card) == 50


def test_r25_a_bonus_for_a_confirmed_address_waits_for_it_and_nobody_gets_one_later(books: Books) -> None:
    shop = Shop(books)
    before = shop.card("02-01 10:00", person="bob@example.org")
    shop.program("03-01 00:00", welcome=CONFIRMED)
    card = shop.card("06-01 10:00")
    assert books.balance(card) == 0
    for person in ("ada@example.org", "Ada@example.org", "bob@example.org"):
        books.confirm_address(key=key(), at=t("06-02 10:00"), person=person)
    assert (books.balance(card), books.balance(before)) == (50, 0)


def test_r26_after_an_erasure_joining_again_pays_again_and_after_leaving_it_does_not(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    card = shop.card("06-01 10:00")
    books.close(key=key(), at=t("06-02 10:00"), card=card, cause="leaving")
    assert (shop.card("06-03 10:00"), books.balance(card)) == (card, 0)
    books.close(key=key(), at=t("06-04 10:00"), card=card, cause="erasure")
    fresh = shop.card("06-05 10:00")
    assert fresh != card
    assert books.balance(fresh, t("06-05 10:00") + timedelta(seconds=1)) == 50
