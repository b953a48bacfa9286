"""Section 2 of the rule book, one rule alone: how a program ends (R12)."""

import pytest

from rulebook.given import NO_DATE, Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Timing
from rulebook.views import Answer

LAST = day("2026-09-30")


def ending(books: Books, at: str = "06-07 10:00", ends: str = "07-01 00:00") -> Answer:
    return books.end_program(key=key(), at=t(at), program="FG", ends_at=t(ends), last_day=LAST)


def ended(books: Books) -> tuple[Shop, str]:
    shop = Shop(books, expiry=NO_DATE)
    card = shop.card()
    shop.points(card, 50, "06-06 10:00", receipt="T-1")
    shop.stamp(card, 13, "06-06 10:00")
    ending(books)
    return shop, card


def test_r12_the_end_is_told_once_and_ahead(books: Books) -> None:
    Shop(books)
    assert ending(books, ends="06-07 09:59").code == "effective_from_in_the_past"
    assert ending(books).accepted
    assert ending(books).code == "program_ended"


def test_r12_a_purchase_of_before_the_end_counts_though_it_arrives_after(books: Books) -> None:
    shop, card = ended(books)
    late = shop.earn(card, 1000, "07-02 10:00", channel="offline", occurred_at=t("06-30 23:59"))
    assert (late.points, shop.earn(card, 1000, "07-02 10:00").code) == (20, "program_ended")


def test_r12_refunds_voids_and_adjustments_go_on_after_the_end(books: Books) -> None:
    shop, card = ended(books)
    assert shop.refund("T-1", 1000, "07-02 10:00").points == 20
    assert shop.adjust(card, "07-02 10:00", points=5, name="up").balance == 35
    assert shop.void("up", "07-02 11:00").accepted
    assert books.balance(card) == 30


@pytest.mark.parametrize("timing", ["at_enrollment", "address_confirmed", "first_purchase"])
def test_r12_no_bonus_is_paid_after_the_end(books: Books, timing: Timing) -> None:
    shop = Shop(books, welcome=Bonus(points=50, timing=timing), birthday=Bonus(points=10))
    card = shop.card("06-06 10:00")
    books.set_birthday(key=key(), at=t("06-06 10:00"), card=card, month=8, day=1)
    before = books.balance(card)
    ending(books)
    books.confirm_address(key=key(), at=t("07-02 10:00"), person="ada@example.org")
    books.run_due_work(t("08-01 10:00"))
    assert (before, books.balance(card)) == ((50, 50) if timing == "at_enrollment" else (0, 0))


def test_r12_nobody_joins_after_the_end(books: Books) -> None:
    ended(books)
    late = books.open_card(key=key(), at=t("07-01 00:00"), program="FG", person="bob@example.org", store="FASHIONHUB")
    assert late.code == "program_ended"


def test_r12_at_the_end_of_the_last_day_points_stamps_and_rewards_expire(books: Books) -> None:
    shop, card = ended(books)
    (code,) = [reward.redeem_code for reward in books.rewards(card)]
    books.run_due_work(t("10-01 00:00"))
    assert (books.balance(card), books.stamps(card)) == (0, "0/10")
    assert [reward.state for reward in books.rewards(card)] == ["expired"]
    assert shop.booked_as(card, "end", "stamps") == [{"issued": -3, "expired": 3}]
    assert shop.use(code, "10-01 10:00").code == "program_ended"
    assert shop.spend(card, 1, "10-01 10:00").code == "program_ended"


def test_r12_a_frozen_card_ends_with_its_program_all_the_same(books: Books) -> None:
    shop, card = ended(books)
    shop.freeze(card, "09-01 10:00")
    books.run_due_work(t("10-01 00:00"))
    assert books.balance(card) == 0


def test_r12_what_is_held_over_the_end_is_captured_no_more_and_expires_with_its_hold(books: Books) -> None:
    shop, card = ended(books)
    held = shop.hold(card, shop.reward("gift", 20, "09-30 22:00"), "09-30 23:00")
    assert shop.capture(held, "10-01 00:30").code == "program_ended"
    books.run_due_work(t("10-01 01:00"))
    assert shop.booked_as(card, "lapse") == [{"held": -20, "expired": 20}]
