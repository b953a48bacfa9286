"""Section 7 of the rule book beside its examples: rewards, stock, limits, codes (R41-R47)."""

from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, OfflineCap, Period, RewardTerms


def rich(books: Books, points: int = 200, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **changed)
    card = shop.card()
    shop.points(card, points, "06-01 10:00")
    return shop, card


def unlocked(books: Books, **terms: Any) -> tuple[Shop, str, str]:
    shop = Shop(books)
    card = shop.card()
    books.publish_reward(key=key(), at=t("05-01 10:00"), reward="coffee", terms=RewardTerms("FG", **terms))
    (code,) = shop.stamp(card, 10, "06-01 10:00").unlocked
    return shop, card, code


def test_r41_a_reward_of_a_full_card_alone_is_not_had_for_points(books: Books) -> None:
    shop, card = rich(books)
    assert shop.redeem(card, "coffee", "06-02 10:00").code == "reward_not_valid"


def test_r41_the_days_of_a_reward_are_days_of_the_store(books: Books) -> None:
    shop, card = rich(books)
    far = shop.store("FAR", "06-01 11:00", zone="Asia/Tokyo")
    gift = shop.reward("gift", 10, "06-01 11:00", last_day=day("2026-06-05"))
    assert shop.redeem(card, gift, "06-05 17:30", store=far).code == "reward_not_valid"
    assert shop.redeem(card, gift, "06-05 17:30").accepted


def test_r41_changing_or_retiring_a_reward_touches_nothing_unlocked(books: Books) -> None:
    shop, card, code = unlocked(books)
    books.retire_reward(key=key(), at=t("06-02 10:00"), reward="coffee")
    assert shop.use(code, "06-03 10:00").accepted
    assert [reward.state for reward in books.rewards(card)] == ["used"]


def test_r42_stock_falls_with_each_piece_and_returns_with_a_release_a_lapse_or_a_void(books: Books) -> None:
    shop, card = rich(books)
    gift = shop.reward("gift", 10, "06-01 11:00", stock=5)
    shop.redeem(card, gift, "06-02 10:00", quantity=2, name="two")
    released = shop.hold(card, gift, "06-02 10:00", quantity=2)
    shop.hold(card, gift, "06-02 10:00")
    seen = [books.stock(gift)]
    shop.release(released, "06-02 10:30")
    seen.append(books.stock(gift))
    shop.void("two", "06-02 11:00")
    seen.append(books.stock(gift))
    books.run_due_work(t("06-02 12:00"))
    assert [*seen, books.stock(gift)] == [0, 2, 4, 5]


def test_r42_what_is_not_captured_of_a_hold_returns_to_the_stock(books: Books) -> None:
    shop, card = rich(books)
    gift = shop.reward("gift", 10, "06-01 11:00", stock=3)
    shop.capture(shop.hold(card, gift, "06-02 10:00", quantity=3), "06-02 10:01", quantity=1)
    assert books.stock(gift) == 2


def test_r42_a_new_version_counts_its_stock_from_the_first_publishing_on(books: Books) -> None:
    shop, card = rich(books)
    gift = shop.reward("gift", 10, "06-01 11:00", stock=5)
    shop.redeem(card, gift, "06-02 10:00", quantity=2)
    shop.reward(gift, 10, "06-02 11:00", stock=10)
    assert books.stock(gift) == 8


@pytest.mark.parametrize(
    ("per", "same", "next_time"),
    [
        ("day", "06-02 23:59", "06-03 00:00"),
        ("month", "06-30 23:59", "07-01 00:00"),
        ("year", "12-31 23:59", "2027-01-01 00:00"),
    ],
)
def test_r43_the_limit_begins_anew_with_each_local_period(books: Books, per: Period, same: str, next_time: str) -> None:
    shop, card = rich(books)
    gift = shop.reward("gift", 10, "06-01 11:00", limit=2, limit_per=per)
    assert shop.redeem(card, gift, "06-02 10:00", quantity=2).accepted
    assert [shop.redeem(card, gift, at).code for at in (same, next_time)] == ["limit_reached", None]


def test_r43_held_ones_count_by_the_day_of_the_hold_also_when_captured_later(books: Books) -> None:
    shop, card = rich(books, hold_online=timedelta(hours=5))
    gift = shop.reward("gift", 10, "06-01 11:00", limit=1, limit_per="day")
    held = shop.hold(card, gift, "06-02 23:00")
    assert shop.redeem(card, gift, "06-02 23:30").code == "limit_reached"
    assert shop.capture(held, "06-03 01:00").accepted
    assert shop.redeem(card, gift, "06-03 02:00").accepted


def test_r43_the_limit_belongs_to_the_person_and_not_to_a_number(books: Books) -> None:
    shop, card = rich(books)
    gift, other = shop.reward("gift", 10, "06-01 11:00", limit=1), shop.card("06-01 12:00", person="bob@example.org")
    shop.redeem(card, gift, "06-02 10:00")
    shop.points(other, 50, "06-02 10:00")
    assert shop.redeem(other, gift, "06-02 11:00").accepted
    books.new_number(key=key(), at=t("06-02 12:00"), card=card, number="2")
    assert shop.redeem(card, gift, "06-02 13:00").code == "limit_reached"


