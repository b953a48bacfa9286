"""Section 14 of the rule book beside its examples: work by the clock (R74, R75)."""

from datetime import timedelta

import pytest

from rulebook.given import NO_DATE, Shop, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Expiry, RewardTerms

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)


def busy(books: Books) -> tuple[Shop, str]:
    """On 1 July 00:00 a hold ends, a reward and points expire, and it is a birthday; a second lot is to be warned of."""
    shop = Shop(books, expiry=JUNE_ENDS, hold_online=timedelta(hours=2), birthday=Bonus(points=5), warn_days=10)
    books.publish_reward(key=key(), at=t("01-01 00:00"), reward="coffee", terms=RewardTerms("FG", valid_days=29))
    card, gift = shop.card(), shop.reward("gift", 40)
    books.set_birthday(key=key(), at=t("01-01 00:00"), card=card, month=7, day=1)
    shop.points(card, 100, "05-01 10:00")
    shop.stamp(card, 10, "06-01 10:00")
    shop.program("06-02 00:00", expiry=Expiry("rolling", 35, "days"), warn_days=10, birthday=Bonus(points=5))
    shop.points(card, 20, "06-06 10:00")
    books.run_due_work(t("06-21 00:05"))
    shop.hold(card, gift, "06-30 22:00")
    return shop, card


def test_r74_nothing_is_done_before_its_due_time(books: Books) -> None:
    shop, card = busy(books)
    tick = timedelta(microseconds=1)
    assert books.run_due_work(t("07-01 00:00") - tick) == ()
    assert shop.lots(card) == ["60+40/2026-06-30", "20/2026-07-11"]


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_r74_in_pieces_twice_or_at_once_it_ends_the_same(books: Books, pieces: int) -> None:
    shop, card = busy(books)
    while books.run_due_work(t("07-02 10:00"), only=pieces):
        pass
    assert books.run_due_work(t("07-02 10:00")) == ()
    assert (books.balance(card), shop.lots(card)) == (25, ["20/2026-07-11", "5/2026-08-05"])
    assert [reward.state for reward in books.rewards(card)] == ["expired"]


def test_r74_late_work_leaves_what_work_on_time_leaves(books: Books) -> None:
    shop, card = busy(books)
    other = type(books)()
    timely, _ = busy(other)
    for day in range(1, 31):
        other.run_due_work(t(f"07-{day:02} 00:00"))
    books.run_due_work(t("07-14 10:00"))
    books.run_due_work(t("07-30 10:00"))
    assert books.accounts(card, "points") == other.accounts(card, "points")
    assert books.balance(card) == other.balance(card)
    assert timely.lots(card) == shop.lots(card)


SEEN = {
    "redeeming": lambda shop, card: shop.spend(card, 100, "07-02 10:00").code,
    "adjusting": lambda shop, card: shop.adjust(card, "07-02 10:00", points=-100).code,
    "holding": lambda shop, card: (
        shop.books.hold(key="h", at=t("07-02 10:00"), card=card, reward=shop.reward("gift", 100, "07-02 10:00")).code
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_r74_every_operation_sees_a_lapsed_lot_as_gone(books: Books, what: str) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    assert SEEN[what](shop, card) == "not_enough_points"  # type: ignore[no-untyped-call]
    assert shop.booked_as(card, "expiry") == [{"issued": -100, "expired": 100}]


def test_r74_a_lapsed_hold_gives_back_stock_limit_and_place_before_the_next_is_asked(books: Books) -> None:
    shop = Shop(books, expiry=NO_DATE)
    card, gift = shop.card(), shop.reward("gift", 10, stock=1, limit=1)
    shop.points(card, 100, "06-01 10:00")
    shop.hold(card, gift, "06-01 11:00")
    assert shop.redeem(card, gift, "06-01 12:59").code == "out_of_stock"
    assert shop.redeem(card, gift, "06-01 13:00").accepted


def test_r74_a_birthday_that_had_to_wait_is_tried_again_each_day(books: Books) -> None:
    shop = Shop(books, birthday=Bonus(points=5), expiry=NO_DATE)
    card = shop.card()
    books.set_birthday(key=key(), at=t("01-01 00:00"), card=card, month=6, day=1)
    books.pause_loyalty(key=key(), at=t("05-31 10:00"))
    for today in ("06-01 00:05", "06-02 00:05"):
        assert books.run_due_work(t(today)) == ()
    books.resume_loyalty(key=key(), at=t("06-03 10:00"))
    assert [work.kind for work in books.run_due_work(t("06-04 00:05"))] == ["birthday"]
    assert books.balance(card) == 5


def test_r75_at_one_instant_lapses_rewards_points_birthday_and_warnings_follow_each_other(books: Books) -> None:
    busy(books)
    done = books.run_due_work(t("07-01 00:00"))
    assert [work.kind for work in done] == ["lapse", "reward_expire", "expire", "birthday", "warn"]
    assert {work.due for work in done} == {t("07-01 00:00")}


def test_r75_the_lapse_frees_points_that_expire_at_the_same_instant(books: Books) -> None:
    shop, card = busy(books)
    books.run_due_work(t("07-01 00:00"))
    assert [posting.kind for posting in books.postings(card)][-3:] == ["lapse", "expiry", "bonus"]
    assert sum(lines["expired"] for lines in shop.booked_as(card, "lapse") + shop.booked_as(card, "expiry")) == 100


def test_r75_versions_and_campaigns_start_by_the_clock_alone(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-01 10:00", "07-01 00:00", target=5)
    assert books.due(t("07-01 00:00")) == ()
    assert shop.stamp(card, 1, "07-01 00:00").version == 2
