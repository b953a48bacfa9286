"""Section 6 of the rule book beside its examples: clocks that stand, late arrivals, warnings, figures, order (R35-R40)."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Expiry, OfflineCap

SIXTY = Expiry("rolling", 60, "days")
LATE: dict[str, Any] = {"channel": "offline"}


def until(month: int, last: int) -> Expiry:
    return Expiry("fixed", month=month, day=last, min_days=1)


def a_hundred(books: Books, **changed: Any) -> tuple[Shop, str]:
    """A lot of 100 until 30 June."""
    shop = Shop(books, **{"expiry": until(6, 30)} | changed)
    card = shop.card()
    shop.points(card, 100, "05-01 10:00", name="lot", receipt="T-1")
    return shop, card


Stop = Callable[[Shop, str, str, bool], object]
STOPS: dict[str, Stop] = {
    "frozen": lambda shop, card, at, go: shop.unfreeze(card, at) if go else shop.freeze(card, at),
    "suspended": lambda shop, card, at, go: shop.books.set_merchant(
        key=key(), at=t(at), state="live" if go else "suspended"
    ),
    "merchant paused": lambda shop, card, at, go: (
        shop.books.resume_loyalty(key=key(), at=t(at)) if go else shop.books.pause_loyalty(key=key(), at=t(at))
    ),
    "store paused": lambda shop, card, at, go: (
        shop.books.resume_loyalty(key=key(), at=t(at), store="FASHIONHUB")
        if go
        else shop.books.pause_loyalty(key=key(), at=t(at), store="FASHIONHUB")
    ),
}


@pytest.mark.parametrize("stop", STOPS)
def test_r35_while_the_clock_stands_nothing_lapses_and_then_there_are_restore_days(books: Books, stop: str) -> None:
    shop, card = a_hundred(books, restore_days=5)
    STOPS[stop](shop, card, "06-20 10:00", False)
    books.run_due_work(t("07-15 10:00"))
    assert (books.balance(card), shop.told(card, "points_expiring")) == (100, [])
    STOPS[stop](shop, card, "07-20 10:00", True)
    assert shop.lots(card) == ["100/2026-07-25"]


@pytest.mark.parametrize("stop", STOPS)
def test_r35_what_would_not_have_lapsed_meanwhile_keeps_its_day(books: Books, stop: str) -> None:
    shop, card = a_hundred(books)
    STOPS[stop](shop, card, "06-20 10:00", False)
    STOPS[stop](shop, card, "06-30 23:59", True)
    assert shop.lots(card) == ["100/2026-06-30"]
    assert books.balance(card, t("07-01 00:00")) == 0


def test_r35_the_clock_goes_on_when_the_last_of_several_stops_ends(books: Books) -> None:
    shop, card = a_hundred(books)
    STOPS["frozen"](shop, card, "06-20 10:00", False)
    STOPS["suspended"](shop, card, "06-25 10:00", False)
    STOPS["frozen"](shop, card, "07-05 10:00", True)
    assert shop.lots(card, "07-06 10:00") == ["100/2026-06-30"]
    STOPS["suspended"](shop, card, "07-10 10:00", True)
    assert shop.lots(card) == ["100/2026-08-09"]


def test_r35_nobody_is_warned_while_the_clock_stands(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.freeze(card, "05-20 10:00")
    books.run_due_work(t("06-05 10:00"))
    assert shop.told(card, "points_expiring") == []
    shop.unfreeze(card, "06-10 10:00")
    books.run_due_work(t("06-11 10:00"))
    assert shop.told(card, "points_expiring") == [(t("06-11 00:00"), 100)]


def test_r35_in_the_instant_in_which_the_clock_goes_on_it_stands_no_more(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.freeze(card, "05-20 10:00")
    shop.unfreeze(card, "06-10 10:00")
    books.run_due_work(t("06-10 10:00"))
    assert shop.told(card, "points_expiring") == [(t("06-10 00:00"), 100)]


def test_r35_points_whose_clock_stands_count_for_what_is_within_reach(books: Books) -> None:
    """The hold lapses before their day, and this is booked after it."""
    shop, card = a_hundred(books)
    shop.program("06-01 10:00", expiry=NO_DATE, hold_online=timedelta(hours=72))
    shop.points(card, 50, "06-02 10:00")
    shop.reward("mug", 120, "06-03 10:00")
    shop.hold(card, shop.reward("bag", 100, "06-03 10:00"), "06-26 10:00")
    STOPS["frozen"](shop, card, "06-28 10:00", False)
    assert shop.told(card, "reward_within_reach") == []
    books.run_due_work(t("07-05 10:00"))
    told = [(one.reward, one.points) for one in books.notices(card) if one.name == "reward_within_reach"]
    assert sorted(told) == [("bag", 150), ("mug", 150)]


def test_r36_a_late_activity_brings_back_what_it_would_have_kept(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("inactivity", 30, "days"))
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    books.run_due_work(t("06-02 10:00"))
    assert books.balance(card) == 0
    shop.stamp(card, 1, "06-03 10:00", **LATE, occurred_at=t("05-31 23:59"))
    assert shop.booked_as(card, "expiry_reversed") == [{"expired": -100, "issued": 100}]
    assert (shop.lots(card), shop.told(card, "expiry_reversed")) == (["100/2026-06-30"], [(t("05-31 23:59"), 100)])


def test_r36_at_the_end_itself_it_is_too_late(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("inactivity", 30, "days"))
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    books.run_due_work(t("06-02 10:00"))
    shop.stamp(card, 1, "06-03 10:00", **LATE, occurred_at=t("06-01 00:00"))
    assert (books.balance(card), shop.booked_as(card, "expiry_reversed")) == (0, [])


def test_r36_an_offline_redemption_brings_back_no_more_than_it_needs(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.store("FASHIONHUB", "05-02 10:00", offline_cap=OfflineCap(100, 1))
    gift = shop.reward("gift", 30, "05-02 10:00")
    books.run_due_work(t("07-01 10:00"))
    books.redeem_offline(
        key="off", at=t("07-02 10:00"), card=card, reward=gift, occurred_at=t("06-30 12:00"), store="FASHIONHUB"
    )
    assert shop.booked_as(card, "expiry_reversed") == [{"expired": -30, "issued": 30}]
    assert books.accounts(card, "points") == {"granted": -100, "redeemed": 30, "expired": 70}


def test_r36_other_operations_bring_nothing_back(books: Books) -> None:
    shop, card = a_hundred(books)
    books.run_due_work(t("07-01 10:00"))
    shop.points(card, 10, "07-02 10:00", **LATE, occurred_at=t("06-30 12:00"))
    assert (books.balance(card), shop.booked_as(card, "expiry_reversed")) == (10, [])


def test_r37_switching_expiry_on_leaves_old_lots_without_a_date(books: Books) -> None:
    shop, card = a_hundred(books, expiry=NO_DATE)
    shop.program("06-01 00:00", expiry=until(6, 30))
    shop.points(card, 10, "06-02 10:00")
    books.run_due_work(t("07-02 10:00"))
    assert shop.lots(card) == ["100/never"]


def test_r37_a_migration_to_no_date_lets_points_stay_for_ever_and_tells_so(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.program("06-01 00:00", expiry=NO_DATE)
    assert books.extend_lots(key=key(), at=t("06-02 10:00"), program="FG").points == 100
    assert (shop.lots(card), shop.told(card, "lots_extended")) == (["100/never"], [(t("06-02 10:00"), 100)])


def test_r38_a_moved_date_is_warned_of_again(books: Books) -> None:
    shop, card = a_hundred(books)
    books.run_due_work(t("05-31 00:05"))
    shop.program("06-10 00:00", expiry=until(7, 31))
    books.extend_lots(key=key(), at=t("06-10 10:00"), program="FG")
    for today in ("06-30 00:05", "07-01 00:05", "07-02 00:05"):
        books.run_due_work(t(today))
    assert shop.told(card, "points_expiring") == [(t("05-31 00:00"), 100), (t("07-01 00:00"), 100)]


def test_r38_there_is_one_warning_a_week_at_most(books: Books) -> None:
    shop = Shop(books, expiry=SIXTY)
    card = shop.card()
    for passed in range(30):
        shop.points(card, 1, f"05-{1 + passed:02} 10:00")
    for passed in range(70):
        books.run_due_work(t("05-31 00:05") + timedelta(days=passed))
    warned = [at for at, _ in shop.told(card, "points_expiring")]
    assert all(later - earlier >= timedelta(days=7) for earlier, later in itertools.pairwise(warned))
    assert sum(points for _, points in shop.told(card, "points_expiring")) == 30


def test_r38_the_program_decides_how_long_ahead_and_zero_is_never(books: Books) -> None:
    shop, card = a_hundred(books, warn_days=0)
    books.run_due_work(t("06-29 10:00"))
    assert shop.told(card, "points_expiring") == []
    shop.program("06-29 11:00", expiry=until(6, 30), warn_days=2)
    books.run_due_work(t("06-30 00:05"))
    assert shop.told(card, "points_expiring") == [(t("06-30 00:00"), 100)]


def test_r38_late_work_warns_once_and_for_today(books: Books) -> None:
    shop, card = a_hundred(books)
    books.run_due_work(t("06-20 10:00"))
    books.run_due_work(t("06-20 11:00"))
    assert shop.told(card, "points_expiring") == [(t("06-20 00:00"), 100)]


def test_r39_balance_and_available_are_told_apart_by_what_is_held_and_owed(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.hold(card, shop.reward("gift", 30, "05-02 10:00"), "05-02 10:00")
    assert (books.balance(card), books.available(card), books.held(card)) == (100, 70, 30)
    shop.spend(card, 70, "05-02 11:00")
    shop.refund("T-1", 4000, "05-02 11:30")
    assert (books.balance(card), books.available(card), books.debt(card)) == (-50, 0, 80)


def test_r39_a_statement_lists_what_was_recorded_in_its_order_with_both_times(books: Books) -> None:
    shop, card = a_hundred(books)
    shop.points(card, 10, "05-03 10:00", **LATE, occurred_at=t("05-02 09:00"))
    shop.points(card, 20, "05-03 11:00", **LATE, occurred_at=t("05-01 12:00"))
    times = [(posting.recorded_at, posting.effective) for posting in books.postings(card)]
    assert times == [
        (t("05-01 10:00"), t("05-01 10:00")),
        (t("05-03 10:00"), t("05-02 09:00")),
        (t("05-03 11:00"), t("05-01 12:00")),
    ]
    assert len(books.postings(card, t("05-03 10:59"))) == 2


def two_lots(books: Books) -> tuple[Shop, str]:
    """The bonus ends before what was bought, and was given later."""
    shop = Shop(books, expiry=until(12, 31))
    card = shop.card()
    shop.points(card, 50, "05-01 10:00", name="bought", receipt="T-1")
    shop.program("05-02 00:00", expiry=until(6, 30))
    shop.adjust(card, "05-02 10:00", points=50, name="bonus")
    return shop, card


@pytest.mark.parametrize(
    "take",
    [
        lambda shop, card: shop.spend(card, 60, "05-03 10:00"),
        lambda shop, card: shop.hold(card, shop.reward("gift", 60, "05-03 10:00"), "05-03 10:00"),
        lambda shop, card: shop.adjust(card, "05-03 10:00", points=-60),
    ],
    ids=["spending", "holding", "adjusting down"],
)
def test_r40_what_lapses_first_goes_first_whoever_takes_it(books: Books, take: Any) -> None:
    shop, card = two_lots(books)
    take(shop, card)
    assert {lot.source: lot.free for lot in books.lots(card) if lot.free} == {"bought": 40}


def test_r40_reversing_takes_other_lots_in_the_same_order(books: Books) -> None:
    shop, card = two_lots(books)
    shop.program("05-04 00:00", expiry=NO_DATE)
    shop.points(card, 80, "05-04 10:00", name="last", receipt="T-2")
    shop.spend(card, 130, "05-05 10:00")
    shop.points(card, 40, "05-06 10:00", name="newest")
    shop.refund("T-2", None, "05-07 10:00", name="refund")
    assert shop.booked(card, "refund") == [{"granted": 80, "issued": -80}]
    assert {lot.source: lot.free for lot in books.lots(card)} == {"newest": 10}


def test_r40_points_of_a_bonus_have_no_rank_of_their_own(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    card = shop.card("06-02 10:00")
    shop.points(card, 50, "06-02 11:00", name="bought", channel="api", occurred_at=t("06-02 10:00"))
    shop.points(card, 50, "06-03 10:00", name="later")
    spent = shop.spend(card, 120, "06-04 10:00")
    assert (spent.lots[-1], sum(points for _, points in spent.lots[:2])) == (("later", 20), 100)
