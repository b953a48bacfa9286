"""Section 3 of the rule book: earning points (R13-R19)."""

from typing import Literal

import pytest

from rulebook.given import Shop, day, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, CampaignTerms, Rate, Rounding

SATURDAY = frozenset({5})


def campaign(shop: Shop, name: str, multiplier: int) -> None:
    shop.books.publish_campaign(
        key=key(), at=t("01-01 00:00"), campaign=name, terms=CampaignTerms("FG", multiplier, weekdays=SATURDAY)
    )


@pytest.mark.parametrize(("rounding", "points"), [("down", 169), ("nearest", 170), ("up", 170)])
def test_x05_points_are_rounded_once(books: Books, rounding: Rounding, points: int) -> None:
    shop = Shop(books, rounding=rounding)
    assert shop.earn(shop.card(), 8490, "06-06 10:00", receipt="T-1001").points == points


def test_x05_a_campaign_multiplies_and_the_event_splits_the_sum(books: Books) -> None:
    shop = Shop(books)
    campaign(shop, "saturday", 200)
    card = shop.card()
    earned = shop.earn(card, 8490, "06-06 10:00")
    assert (earned.points, earned.base, earned.campaign) == (339, 169, 170)
    assert shop.earn(card, 8490, "06-07 10:00").points == 169


@pytest.mark.parametrize(
    ("stacking", "rounding", "points"), [("best", "down", 339), ("add", "down", 424), ("add", "nearest", 425)]
)
def test_x05_multipliers_stack_by_the_setting(
    books: Books, stacking: Literal["best", "add"], rounding: Rounding, points: int
) -> None:
    shop = Shop(books, stacking=stacking, rounding=rounding)
    campaign(shop, "saturday", 150)
    campaign(shop, "summer", 200)
    assert shop.earn(shop.card(), 8490, "06-06 10:00").points == points


def test_x05_a_receipt_counts_once_for_points_and_once_for_stamps(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.earn(card, 8490, "06-06 10:00", receipt="T-1001", name="first")
    again = shop.earn(card, 8490, "06-06 10:01", receipt=" t-1001 ")
    assert (again.code, again.first) == ("receipt_already_recorded", "first")
    assert shop.stamp(card, 1, "06-06 10:02", receipt="T-1001").accepted
    assert shop.stamp(card, 1, "06-06 11:02", receipt="T-1001").code == "receipt_already_recorded"


def test_x06_a_purchase_too_small_for_a_point_is_recorded(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    answer = shop.earn(card, 49, "06-06 10:00", receipt="T-1")
    assert (answer.accepted, answer.points) == (True, 0)
    assert books.postings(card) == ()
    assert shop.earn(card, 49, "06-06 10:00", receipt="T-1").code == "receipt_already_recorded"


@pytest.mark.parametrize(
    ("currency", "amount", "points"), [("JPY", 12345, 123), ("KWD", 12345, 12), ("CHF", 12345, None)]
)
def test_x06_each_currency_has_its_own_rate_or_none(
    books: Books, currency: str, amount: int, points: int | None
) -> None:
    shop = Shop(books, rates={"JPY": Rate(1, 100), "KWD": Rate(1, 1000)})
    answer = shop.earn(shop.card(), amount, "06-06 10:00", currency=currency)
    assert answer.code == (None if points is not None else "currency_not_accepted")
    assert answer.points == (points or 0)


def test_x07_a_credit_repays_debt_first(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 30)
    shop.points(card, 30, "06-01 10:00", receipt="T-1")
    shop.redeem(card, gift, "06-01 11:00")
    shop.refund("T-1", 1500, "06-02 10:00")
    assert books.debt(card) == 30
    earned = shop.earn(card, 3000, "06-06 10:00", name="earn")
    assert (earned.points, earned.repaid, earned.balance) == (60, 30, 30)
    assert shop.lots(card) == ["30/2027-06-06"]
    assert shop.booked(card, "earn") == lines("granted −60 · debt +30 · issued +30")


def test_r19_a_void_frees_the_number_and_a_refund_does_not(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.earn(card, 1000, "06-06 10:00", receipt="T-1", name="first")
    shop.void("first", "06-06 11:00")
    assert shop.earn(card, 1000, "06-06 12:00", receipt="T-1").accepted
    shop.refund("T-1", 1000, "06-06 13:00")
    assert shop.earn(card, 1000, "06-06 14:00", receipt="T-1").code == "receipt_already_recorded"


def test_r19_with_scope_day_the_day_belongs_to_the_number_and_a_refund_names_it(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    zone = "Europe/Luxembourg"
    books.set_store(key=key(), at=t("06-01 00:00"), store="FASHIONHUB", zone=zone, receipt_scope="day")
    assert shop.earn(card, 1000, "06-06 10:00", receipt="1").accepted
    assert shop.earn(card, 1000, "06-06 10:00", receipt="1").code == "receipt_already_recorded"
    assert shop.earn(card, 2000, "06-07 10:00", receipt="1").accepted
    assert shop.refund("1", 2000, "06-08 10:00", receipt_day=t("06-07 12:00").date()).points == 40
    assert shop.refund("1", 1000, "06-08 10:00", receipt_day=t("06-06 12:00").date()).points == 20


def test_r19_without_a_receipt_the_key_of_the_operation_stands_in(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.earn(card, 1000, "06-06 10:00", name="op-1")
    shop.earn(card, 1000, "06-06 10:00", name="op-2")
    assert shop.refund("op-1", 500, "06-07 10:00").points == 10
    assert books.balance(card) == 30


def test_r15_a_campaign_counts_on_its_first_and_last_day_in_its_stores_by_the_local_day(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    june = CampaignTerms(
        "FG", 200, stores=frozenset({"FASHIONHUB"}), first_day=day("2026-06-01"), last_day=day("2026-06-30")
    )
    books.publish_campaign(key=key(), at=t("01-01 00:00"), campaign="june", terms=june)
    days = ["05-31 23:59", "06-01 00:00", "06-30 23:59", "07-01 00:00"]
    assert [shop.earn(card, 1000, at).points for at in days] == [20, 40, 40, 20]
    assert shop.earn(card, 1000, "07-01 00:01", store="FASHIONOUTLET").campaign == 0


def test_r15_no_bonus_stamp_or_adjustment_is_multiplied(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    campaign(shop, "saturday", 200)
    card = shop.card("06-06 10:00")
    shop.adjust(card, "06-06 11:00", points=10)
    shop.stamp(card, 1, "06-06 12:00")
    assert (books.balance(card), books.stamps(card)) == (60, "1/10")
