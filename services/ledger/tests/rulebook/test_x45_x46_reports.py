"""Section 15 of the rule book: accounts and reports (R76-R78)."""

import pytest

from rulebook.given import Shop, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Expiry, Policy, RewardTerms
from rulebook.views import Cohort, RollForward

FIFTY = Bonus(points=50)


@pytest.mark.parametrize(("value", "money"), [((500, 100), 595), ((333, 100), 397)])
def test_x45_the_liability_is_the_points_at_their_value_rounded_up_once(
    books: Books, value: tuple[int, int], money: int
) -> None:
    shop = Shop(books, welcome=FIFTY, point_value=value)
    gift = shop.reward("gift", 100)
    card = shop.card("06-01 10:00")
    shop.earn(card, 8490, "06-06 10:00")
    reservation = shop.hold(card, gift, "06-06 11:00")
    books.capture(key="capture", at=t("06-06 11:05"), reservation=reservation, store="FASHIONHUB")
    assert books.accounts(card, "points") == {"granted": -219, "issued": 119, "redeemed": 100}
    owed = books.liability(t("06-06 12:00"), "FG")
    assert (owed.points, owed.debt, owed.money) == (119, 0, money)


def a_cohort(books: Books) -> Shop:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 500)
    shop.points(card, 660, "06-01 10:00")
    shop.redeem(card, gift, "06-02 10:00")
    shop.points(card, 100, "06-03 10:00", receipt="R")
    shop.refund("R", 5000, "06-04 10:00")
    shop.program("06-09 00:00", expiry=Expiry("rolling", 1, "months"))
    shop.points(card, 240, "06-10 10:00")
    books.run_due_work(t("07-11 00:05"))
    return shop


def test_x45_a_cohort_is_what_became_of_the_lots_of_a_month(books: Books) -> None:
    a_cohort(books)
    cohort = books.cohort("FG", 2026, 6, t("07-12 10:00"))
    assert cohort == Cohort(granted=1000, reversed=100, redeemed=500, expired=240, open=160)
    assert round(cohort.breakage * 1000) == 267


def test_r78_breakage_counts_at_its_due_time_booked_or_not(books: Books) -> None:
    a_cohort(books)
    assert books.breakage("FG", t("07-01 00:00"), t("08-01 00:00")) == 240
    assert books.breakage("FG", t("06-01 00:00"), t("07-11 00:00")) == 0


def refunded_then_earned(books: Books, policy: Policy) -> str:
    shop = Shop(books, welcome=FIFTY, policy=policy)
    gift = shop.reward("gift", 100)
    card = shop.card("06-01 10:00")
    shop.earn(card, 8490, "06-06 10:00", receipt="P")
    shop.redeem(card, gift, "06-07 10:00")
    shop.refund("P", 8490, "06-08 10:00")
    shop.earn(card, 3000, "06-09 10:00")
    return card


def test_x46_with_debt_the_roll_forward_closes(books: Books) -> None:
    card = refunded_then_earned(books, "debt")
    assert books.accounts(card, "points") == {"granted": -110, "issued": 10, "redeemed": 100}
    assert books.roll_forward(card, t("06-01 00:00"), t("07-01 00:00")) == RollForward(
        opening=0, granted=110, adjusted=0, redeemed=100, expired=0, debt=0, absorbed=0, closing=10
    )


def test_x46_with_absorb_the_write_off_closes_it(books: Books) -> None:
    card = refunded_then_earned(books, "absorb")
    assert books.accounts(card, "points") == {"granted": -110, "issued": 60, "redeemed": 100, "absorbed": -50}
    assert books.roll_forward(card, t("06-01 00:00"), t("07-01 00:00")) == RollForward(
        opening=0, granted=110, adjusted=0, redeemed=100, expired=0, debt=0, absorbed=50, closing=60
    )


def test_r78_a_roll_forward_closes_over_any_period(books: Books) -> None:
    card = refunded_then_earned(books, "debt")
    part = books.roll_forward(card, t("06-07 00:00"), t("06-09 00:00"))
    assert (part.opening, part.closing) == (219, 0)
    came, went = part.opening + part.granted + part.adjusted + part.debt + part.absorbed, part.redeemed + part.expired
    assert came - went == part.closing


def test_r77_open_rewards_and_stamps_are_counted_and_test_customers_are_not(books: Books) -> None:
    shop = Shop(books)
    books.publish_reward(key="cake", at=t("01-01 00:00"), reward="coffee", terms=RewardTerms("FG", value=350))
    card, tester = shop.card(), shop.card(person="test@example.org", test=True)
    for each in (card, tester):
        shop.stamp(each, 13, "06-06 10:00")
        shop.points(each, 70, "06-06 10:00")
    owed = books.liability(t("06-07 10:00"), "FG")
    assert (owed.points, owed.rewards, owed.rewards_value, owed.stamps, owed.money) == (70, 1, 350, 3, None)
