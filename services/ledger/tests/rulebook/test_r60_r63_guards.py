"""Sections 10 and 11 of the rule book beside their examples: adjustments, limits, cooldown, caps (R60-R63)."""

from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, lines, t
from rulebook.speaking import Books
from rulebook.terms import CUSTOMER, MANAGER, By, Caps, Reason, Role

REASONS: tuple[Reason, ...] = ("goodwill", "correction", "lost_receipt", "complaint", "other")


@pytest.mark.parametrize("reason", REASONS)
def test_r60_an_adjustment_makes_a_lot_by_the_version_in_force_for_any_of_five_reasons(
    books: Books, reason: Reason
) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-06 09:00", expiry=NO_DATE)
    assert shop.adjust(card, "06-06 10:00", points=10, reason=reason).accepted
    assert shop.lots(card) == ["10/never"]


def test_r60_up_repays_a_debt_and_down_never_makes_one(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 50, "06-01 10:00", receipt="T-1")
    shop.spend(card, 50, "06-01 11:00")
    shop.refund("T-1", None, "06-01 12:00")
    shop.adjust(card, "06-02 10:00", points=20, name="up")
    assert shop.booked(card, "up") == lines("adjusted −20 · debt +20")
    assert shop.adjust(card, "06-02 11:00", points=-1).code == "not_enough_points"
    assert books.debt(card) == 30


def test_r60_stamps_up_that_do_not_fit_are_told(books: Books) -> None:
    shop = Shop(books, overfill="cap")
    card = shop.card()
    some = shop.adjust(card, "06-06 10:00", stamps=12)
    assert (some.given, some.not_given, some.reason) == (10, 2, "card_full")
    assert shop.adjust(card, "06-06 11:00", stamps=1).code == "card_full"


def test_r60_a_voided_adjustment_of_stamps_down_gives_them_back(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 9, "06-06 10:00")
    shop.adjust(card, "06-06 11:00", stamps=-4, name="down")
    shop.stamp(card, 3, "06-06 12:00")
    shop.void("down", "06-06 13:00", name="void")
    assert (books.stamps(card), len(books.rewards(card))) == ("2/10", 1)
    assert shop.booked(card, "void", "stamps") == lines("adjusted −4 · issued +4", "issued −10 · redeemed +10")


LIMITS: list[tuple[Role, dict[str, int], bool]] = [
    ("staff", {"points": 1}, False),
    ("staff", {"stamps": 1}, False),
    ("customer", {"points": 1}, False),
    ("manager", {"points": 500}, True),
    ("manager", {"points": -501}, False),
    ("manager", {"stamps": 5}, True),
    ("manager", {"stamps": 6}, False),
    ("owner", {"points": 10_000}, True),
    ("owner", {"points": 10_001}, False),
    ("owner", {"stamps": 50}, True),
    ("admin", {"stamps": 51}, False),
    ("admin", {"points": -10_000}, True),
]


@pytest.mark.parametrize(("role", "change", "accepted"), LIMITS)
def test_r61_each_role_has_its_limit_per_operation(
    books: Books, role: Role, change: dict[str, int], accepted: bool
) -> None:
    shop = Shop(books)
    card = shop.card()
    for _ in range(2):
        shop.adjust(card, "06-05 09:00", points=10_000)
    answer = shop.adjust(card, "06-06 10:00", role=role, **change)
    assert (answer.accepted, answer.code) == (accepted, None if accepted else "adjustment_over_limit")


def test_r61_the_day_of_a_manager_counts_points_and_stamps_apart_over_all_cards(books: Books) -> None:
    shop = Shop(books)
    one, other = shop.card(), shop.card(person="bob@example.org")
    for card in (one, other) * 2:
        assert shop.adjust(card, "06-06 10:00", points=500, role="manager").accepted
        assert shop.adjust(card, "06-06 10:00", stamps=5, role="manager").accepted
    codes = [shop.adjust(one, "06-06 11:00", role="manager", **{unit: 1}).code for unit in ("points", "stamps")]
    assert codes == ["adjustment_over_limit"] * 2
    assert shop.adjust(one, "06-07 00:00", role="manager", points=500).accepted


def test_r61_another_manager_has_a_day_of_their_own_and_a_void_gives_back_the_room(books: Books) -> None:
    shop = Shop(books)
    card, told = shop.card(), {"key": "ours", "at": t("06-06 10:00"), "points": 500}
    for n in range(4):
        shop.adjust(card, "06-06 10:00", points=500, role="manager", name=f"mine {n}")
    assert books.adjust(**told, card=card, by=MANAGER).accepted  # type: ignore[arg-type]
    assert shop.adjust(card, "06-06 10:00", points=500, role="manager").code == "adjustment_over_limit"
    shop.void("mine 0", "06-06 11:00")
    assert shop.adjust(card, "06-06 12:00", points=500, role="manager").accepted


