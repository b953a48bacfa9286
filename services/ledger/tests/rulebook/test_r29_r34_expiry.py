"""Section 6 of the rule book beside its examples: lots and the rules by which they end (R29-R34)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from rulebook.given import NO_DATE, ROLLING, Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Expiry

IDLE = Expiry("inactivity", 30, "days")
TICK = timedelta(microseconds=1)


def until(month: int, last: int) -> Expiry:
    return Expiry("fixed", month=month, day=last, min_days=1)


def test_r29_one_credit_makes_one_lot_with_its_time_and_the_day_customers_see(books: Books) -> None:
    shop = Shop(books, grace_days=7, expiry=until(6, 30))
    card = shop.card()
    shop.points(card, 10, "06-02 10:00", name="A", channel="offline", occurred_at=t("06-01 09:00"))
    (lot,) = books.lots(card)
    assert (lot.source, lot.free, lot.held, lot.effective) == ("A", 10, 0, t("06-01 09:00"))
    assert (lot.expires_on, lot.expires_at) == (day("2026-06-30"), t("07-08 00:00"))


def test_r29_the_days_of_a_lot_are_days_of_the_store_where_it_was_earned(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    tokyo, card = shop.store("TOKYO", zone="Asia/Tokyo"), shop.card()
    shop.points(card, 10, "06-01 10:00", store=tokyo)
    shop.adjust(card, "06-01 10:00", points=20)
    assert [(lot.free, lot.expires_at) for lot in books.lots(card)] == [
        (10, t("06-30T15:00Z")),
        (20, t("06-30T22:00Z")),
    ]


def test_r29_a_lot_lapses_by_the_clock_whether_it_is_booked_or_not(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card = shop.card()
    shop.points(card, 10, "06-01 10:00")
    ends = t("07-01 00:00")
    assert [books.balance(card, at) for at in (ends - TICK, ends, ends + TICK)] == [10, 0, 0]
    assert shop.booked_as(card, "expiry") == []


@pytest.mark.parametrize(
    ("rule", "earned", "last"),
    [
        (Expiry("rolling", 1, "days"), "2026-06-06", "2026-06-07"),
        (Expiry("rolling", 3650, "days"), "2026-06-06", "2036-06-03"),
        (Expiry("rolling", 120, "months"), "2026-06-06", "2036-06-06"),
        (Expiry("rolling", 1, "months"), "2026-08-31", "2026-09-30"),
        (Expiry("rolling", 1, "months", "month"), "2026-06-06", "2026-07-31"),
        (Expiry("rolling", 1, "months", "quarter"), "2026-06-06", "2026-09-30"),
        (Expiry("rolling", 1, "days", "half_year"), "2026-06-30", "2026-12-31"),
        (Expiry("rolling", 12, "months", "year"), "2026-06-06", "2027-12-31"),
        (Expiry("rolling", 12, "months", "month"), "2027-02-28", "2028-02-29"),
    ],
)
def test_r30_rolling_points_end_so_many_days_or_months_on_then_with_the_period(
    books: Books, rule: Expiry, earned: str, last: str
) -> None:
    shop = Shop(books, expiry=rule)
    card = shop.card()
    shop.points(card, 10, f"{earned} 10:00")
    assert shop.lots(card) == [f"10/{last}"]


@pytest.mark.parametrize(
    ("rule", "earned", "last"),
    [
        (Expiry("fixed", month=6, day=30, min_days=0), "2026-06-30", "2026-06-30"),
        (Expiry("fixed", month=6, day=30, min_days=1), "2026-06-30", "2027-06-30"),
        (Expiry("fixed", month=6, day=30), "2026-05-31", "2026-06-30"),
        (Expiry("fixed", month=6, day=30), "2026-06-01", "2027-06-30"),
        (Expiry("fixed", month=2, day=29, min_days=1), "2026-06-06", "2027-02-28"),
        (Expiry("fixed", month=2, day=29, min_days=1, years_after=1), "2026-06-06", "2028-02-29"),
        (Expiry("fixed", month=12, day=31, years_after=5), "2026-06-06", "2031-12-31"),
    ],
)
def test_r31_fixed_points_end_on_the_day_of_the_year_that_is_far_enough_ahead(
    books: Books, rule: Expiry, earned: str, last: str
) -> None:
    shop = Shop(books, expiry=rule)
    card = shop.card()
    shop.points(card, 10, f"{earned} 10:00")
    assert shop.lots(card) == [f"10/{last}"]


# R32


def idle(books: Books) -> tuple[Shop, str]:
    """A lot of 100 until 1 July, something held, a reward to fetch."""
    shop = Shop(books, expiry=IDLE, warn_days=0)
    card = shop.card()
    shop.stamp(card, 10, "05-30 10:00")
    shop.points(card, 100, "06-01 10:00", name="lot", receipt="T-1")
    assert shop.lots(card) == ["100/2026-07-01"]
    return shop, card


AT = "06-20 10:00"
Act = Callable[[Shop, str], object]
ACTIVITIES: dict[str, Act] = {
    "a purchase": lambda shop, card: shop.earn(card, 1, AT),
    "a stamp": lambda shop, card: shop.stamp(card, 1, AT),
    "a redemption": lambda shop, card: shop.spend(card, 1, AT),
    "a capture": lambda shop, card: shop.capture(shop.hold(card, shop.reward("gift", 1, AT), AT), AT),
    "a use": lambda shop, card: shop.use(shop.books.rewards(card)[0].redeem_code, AT),
}
NO_ACTIVITIES: dict[str, Act] = {
    "an adjustment": lambda shop, card: shop.adjust(card, AT, points=5),
    "a refund": lambda shop, card: shop.refund("T-1", 50, AT),
    "a void": lambda shop, card: shop.void("lot", AT),
    "a hold": lambda shop, card: shop.hold(card, shop.reward("gift", 1, AT), AT),
    "a new number": lambda shop, card: shop.books.new_number(key=key(), at=t(AT), card=card, number="2"),
    "a refused purchase": lambda shop, card: shop.earn(card, 0, AT),
}


def last_days(books: Books, card: str) -> set[str]:
    return {str(lot.expires_on) for lot in books.lots(card) if lot.source == "lot"}


@pytest.mark.parametrize("what", ACTIVITIES)
def test_r32_activity_moves_every_lot_to_its_own_days_later(books: Books, what: str) -> None:
    shop, card = idle(books)
    ACTIVITIES[what](shop, card)
    assert last_days(books, card) == {"2026-07-20"}


@pytest.mark.parametrize("what", NO_ACTIVITIES)
def test_r32_what_is_no_activity_moves_nothing(books: Books, what: str) -> None:
    shop, card = idle(books)
    NO_ACTIVITIES[what](shop, card)
    assert last_days(books, card) <= {"2026-07-01"}


def test_r32_spent_lots_are_moved_too_and_no_date_is_moved_earlier(books: Books) -> None:
    shop, card = idle(books)
    shop.spend(card, 100, "06-10 10:00", name="spent")
    shop.stamp(card, 1, AT)
    shop.stamp(card, 1, "06-21 10:00", channel="offline", occurred_at=t("06-05 10:00"))
    shop.void("spent", "06-22 10:00")
    assert last_days(books, card) == {"2026-07-20"}


def test_r32_voiding_an_activity_takes_no_day_back(books: Books) -> None:
    shop, card = idle(books)
    shop.stamp(card, 1, AT, name="stamped")
    shop.void("stamped", "06-20 11:00")
    assert last_days(books, card) == {"2026-07-20"}


def test_r32_lots_of_another_rule_stay_as_they_are(books: Books) -> None:
    shop, card = idle(books)
    shop.program("06-02 00:00", expiry=ROLLING)
    shop.points(card, 7, "06-02 10:00")
    shop.stamp(card, 1, AT)
    assert shop.lots(card) == ["100/2026-07-20", "7/2027-06-02"]


def test_r33_in_grace_points_are_consumed_first_and_activity_saves_them(books: Books) -> None:
    shop = Shop(books, expiry=IDLE, grace_days=5)
    card = shop.card()
    shop.points(card, 50, "06-01 10:00", name="old")
    shop.program("06-02 00:00", expiry=NO_DATE)
    shop.points(card, 50, "06-02 10:00", name="new", channel="api", store=None, occurred_at=t("06-02 09:00"))
    assert shop.lots(card) == ["50/2026-07-02", "50/never"]
    spent = shop.spend(card, 20, "07-07 23:59")
    assert (spent.lots, shop.lots(card)) == ((("old", 20),), ["30/2026-08-06", "50/never"])


def test_r34_one_event_books_all_that_ends_at_an_instant_and_no_empty_lot(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card = shop.card()
    for points in (10, 20, 30):
        shop.points(card, points, "06-01 10:00")
    shop.spend(card, 10, "06-02 10:00")
    shop.program("06-03 00:00", expiry=until(7, 31))
    shop.points(card, 5, "06-03 10:00")
    shop.spend(card, 5, "07-05 10:00")
    books.run_due_work(t("08-02 10:00"))
    assert shop.booked_as(card, "expiry") == [{"issued": -50, "expired": 50}]


def test_r34_only_free_points_expire(books: Books) -> None:
    shop = Shop(books, expiry=until(6, 30))
    card, gift = shop.card(), shop.reward("gift", 30)
    shop.points(card, 100, "06-01 10:00")
    shop.hold(card, gift, "06-30 23:00")
    books.run_due_work(t("07-01 00:00"))
    assert shop.booked_as(card, "expiry") == [{"issued": -70, "expired": 70}]
    assert (books.held(card), books.balance(card)) == (30, 30)
