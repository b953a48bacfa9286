"""Section 15 of the rule book beside its examples: liability, breakage, cohorts, roll-forward (R77, R78)."""

from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, t
from rulebook.speaking import Books
from rulebook.terms import Expiry, RewardTerms

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)


def cards(books: Books, **changed: Any) -> tuple[Shop, str, str]:
    shop = Shop(books, **changed)
    return shop, shop.card(), shop.card(person="b@example.org")


def test_r77_lapsed_lots_are_left_out_booked_or_not(books: Books) -> None:
    shop, one, other = cards(books, expiry=JUNE_ENDS)
    shop.points(one, 100, "06-01 10:00")
    shop.program("06-02 00:00", expiry=NO_DATE)
    shop.points(other, 30, "06-02 10:00")
    assert [books.liability(t(at), "FG").points for at in ("06-30 23:59", "07-01 00:00")] == [130, 30]


def test_r77_held_points_are_owed_and_a_debt_stands_beside_them(books: Books) -> None:
    shop, one, other = cards(books)
    shop.points(one, 100, "06-01 10:00")
    shop.hold(one, shop.reward("gift", 40, "06-01 10:00"), "06-01 10:00")
    shop.points(other, 30, "06-01 10:00", receipt="T-1")
    shop.spend(other, 30, "06-01 10:00")
    shop.refund("T-1", None, "06-01 10:00")
    owed = books.liability(t("06-01 11:00"), "FG")
    assert (owed.points, owed.debt) == (100, 30)


@pytest.mark.parametrize(("points", "value", "money"), [(3, (333, 100), 10), (300, (333, 100), 999), (1, (1, 1000), 1)])
def test_r77_money_is_rounded_up_once_on_the_total(
    books: Books, points: int, value: tuple[int, int], money: int
) -> None:
    shop, one, other = cards(books, point_value=value)
    shop.points(one, points - points // 2, "06-01 10:00")
    if points > 1:
        shop.points(other, points // 2, "06-01 10:00")
    assert books.liability(t("06-02 10:00"), "FG").money == money


def test_r77_the_value_is_that_of_the_version_at_the_time_asked_for(books: Books) -> None:
    shop, one, _ = cards(books, point_value=(1, 1))
    shop.points(one, 10, "06-01 10:00")
    shop.program("06-05 00:00", point_value=(2, 1))
    assert [books.liability(t(at), "FG").money for at in ("06-04 23:59", "06-05 00:00")] == [10, 20]


def test_r77_rewards_count_while_they_are_open(books: Books) -> None:
    shop, one, other = cards(books)
    books.publish_reward(key="c", at=shop.at, reward="coffee", terms=RewardTerms("FG", value=350, valid_days=10))
    (code,) = shop.stamp(one, 13, "06-01 10:00").unlocked
    shop.stamp(other, 10, "06-05 10:00")
    shop.use(code, "06-06 10:00")
    seen = [books.liability(t(at), "FG") for at in ("06-05 12:00", "06-07 10:00", "06-16 00:00")]
    assert [(owed.rewards, owed.rewards_value, owed.stamps) for owed in seen] == [(2, 700, 3), (1, 350, 3), (0, 0, 3)]


def test_r78_breakage_is_corrected_when_a_booking_is_reversed(books: Books) -> None:
    shop, one, _ = cards(books, expiry=JUNE_ENDS)
    shop.points(one, 100, "06-01 10:00", receipt="T-1")
    books.run_due_work(t("07-02 10:00"))
    shop.refund("T-1", 2000, "08-05 10:00")
    months = [("06-01", "07-01"), ("07-01", "08-01"), ("08-01", "09-01")]
    net = [books.breakage("FG", t(f"{first} 00:00"), t(f"{until} 00:00")) for first, until in months]
    assert net == [0, 100, -40]


def test_r78_late_work_changes_no_report(books: Books) -> None:
    shop, one, _ = cards(books, expiry=JUNE_ENDS)
    shop.points(one, 100, "06-01 10:00")
    asked: list[Any] = []
    for _ in range(2):
        asked.append(
            (
                books.breakage("FG", t("07-01 00:00"), t("08-01 00:00")),
                books.roll_forward(one, t("06-01 00:00"), t("08-01 00:00")),
                books.cohort("FG", 2026, 6, t("08-01 00:00")),
            )
        )
        books.run_due_work(t("08-20 10:00"))
    assert asked[0] == asked[1]
    assert asked[0][0] == asked[0][1].expired == asked[0][2].expired == 100


def test_r78_a_cohort_holds_what_was_created_in_its_month_with_its_successors(books: Books) -> None:
    shop, one, other = cards(books, expiry=JUNE_ENDS)
    shop.points(one, 100, "05-31 10:00")
    shop.spend(one, 60, "06-01 10:00", name="spent")
    shop.points(other, 50, "06-01 10:00")
    shop.void("spent", "07-05 10:00")
    may, june = (books.cohort("FG", 2026, month, t("07-06 10:00")) for month in (5, 6))
    assert (may.granted, may.redeemed, may.expired, may.open) == (100, 0, 40, 60)
    assert (june.granted, june.expired, june.open) == (50, 50, 0)


def test_r78_a_roll_forward_tells_every_account_of_its_period(books: Books) -> None:
    shop, one, _ = cards(books, expiry=JUNE_ENDS)
    shop.points(one, 100, "06-01 10:00", receipt="T-1")
    shop.adjust(one, "06-02 10:00", points=20)
    shop.spend(one, 110, "06-03 10:00")
    shop.refund("T-1", 2500, "06-04 10:00")
    told = books.roll_forward(one, t("06-02 00:00"), t("06-05 00:00"))
    assert (told.opening, told.granted, told.adjusted, told.redeemed) == (100, -50, 20, 110)
    assert (told.expired, told.debt, told.absorbed, told.closing) == (0, 40, 0, 0)
    assert told.opening + told.granted + told.adjusted - told.redeemed - told.expired + told.debt == told.closing


def test_r78_periods_join_without_a_gap(books: Books) -> None:
    shop, one, _ = cards(books, expiry=JUNE_ENDS)
    for day in range(1, 10):
        shop.points(one, 10 * day, f"06-0{day} 10:00")
    parts = [books.roll_forward(one, t(f"0{month}-01 00:00"), t(f"0{month + 1}-01 00:00")) for month in (5, 6, 7)]
    assert [part.opening for part in parts[1:]] == [part.closing for part in parts[:-1]]
    assert [part.closing for part in parts] == [0, 450, 0]