def test_r44_a_points_reward_is_paid_when_it_is_handed_over_in_one_step(books: Books) -> None:
    shop, card = rich(books)
    gift = shop.reward("gift", 30, "06-01 11:00")
    answer = shop.redeem(card, gift, "06-02 10:00", name="paid", quantity=2)
    assert (answer.points, answer.redeem_code, books.rewards(card)) == (60, None, ())
    assert shop.booked(card, "paid") == [{"issued": -60, "redeemed": 60}]


def test_r45_a_reward_is_valid_until_the_end_of_its_day_in_the_zone_of_its_store(books: Books) -> None:
    shop = Shop(books)
    far, card = shop.store("FAR", zone="Asia/Tokyo"), shop.card()
    books.publish_reward(key=key(), at=t("05-01 10:00"), reward="coffee", terms=RewardTerms("FG", valid_days=1))
    shop.stamp(card, 10, "06-01 17:00", store=far)
    (reward,) = books.rewards(card)
    assert (reward.expires_on, reward.expires_at) == (day("2026-06-03"), t("06-03T15:00Z"))


def test_r45_without_days_a_reward_waits_for_ever_and_with_them_it_expires_by_the_clock(books: Books) -> None:
    shop, card, code = unlocked(books, valid_days=None)
    books.publish_reward(key=key(), at=t("06-02 10:00"), reward="coffee", terms=RewardTerms("FG", valid_days=10))
    shop.stamp(card, 10, "06-02 11:00")
    books.run_due_work(t("2030-06-13 00:00"))
    assert [reward.state for reward in books.rewards(card)] == ["open", "expired"]
    assert shop.use(code, "2030-06-14 10:00").accepted


def test_r45_the_clock_of_a_reward_stands_too_while_the_card_is_frozen(books: Books) -> None:
    shop, card, code = unlocked(books, valid_days=10)
    shop.freeze(card, "06-05 10:00")
    books.run_due_work(t("06-20 10:00"))
    shop.unfreeze(card, "07-01 10:00")
    assert [str(reward.expires_on) for reward in books.rewards(card)] == ["2026-07-31"]
    assert shop.use(code, "07-31 23:59").accepted


def test_r46_codes_are_unique_among_those_that_are_open(books: Books) -> None:
    shop = Shop(books)
    cards = [shop.card(person=f"{each}@example.org") for each in range(20)]
    codes = [code for card in cards for code in shop.stamp(card, 20, "06-01 10:00").unlocked]
    assert (len(codes), len(set(codes))) == (40, 40)


def test_r46_a_used_code_tells_when_and_where_it_was_used(books: Books) -> None:
    shop, _, code = unlocked(books)
    shop.use(code, "06-02 10:00", store="FASHIONOUTLET")
    again = shop.use(code, "06-02 11:00")
    assert (again.code, again.used_at, again.used_store) == ("code_already_used", t("06-02 10:00"), "FASHIONOUTLET")


def test_r46_a_voided_use_lets_the_code_be_used_again(books: Books) -> None:
    shop, _, code = unlocked(books)
    shop.use(code, "06-02 10:00", name="used")
    shop.void("used", "06-02 11:00")
    assert shop.use(code, "06-02 12:00").accepted


def reached(shop: Shop, card: str) -> list[int]:
    return [points for _, points in shop.told(card, "reward_within_reach")]


def test_r47_it_is_told_when_a_credit_lifts_what_is_available_to_the_cost(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 50)
    shop.points(card, 49, "06-01 10:00")
    assert reached(shop, card) == []
    shop.adjust(card, "06-02 10:00", points=1)
    shop.points(card, 10, "06-02 11:00")
    assert reached(shop, card) == [50]
    held = shop.hold(card, gift, "07-20 10:00")
    shop.release(held, "07-20 11:00")
    assert reached(shop, card) == [50, 60]


@pytest.mark.parametrize(
    "terms",
    [{"stock": 0}, {"first_day": day("2026-07-01")}, {"last_day": day("2026-05-31")}, {"cost": None}],
    ids=str,
)
def test_r47_what_cannot_be_had_is_not_within_reach(books: Books, terms: dict[str, Any]) -> None:
    shop = Shop(books)
    books.publish_reward(key=key(), at=shop.at, reward="gift", terms=RewardTerms("FG", **{"cost": 50} | terms))
    card = shop.card()
    shop.points(card, 60, "06-01 10:00")
    assert reached(shop, card) == []


def test_r47_a_debt_keeps_a_reward_out_of_reach(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=1))
    shop.store("FASHIONHUB", offline_cap=OfflineCap(100, 2))
    card, gift = shop.card(), shop.reward("gift", 50)
    books.redeem_offline(
        key="off", at=t("06-01 10:00"), card=card, reward=gift, occurred_at=t("06-01 09:00"), store="FASHIONHUB"
    )
    shop.points(card, 60, "06-01 11:00")
    assert (reached(shop, card), books.available(card)) == ([], 11)
