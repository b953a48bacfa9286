"""Section 3 of the rule book beside its examples: points of purchases, campaigns, receipts (R13-R19)."""

from typing import Any, Literal

import pytest

from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, CampaignTerms, Expiry, Rate, Rounding

Stacking = Literal["best", "add"]
IDLE = Expiry("inactivity", 30, "days")


def campaign(shop: Shop, name: str, multiplier: int, **limits: Any) -> None:
    terms = CampaignTerms("FG", multiplier, **limits)
    shop.books.publish_campaign(key=key(), at=shop.at, campaign=name, terms=terms)


@pytest.mark.parametrize(
    ("rate", "amount", "rounding", "points"),
    [
        (Rate(2, 100), 8490, "down", 169),
        (Rate(2, 100), 25, "nearest", 1),  # half a point goes up
        (Rate(2, 100), 24, "nearest", 0),
        (Rate(2, 100), 1, "up", 1),
        (Rate(1, 1_000_000), 999_999, "down", 0),
        (Rate(1, 1_000_000), 1_000_000, "up", 1),
        (Rate(3, 7), 10, "down", 4),  # 4.29
        (Rate(1_000_000, 1), 999_999_999, "down", 999_999_999_000_000),
    ],
)
def test_r13_points_are_counted_pro_rata_exactly_and_rounded_once(
    books: Books, rate: Rate, amount: int, rounding: Rounding, points: int
) -> None:
    shop = Shop(books, rates={"EUR": rate}, rounding=rounding)
    assert shop.earn(shop.card(), amount, "06-06 10:00").points == points


@pytest.mark.parametrize(("rounding", "base", "extra"), [("down", 169, 85), ("nearest", 170, 85), ("up", 170, 85)])
def test_r13_the_event_says_what_the_rate_gave_and_what_the_campaign(
    books: Books, rounding: Rounding, base: int, extra: int
) -> None:
    shop = Shop(books, rounding=rounding)
    campaign(shop, "half more", 150)  # 254.7 in all, of which 169.8 without it
    earned = shop.earn(shop.card(), 8490, "06-06 10:00")
    assert (earned.base, earned.campaign, earned.points) == (base, extra, base + extra)


def test_r14_nothing_is_converted_and_a_refused_currency_leaves_no_trace(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    assert shop.earn(card, 1000, "06-06 10:00", currency="CHF", receipt="T-1").code == "currency_not_accepted"
    shop.program("06-07 00:00", rates={"CHF": Rate(3, 100)})
    assert shop.earn(card, 1000, "06-07 10:00", currency="CHF", receipt="T-1").points == 30
    assert shop.earn(card, 1000, "06-07 10:00").code == "currency_not_accepted"


@pytest.mark.parametrize("last", [("06-06 23:59", 40), ("06-07 00:00", 20)])
def test_r15_a_campaign_ends_with_its_last_local_day_whenever_it_is_told(books: Books, last: tuple[str, int]) -> None:
    shop = Shop(books)
    campaign(shop, "till saturday", 200, last_day=day("2026-06-06"))
    at, points = last
    told: dict[str, Any] = {"channel": "offline", "occurred_at": t(at)}
    assert shop.earn(shop.card(), 1000, "06-09 10:00", **told).points == points


@pytest.mark.parametrize(("stacking", "points"), [("best", 60), ("add", 90)])
def test_r16_the_best_counts_or_the_extras_add_up_and_nothing_multiplies_itself(
    books: Books, stacking: Stacking, points: int
) -> None:
    shop = Shop(books, stacking=stacking)
    for name, multiplier in (("a", 200), ("b", 300), ("c", 150)):
        campaign(shop, name, multiplier)
    campaign(shop, "elsewhere", 1000, stores=frozenset({"FASHIONOUTLET"}))
    assert shop.earn(shop.card(), 1000, "06-06 10:00").points == points


def test_r17_a_purchase_of_no_points_is_an_activity(books: Books) -> None:
    shop = Shop(books, expiry=IDLE)
    card = shop.card()
    shop.points(card, 10, "06-01 10:00")
    assert shop.earn(card, 1, "06-06 10:00").points == 0
    assert shop.lots(card) == ["10/2026-07-06"]
    assert len(books.postings(card)) == 1


def test_r17_a_purchase_of_no_points_can_be_a_first_purchase_voided_and_refunded(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50, timing="first_purchase"))
    card = shop.card()
    assert shop.earn(card, 1, "06-06 10:00", receipt="T-1", name="small").accepted
    assert books.balance(card) == 50
    assert shop.refund("T-1", 1, "06-06 11:00").points == 0
    assert shop.void("small", "06-06 12:00").code == "has_refunds"


