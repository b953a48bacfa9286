"""Section 4 of the rule book: stamps (R20-R24)."""

from typing import Any

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import Caps, RewardTerms

NO_CAPS = Caps(stamps_per_card=None)


def nine_stamps(books: Books, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **{"caps": NO_CAPS} | changed)
    card = shop.card()
    shop.stamp(card, 9, "06-01 10:00")
    return shop, card


def open_codes(books: Books, card: str) -> list[str]:
    return [reward.redeem_code for reward in books.rewards(card) if reward.state == "open"]


def use(books: Books, code: str, at: str) -> None:
    assert books.use_reward(key=key("use"), at=t(at), redeem_code=code, store="FASHIONHUB").accepted


def test_x08_what_is_more_than_the_target_is_carried_over(books: Books) -> None:
    shop, card = nine_stamps(books)
    given = shop.stamp(card, 2, "06-02 10:00", name="two")
    assert (books.stamps(card), len(given.unlocked)) == ("1/10", 1)
    assert shop.booked(card, "two", "stamps") == lines("granted −2 · issued +2", "issued −10 · redeemed +10")


def test_x08_one_giving_may_complete_the_card_twice(books: Books) -> None:
    shop, card = nine_stamps(books)
    given = shop.stamp(card, 12, "06-02 10:00")
    assert (books.stamps(card), len(given.unlocked)) == ("1/10", 2)
    told = [notice for notice in books.notices(card) if notice.name == "reward_unlocked"]
    assert [len(notice.redeem_codes) for notice in told] == [2]


def test_x08_the_next_cycle_takes_the_target_in_force_also_within_the_same_giving(books: Books) -> None:
    shop, card = nine_stamps(books)
    shop.program("06-02 09:00", target=8, caps=NO_CAPS)
    given = shop.stamp(card, 12, "06-02 10:00")
    assert (books.stamps(card), len(given.unlocked)) == ("3/8", 2)


def test_x09_with_cap_the_card_waits_full_until_its_reward_is_used(books: Books) -> None:
    shop, card = nine_stamps(books, overfill="cap")
    given = shop.stamp(card, 3, "06-02 10:00")
    assert (given.given, given.not_given, given.reason, len(given.unlocked)) == (1, 2, "card_full", 1)
    assert books.stamps(card) == "10/10"
    assert shop.stamp(card, 1, "06-02 11:00").code == "card_full"
    use(books, given.unlocked[0], "06-02 12:00")
    assert books.stamps(card) == "0/10"
    shop.stamp(card, 1, "06-02 13:00")
    assert books.stamps(card) == "1/10"


def test_x10_with_bank_to_limit_the_full_card_completes_when_a_reward_is_used(books: Books) -> None:
    shop = Shop(books, overfill="bank_to_limit", bank_limit=2, caps=NO_CAPS)
    card = shop.card()
    shop.stamp(card, 18, "06-01 10:00")
    assert (books.stamps(card), len(open_codes(books, card))) == ("8/10", 1)
    given = shop.stamp(card, 13, "06-02 10:00")
    assert (given.given, given.not_given, given.reason) == (12, 1, "bank_full")
    assert (books.stamps(card), len(open_codes(books, card))) == ("10/10", 2)
    use(books, open_codes(books, card)[0], "06-02 12:00")
    assert (books.stamps(card), len(open_codes(books, card))) == ("0/10", 2)


def test_x11_a_raised_target_reaches_the_card_with_its_next_cycle(books: Books) -> None:
    shop, card = nine_stamps(books)
    shop.program("06-02 09:00", target=12)
    assert books.stamps(card) == "9/10"
    given = shop.stamp(card, 2, "06-02 10:00")
    assert (books.stamps(card), len(given.unlocked)) == ("1/12", 1)


def test_x11_lowering_open_cycles_completes_who_has_enough(books: Books) -> None:
    shop, card = nine_stamps(books)
    shop.program("06-02 09:00", target=8)
    assert books.stamps(card) == "9/10"
    lowered = books.lower_open_cycles(key=key(), at=t("06-02 10:00"), program="FG")
    assert (books.stamps(card), len(lowered.unlocked)) == ("1/8", 1)


def test_r21_the_next_cycle_opens_too_when_the_waiting_reward_expires(books: Books) -> None:
    shop, card = nine_stamps(books, overfill="cap")
    shop.stamp(card, 1, "06-02 10:00")
    assert shop.stamp(card, 1, "08-31 23:59").code == "card_full"
    assert shop.stamp(card, 1, "09-01 00:00").given == 1
    assert books.stamps(card) == "1/10"
    assert [reward.state for reward in books.rewards(card)] == ["expired"]


def test_r20_all_stores_fill_one_card(books: Books) -> None:
    shop, card = nine_stamps(books)
    shop.stamp(card, 1, "06-02 10:00", store="FASHIONOUTLET")
    use(books, open_codes(books, card)[0], "06-02 12:00")
    assert books.stamps(card) == "0/10"


def test_r42_a_full_card_unlocks_its_reward_though_the_stock_is_empty(books: Books) -> None:
    shop = Shop(books)
    terms = RewardTerms("FG", stock=0, limit=0, value=350)
    books.publish_reward(key=key(), at=t("01-01 00:00"), reward="coffee", terms=terms)
    card = shop.card()
    assert len(shop.stamp(card, 10, "06-01 10:00").unlocked) == 1
    assert [reward.value for reward in books.rewards(card)] == [350]


def test_r22_a_stamp_owed_is_repaid_by_the_next_one_also_on_a_full_card(books: Books) -> None:
    shop, card = nine_stamps(books, overfill="cap")
    first = shop.stamp(card, 1, "06-02 10:00", name="tenth")
    use(books, first.unlocked[0], "06-02 11:00")
    shop.void("tenth", "06-02 12:00")
    assert (books.stamps(card), books.owed_stamps(card)) == ("0/10", 1)
    given = shop.stamp(card, 12, "06-03 10:00")
    assert (given.repaid, given.given, given.not_given) == (1, 11, 1)
    assert books.stamps(card) == "10/10"
