"""Section 6 of the rule book: lots, expiry, balance (R29-R40)."""

from datetime import timedelta

import pytest

from rulebook.given import Shop, day, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Expiry

MILLISECOND = timedelta(milliseconds=1)
MONTH = Expiry("rolling", 1, "months")
QUARTER = Expiry("rolling", 12, "months", end_of="quarter")
YEAR_END = Expiry("fixed", month=12, day=31, min_days=30)
SIX_MONTHS_IDLE = Expiry("inactivity", 6, "months")


def until(month: int, last: int) -> Expiry:
    return Expiry("fixed", month=month, day=last, min_days=1)


@pytest.mark.parametrize(
    ("rule", "earned", "last_day"),
    [
        (MONTH, "2027-01-31 10:00", "2027-02-28"),
        (MONTH, "2028-01-31 10:00", "2028-02-29"),
        (QUARTER, "2026-06-06 10:00", "2027-06-30"),
        (YEAR_END, "2026-12-01 10:00", "2026-12-31"),
        (YEAR_END, "2026-12-02 10:00", "2027-12-31"),
    ],
)
def test_x15_the_last_day_follows_the_rule(books: Books, rule: Expiry, earned: str, last_day: str) -> None:
    shop = Shop(books, expiry=rule)
    card = shop.card()
    shop.points(card, 100, earned)
    assert shop.lots(card) == [f"100/{last_day}"]


@pytest.mark.parametrize(
    ("zone", "earned", "last_day", "ends"),
    [
        ("Europe/Luxembourg", "2026-06-06 10:00", "2027-03-28", "2027-03-28T22:00Z"),
        ("Europe/Luxembourg", "2026-06-06 10:00", "2026-10-25", "2026-10-25T23:00Z"),
        ("Africa/Cairo", "2026-02-06 10:00", "2026-04-23", "2026-04-23T22:00Z"),
        ("Atlantic/Azores", "2026-06-06 10:00", "2026-10-24", "2026-10-25T00:00Z"),
    ],
)
def test_x16_a_day_ends_when_the_local_date_moves_on(
    books: Books, zone: str, earned: str, last_day: str, ends: str
) -> None:
    last = day(last_day)
    shop = Shop(books, expiry=until(last.month, last.day))
    books.set_store(key=key(), at=t("01-01 00:00"), store="FAR", zone=zone)
    card, gift = shop.card(store="FAR"), shop.reward("gift", 10)
    shop.points(card, 100, earned, store="FAR")
    (lot,) = books.lots(card)
    assert (lot.expires_on, lot.expires_at) == (last, t(ends))
    before = books.redeem(key="before", at=t(ends) - MILLISECOND, card=card, reward=gift, store="FAR")
    at_it = books.redeem(key="at it", at=t(ends), card=card, reward=gift, store="FAR")
    assert (before.accepted, at_it.code) == (True, "not_enough_points")


def test_x17_during_grace_the_points_still_count(books: Books) -> None:
    shop = Shop(books, expiry=until(3, 31), grace_days=7)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 100, "02-01 10:00")
    assert shop.lots(card) == ["100/2026-03-31"]
    assert shop.redeem(card, gift, "04-07 23:59").accepted
    books.run_due_work(t("04-09 00:05"))
    (expired,) = (posting for posting in books.postings(card) if posting.kind == "expiry")
    assert (expired.effective, expired.lines["expired"]) == (t("2026-04-07T22:00Z"), 90)


def test_x18_activity_moves_the_date_and_a_late_arrival_brings_booked_points_back(books: Books) -> None:
    shop = Shop(books, expiry=SIX_MONTHS_IDLE)
    card = shop.card()
    shop.points(card, 100, "01-31 10:00")
    assert shop.lots(card) == ["100/2026-07-31"]
    shop.stamp(card, 1, "03-15 10:00")
    assert shop.lots(card) == ["100/2026-09-15"]
    books.run_due_work(t("09-16 00:05"))
    assert shop.booked_as(card, "expiry") == lines("issued −100 · expired +100")
    shop.earn(card, 1000, "09-17 09:00", channel="offline", occurred_at=t("09-15 20:00"))
    assert shop.booked_as(card, "expiry_reversed") == lines("expired −100 · issued +100")
    assert (shop.lots(card), books.balance(card)) == (["100/2027-03-15", "20/2027-03-15"], 120)


def test_x18_the_booking_is_dated_to_its_instant(books: Books) -> None:
    shop = Shop(books, expiry=SIX_MONTHS_IDLE)
    card = shop.card()
    shop.points(card, 100, "03-15 10:00")
    books.run_due_work(t("09-20 03:00"))
    (expired,) = (posting for posting in books.postings(card) if posting.kind == "expiry")
    assert (expired.recorded_at, expired.effective) == (t("09-20 03:00"), t("09-16 00:00"))


