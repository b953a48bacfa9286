"""Section 4 of the rule book beside its examples: what one card takes, completes and keeps (R20-R24)."""

from typing import Any

import pytest

from rulebook.given import Shop, key, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, By, Caps, Overfill, RewardTerms

NO_CAPS = Caps(stamps_per_card=None)


def shop_with(books: Books, stamps: int = 0, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **{"caps": NO_CAPS} | changed)
    card = shop.card()
    if stamps:
        shop.stamp(card, stamps, "06-01 10:00")
    return shop, card


def states(books: Books, card: str) -> list[str]:
    return [reward.state for reward in books.rewards(card)]


def test_r20_given_stamps_repay_owed_ones_and_the_rest_is_added(books: Books) -> None:
    shop, card = shop_with(books, 8)
    (code,) = shop.stamp(card, 2, "06-02 10:00", name="two").unlocked
    shop.use(code, "06-02 11:00")
    shop.void("two", "06-02 12:00")
    assert books.owed_stamps(card) == 2
    given = shop.stamp(card, 5, "06-03 10:00", name="five")
    assert (given.given, given.repaid, books.stamps(card)) == (5, 2, "3/10")
    assert shop.booked(card, "five", "stamps") == [{"granted": -5, "debt": 2, "issued": 3}]


def test_r20_the_reward_is_fetched_wherever_it_is_offered_whoever_stamped(books: Books) -> None:
    shop, card = shop_with(books)
    offered = RewardTerms("FG", stores=frozenset({"FASHIONOUTLET"}))
    books.publish_reward(key=key(), at=t("05-01 10:00"), reward="coffee", terms=offered)
    (code,) = shop.stamp(card, 10, "06-01 10:00").unlocked
    assert shop.use(code, "06-02 10:00").code == "reward_not_at_store"
    assert shop.use(code, "06-02 10:00", store="FASHIONOUTLET").accepted


@pytest.mark.parametrize(
    ("overfill", "given", "shown"), [("carry_over", 31, "1/10"), ("cap", 10, "10/10"), ("bank_to_limit", 30, "10/10")]
)
def test_r21_each_setting_takes_what_it_can_and_loses_nothing(
    books: Books, overfill: Overfill, given: int, shown: str
) -> None:
    shop, card = shop_with(books, overfill=overfill, bank_limit=2)
    answer = shop.stamp(card, 31, "06-01 10:00")
    assert (answer.given, answer.not_given, books.stamps(card)) == (given, 31 - given, shown)
    accounts = books.accounts(card, "stamps")
    assert -accounts["granted"] == accounts.get("issued", 0) + accounts["redeemed"] == given


def test_r21_a_banked_card_completes_when_a_waiting_reward_expires(books: Books) -> None:
    shop, card = shop_with(books, 20, overfill="bank_to_limit", bank_limit=1)
    assert (books.stamps(card), states(books, card)) == ("10/10", ["open"])
    assert shop.stamp(card, 1, "08-30 23:59").code == "bank_full"
    assert shop.stamp(card, 1, "08-31 00:00").given == 1
    assert (books.stamps(card), states(books, card)) == ("1/10", ["expired", "open"])


def test_r21_the_reward_of_a_birthday_takes_no_place_in_the_bank(books: Books) -> None:
    shop, card = shop_with(books, overfill="bank_to_limit", bank_limit=1, birthday=Bonus(reward="coffee"))
    books.set_birthday(key=key(), at=t("01-01 10:00"), card=card, month=6, day=1)
    books.run_due_work(t("06-01 00:05"))
    shop.stamp(card, 10, "06-02 10:00")
    assert (books.stamps(card), states(books, card)) == ("0/10", ["open", "open"])


@pytest.mark.parametrize(
    ("changed", "before", "code"),
    [
        ({"overfill": "cap"}, 9, "card_full"),
        ({"overfill": "bank_to_limit", "bank_limit": 1}, 19, "bank_full"),
        ({"caps": Caps(stamps_per_card=5)}, 4, "cap_card_day"),
        ({"caps": Caps(stamps_per_staff=5)}, 4, "cap_staff_day"),
    ],
)
def test_r22_what_fits_is_given_and_where_nothing_fits_its_code_refuses(
    books: Books, changed: dict[str, Any], before: int, code: str
) -> None:
    shop, card = shop_with(books, before, **changed)
    some = shop.stamp(card, 3, "06-01 11:00", by=By("anna"))
    assert (some.given, some.not_given, some.reason) == (1, 2, code)
    none = shop.stamp(card, 3, "06-01 12:00", by=By("anna"))
    assert (none.accepted, none.code, none.given) == (False, code, 0)


def test_r22_of_a_cap_and_a_full_card_what_leaves_less_is_named(books: Books) -> None:
    shop, card = shop_with(books, 7, overfill="cap", caps=Caps(stamps_per_card=9))
    assert shop.stamp(card, 5, "06-01 11:00").reason == "cap_card_day"
    shop.stamp(card, 1, "06-02 10:00")
    answer = shop.stamp(card, 4, "06-03 11:00")
    assert (answer.code, books.stamps(card)) == ("card_full", "10/10")


def test_r23_open_cycles_are_lowered_and_never_raised(books: Books) -> None:
    shop, card = shop_with(books, 4)
    for target, shown in ((20, "4/10"), (6, "4/6"), (8, "4/6")):
        shop.program("06-02 10:00", target=target)
        books.lower_open_cycles(key=key(), at=t("06-02 10:00"), program="FG")
        assert books.stamps(card) == shown


def test_r23_lowering_completes_by_the_overfill(books: Books) -> None:
    shop, card = shop_with(books, 9)
    shop.program("06-02 10:00", target=2, overfill="bank_to_limit", bank_limit=2)
    lowered = books.lower_open_cycles(key=key(), at=t("06-02 11:00"), program="FG")
    assert (len(lowered.unlocked), books.stamps(card), states(books, card)) == (2, "5/2", ["open", "open"])


def test_r23_a_card_opened_under_a_version_has_its_target_whatever_comes(books: Books) -> None:
    shop, card = shop_with(books)
    shop.program("05-01 10:00", target=5)
    later = shop.card("05-02 10:00", person="bob@example.org")
    for each in (card, later):
        shop.stamp(each, 3, "06-01 10:00")
    assert (books.stamps(card), books.stamps(later)) == ("3/10", "3/5")


def test_r24_stamps_wait_for_years_and_the_reward_does_not(books: Books) -> None:
    shop, card = shop_with(books, 13)
    books.run_due_work(t("2031-06-01 10:00"))
    assert (books.stamps(card), states(books, card)) == ("3/10", ["expired"])
    shop.stamp(card, 7, "2031-06-02 10:00")
    assert (books.stamps(card), states(books, card)) == ("0/10", ["expired", "open"])