def in_debt(books: Books, points: int, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **changed)
    card = shop.card("01-01 09:00")
    shop.points(card, points, "06-01 10:00", receipt="owed")
    shop.spend(card, points, "06-01 11:00")
    shop.refund("owed", points * 50, "06-01 12:00")
    assert books.debt(card) == points
    return shop, card


def test_r18_each_kind_of_credit_repays_the_debt_first(books: Books) -> None:
    shop, card = in_debt(books, 100, birthday=Bonus(points=30))
    books.set_birthday(key=key(), at=t("06-01 13:00"), card=card, month=7, day=10)
    assert shop.points(card, 20, "06-02 10:00").repaid == 20
    shop.adjust(card, "06-03 10:00", points=10)
    assert (books.debt(card), books.balance(card)) == (70, -70)
    books.run_due_work(t("07-10 00:00"))
    assert books.debt(card) == 40
    assert shop.points(card, 60, "07-11 10:00").repaid == 40
    assert (books.debt(card), shop.lots(card)) == (0, ["20/2027-07-11"])


def test_r18_what_is_earned_can_be_used_at_once(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    earned = shop.points(card, 20, "06-06 10:00")
    assert (earned.balance, books.available(card)) == (20, 20)
    assert shop.spend(card, 20, "06-06 10:00").accepted


@pytest.mark.parametrize("receipt", ["", "   ", "A" * 65, "T\t1", "T\x00"])
def test_r19_what_no_till_prints_is_no_receipt(books: Books, receipt: str) -> None:
    shop = Shop(books)
    card = shop.card()
    assert shop.earn(card, 1000, "06-06 10:00", receipt=receipt).code == "receipt_invalid"
    assert shop.stamp(card, 1, "06-06 10:00", receipt=receipt).code == "receipt_invalid"


def test_r19_a_number_is_one_of_its_store(books: Books) -> None:
    shop = Shop(books)
    one, other = shop.card(), shop.card(person="bob@example.org")
    assert shop.earn(one, 1000, "06-06 10:00", receipt="A" * 64).accepted
    assert shop.earn(one, 1000, "06-06 10:00", receipt="a" * 64, store="FASHIONOUTLET").accepted
    assert shop.earn(other, 1000, "06-06 10:00", receipt="A" * 64).code == "receipt_already_recorded"


def test_r19_a_till_that_restarts_each_year_names_the_printed_date(books: Books) -> None:
    shop = Shop(books)
    shop.store("FASHIONHUB", "01-01 00:00", receipt_scope="year")
    card = shop.card()
    shop.earn(card, 1000, "12-31 23:59", receipt="1")
    assert shop.earn(card, 1000, "12-31 23:59", receipt="1").code == "receipt_already_recorded"
    assert shop.earn(card, 3000, "2027-01-01 00:00", receipt="1").accepted
    assert shop.refund("1", None, "2027-01-02 10:00").code == "receipt_unknown"
    assert shop.refund("1", None, "2027-01-02 10:00", receipt_day=day("2026-07-01")).points == 20


def test_r19_a_late_arrival_belongs_to_the_day_of_its_purchase(books: Books) -> None:
    shop = Shop(books)
    shop.store("FASHIONHUB", "01-01 00:00", receipt_scope="day")
    card, late = shop.card(), {"channel": "offline", "occurred_at": t("06-05 22:00")}
    shop.earn(card, 1000, "06-06 10:00", receipt="7")
    assert shop.earn(card, 2000, "06-06 11:00", receipt="7", **late).accepted
    assert shop.refund("7", None, "06-06 12:00", receipt_day=day("2026-06-05")).points == 40