def test_x19_one_warning_names_a_week_of_lots(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("rolling", 60, "days"))
    card = shop.card()
    for points, bought in ((40, "05-01"), (25, "05-05"), (10, "05-09")):
        shop.points(card, points, f"{bought} 10:00")
    assert shop.lots(card) == ["40/2026-06-30", "25/2026-07-04", "10/2026-07-08"]
    for days in range(40):
        books.run_due_work(t("05-10 00:05") + timedelta(days=days))
    warned = [(n.effective, n.points) for n in books.notices(card) if n.name == "points_expiring"]
    assert warned == [(t("05-31 00:00"), 65), (t("06-08 00:00"), 10)]


def four_lots(books: Books) -> tuple[Shop, str]:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 50, "06-01 10:00", name="A")
    shop.points(card, 20, "06-01 10:30", name="D", store="FASHIONOUTLET")
    shop.program("06-03 00:00", expiry=Expiry("none"))
    shop.points(card, 30, "06-03 10:00", name="B")
    shop.program("06-04 00:00", expiry=until(3, 31))
    shop.points(card, 40, "06-04 10:00", name="C")
    return shop, card


def test_x20_the_first_to_lapse_is_consumed_first(books: Books) -> None:
    shop, card = four_lots(books)
    assert shop.lots(card) == ["40/2027-03-31", "50/2027-06-01", "20/2027-06-01", "30/never"]
    spent = shop.redeem(card, shop.reward("gift", 100, "06-05 09:00"), "06-05 10:00")
    assert spent.lots == (("C", 40), ("A", 50), ("D", 10))
    assert (shop.lots(card), books.balance(card)) == (["10/2027-06-01", "30/never"], 40)


def test_x21_a_balance_as_of_an_instant_knows_what_was_recorded_by_then(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    gift = shop.reward("gift", 100)
    card = shop.card("06-01 10:00")
    shop.earn(card, 8490, "06-06 12:00", channel="offline", occurred_at=t("06-05 18:00"))
    shop.redeem(card, gift, "06-08 10:00")
    balances = [books.balance(card, t(at)) for at in ("06-06 11:59", "06-06 12:00", "06-09 00:00")]
    assert balances == [50, 219, 119]


def test_r36_a_lot_already_past_its_end_when_created_gets_restore_days(books: Books) -> None:
    shop = Shop(books, expiry=MONTH)
    card = shop.card()
    shop.points(card, 100, "06-10 10:00", channel="offline", occurred_at=t("02-01 10:00"))
    assert shop.lots(card) == ["100/2026-07-10"]


def test_r38_a_lot_born_with_warn_days_or_less_to_live_is_not_warned_of(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("rolling", 30, "days"))
    card = shop.card()
    shop.points(card, 100, "06-01 10:00")
    for days in range(29):
        books.run_due_work(t("06-02 00:05") + timedelta(days=days))
    assert [notice for notice in books.notices(card) if notice.name == "points_expiring"] == []


def test_r47_a_reward_within_reach_is_told_once_in_30_days(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 50)
    for bought in ("06-01 10:00", "06-05 10:00", "07-02 10:00"):
        shop.points(card, 60, bought)
        shop.redeem(card, gift, bought)
    told = [(n.recorded_at, n.reward) for n in books.notices(card) if n.name == "reward_within_reach"]
    assert told == [(t("06-01 10:00"), gift), (t("07-02 10:00"), gift)]


def test_r40_of_lots_with_one_end_the_first_earned_is_consumed_first_not_the_first_recorded(books: Books) -> None:
    shop = Shop(books, expiry=YEAR_END)
    gift = shop.reward("gift", 30)
    card = shop.card()
    shop.points(card, 50, "06-02 10:00", name="online")
    shop.points(card, 20, "06-03 10:00", name="late", channel="offline", occurred_at=t("06-01 10:00"))
    assert shop.redeem(card, gift, "06-04 10:00").lots == (("late", 20), ("online", 10))


def test_r38_a_warning_names_six_days_more_and_not_the_seventh(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("rolling", 60, "days"))
    card = shop.card()
    for points, bought in ((40, "05-01"), (25, "05-07"), (10, "05-08")):
        shop.points(card, points, f"{bought} 10:00")
    for days in range(40):
        books.run_due_work(t("05-10 00:05") + timedelta(days=days))
    warned = [(n.effective, n.points) for n in books.notices(card) if n.name == "points_expiring"]
    assert warned == [(t("05-31 00:00"), 65), (t("06-07 00:00"), 10)]