def test_r61_refunds_by_receipt_are_made_by_everybody_at_any_age(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    for n, by in enumerate((By("anna"), CUSTOMER, MANAGER)):
        shop.points(card, 10, "06-06 10:00", receipt=f"T-{n}")
        assert shop.refund(f"T-{n}", None, "06-06 10:00", by=by).accepted
    shop.points(card, 10, "06-06 10:00", receipt="old")
    assert shop.refund("old", None, "2032-06-06 10:00", by=By("anna")).accepted


def test_r62_each_card_and_store_has_a_cooldown_of_its_own(books: Books) -> None:
    shop = Shop(books)
    one, other = shop.card(), shop.card(person="bob@example.org")
    shop.stamp(one, 1, "06-06 12:00:00")
    assert shop.stamp(other, 1, "06-06 12:00:01").accepted
    assert shop.stamp(one, 1, "06-06 12:00:01").code == "cooldown"


@pytest.mark.parametrize(("span", "again"), [(timedelta(0), "06-06 12:00:00"), (timedelta(hours=24), "06-07 12:00:00")])
def test_r62_it_lasts_as_long_as_the_program_says(books: Books, span: timedelta, again: str) -> None:
    shop = Shop(books, cooldown=span)
    card = shop.card()
    shop.stamp(card, 1, "06-06 12:00:00")
    if span:
        assert shop.stamp(card, 1, "06-07 11:59:59").seconds_left == 1
    assert shop.stamp(card, 1, again).given == 1


def test_r62_it_goes_by_the_time_when_the_stamps_were_given(books: Books) -> None:
    shop = Shop(books)
    card, late = shop.card(), {"channel": "offline", "occurred_at": t("06-06 11:00:00")}
    shop.stamp(card, 1, "06-06 12:00:00", **late)
    assert shop.stamp(card, 1, "06-06 12:00:10").given == 1


def test_r62_points_start_none_and_shops_and_keys_meet_none(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 10, "06-06 12:00:00")
    assert shop.stamp(card, 1, "06-06 12:00:01").given == 1
    assert [shop.stamp(card, 1, "06-06 12:00:02", channel=by).given for by in ("online", "api")] == [1, 1]


CAPS: list[tuple[Caps, str, str]] = [
    (Caps(points_per_card=30), "card", "cap_card_day"),
    (Caps(points_per_staff=30), "staff", "cap_staff_day"),
]


@pytest.mark.parametrize(("caps", "whose", "code"), CAPS, ids=["per card", "per member of staff"])
def test_r63_points_are_capped_per_card_and_per_member_of_staff(
    books: Books, caps: Caps, whose: str, code: str
) -> None:
    shop = Shop(books, caps=caps)
    card, other = shop.card(), shop.card(person="bob@example.org")
    anna, ben = By("anna"), By("ben")
    shop.points(card, 20, "06-06 10:00", by=anna)
    second: dict[str, Any] = {"by": anna} if whose == "staff" else {"by": ben}
    answer = shop.points(other if whose == "staff" else card, 20, "06-06 11:00", **second)
    assert (answer.points, answer.not_given, answer.reason) == (10, 10, code)
    free = shop.points(card if whose == "staff" else other, 20, "06-06 12:00", by=ben)
    assert free.points == 20


def test_r63_where_both_caps_cut_the_smaller_names_the_code_and_that_of_the_card_when_equal(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_card=5, stamps_per_staff=5))
    card, other = shop.card(), shop.card(person="bob@example.org")
    assert shop.stamp(card, 7, "06-06 10:00").reason == "cap_card_day"
    assert shop.stamp(other, 7, "06-06 11:00").code == "cap_staff_day"


def test_r63_bonuses_and_adjustments_count_for_no_cap_and_refunded_purchases_do(books: Books) -> None:
    shop = Shop(books, caps=Caps(points_per_card=30))
    card = shop.card()
    shop.adjust(card, "06-06 09:00", points=100)
    shop.points(card, 20, "06-06 10:00", receipt="T-1")
    shop.refund("T-1", None, "06-06 11:00")
    assert shop.points(card, 20, "06-06 12:00").points == 10


def test_r63_a_late_arrival_counts_for_the_day_it_happened(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_card=3))
    card = shop.card()
    shop.stamp(card, 3, "06-06 23:50")
    late: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-06 23:55")}
    assert shop.stamp(card, 1, "06-07 10:00", **late).code == "cap_card_day"
    assert shop.stamp(card, 3, "06-07 10:01").given == 3


def test_r63_a_key_of_the_merchant_is_no_member_of_staff(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_staff=2))
    card = shop.card()
    assert shop.stamp(card, 5, "06-06 10:00", channel="api", by=By("erp", "key")).given == 5
