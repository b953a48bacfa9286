"""Section 7 of the rule book: rewards (R41-R47)."""

import pytest

from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Period

FIFTY = Bonus(points=50)
ALPHABET = set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


def test_x22_stock_falls_at_the_hold_and_returns_at_its_lapse(books: Books) -> None:
    shop = Shop(books, welcome=FIFTY)
    bag = shop.reward("bag", 100, stock=1)
    k, l = shop.card(person="k@example.org"), shop.card(person="l@example.org")  # noqa: E741
    for card in (k, l):
        assert shop.earn(card, 8490, "06-06 10:00").balance == 219
    shop.hold(k, bag, "06-06 11:00")
    assert books.stock(bag) == 0
    assert shop.redeem(l, bag, "06-06 12:59").code == "out_of_stock"
    books.run_due_work(t("06-06 13:00"))
    assert books.stock(bag) == 1
    assert shop.redeem(l, bag, "06-06 13:01").balance == 119
    assert books.stock(bag) == 0


def full_card(books: Books) -> tuple[Shop, str, str]:
    shop = Shop(books)
    card = shop.card()
    (code,) = shop.stamp(card, 10, "12-01 10:00").unlocked
    return shop, card, code


def test_x23_an_unlocked_reward_has_its_last_day(books: Books) -> None:
    _, card, _ = full_card(books)
    (reward,) = books.rewards(card)
    assert (reward.expires_on, reward.expires_at) == (day("2027-03-01"), t("2027-03-01T23:00Z"))


def test_x23_of_two_tills_at_once_the_first_recorded_wins(books: Books) -> None:
    _, _, code = full_card(books)
    at = t("12-02 10:00")
    first = books.use_reward(key="one", at=at, redeem_code=code, store="FASHIONHUB")
    other = books.use_reward(key="two", at=at, redeem_code=code, store="FASHIONOUTLET")
    assert (first.accepted, other.code) == (True, "code_already_used")
    assert (other.used_at, other.used_store) == (at, "FASHIONHUB")


def test_r46_a_code_is_eight_letters_and_lives_as_long_as_its_reward(books: Books) -> None:
    _, _, code = full_card(books)
    assert len(code) == 8
    assert set(code) <= ALPHABET
    after = books.use_reward(key=key(), at=t("2027-03-01T23:00Z"), redeem_code=code, store="FASHIONHUB")
    assert after.code == "code_expired"


@pytest.mark.parametrize(("voided_at", "last_day"), [("12-05 10:00", "2027-03-01"), ("2027-03-05 10:00", "2027-04-04")])
def test_r45_a_voided_use_opens_the_reward_again_with_its_date_or_restore_days(
    books: Books, voided_at: str, last_day: str
) -> None:
    shop, card, code = full_card(books)
    assert books.use_reward(key="use", at=t("12-04 10:00"), redeem_code=code, store="FASHIONHUB").accepted
    assert shop.void("use", voided_at).accepted
    (reward,) = books.rewards(card)
    assert (reward.state, reward.expires_on) == ("open", day(last_day))


def test_r41_a_reward_has_its_days_and_stores(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    june = shop.reward("june", 10, first_day=day("2026-06-02"), last_day=day("2026-06-03"))
    local = shop.reward("local", 10, stores=frozenset({"FASHIONOUTLET"}))
    shop.points(card, 100, "06-01 10:00")
    answers = [shop.redeem(card, june, at).code for at in ("06-01 23:59", "06-02 00:00", "06-03 23:59", "06-04 00:00")]
    assert answers == ["reward_not_valid", None, None, "reward_not_valid"]
    assert shop.redeem(card, local, "06-04 10:00").code == "reward_not_at_store"
    assert shop.redeem(card, local, "06-04 10:00", store="FASHIONOUTLET").accepted


@pytest.mark.parametrize(("per", "next_time"), [("day", "06-02 00:00"), ("month", "07-01 00:00"), ("ever", None)])
def test_r43_the_limit_counts_by_the_day_of_the_hold(books: Books, per: Period, next_time: str | None) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10, limit=1, limit_per=per)
    shop.points(card, 100, "06-01 10:00")
    shop.redeem(card, gift, "06-01 11:00", name="first")
    assert shop.redeem(card, gift, "06-01 12:00").code == "limit_reached"
    shop.void("first", "06-01 13:00")
    assert shop.redeem(card, gift, "06-01 14:00").accepted
    last = shop.redeem(card, gift, next_time or "12-31 10:00")
    assert last.accepted == (next_time is not None)


def test_r41_retiring_a_reward_touches_nothing_held(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 100, "06-01 10:00")
    reservation = shop.hold(card, gift, "06-01 11:00")
    books.retire_reward(key=key(), at=t("06-01 11:30"), reward=gift)
    assert shop.redeem(card, gift, "06-01 12:00").code == "reward_not_valid"
    assert books.capture(key=key(), at=t("06-01 12:00"), reservation=reservation, store="FASHIONHUB").accepted
