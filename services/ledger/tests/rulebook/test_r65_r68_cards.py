"""Section 12 of the rule book beside its examples: sent again, closed, lost, merged (R65-R68)."""

from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, STAFF, Bonus, By, Cause


def refused(books: Books) -> tuple[Shop, str, dict[str, Any]]:
    """A stamp of 25 June that a frozen card refused; unfrozen on 1 July."""
    shop = Shop(books)
    card = shop.card()
    shop.freeze(card, "06-20 10:00")
    late: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-25 10:00")}
    assert shop.stamp(card, 1, "06-26 10:00", name="refused", **late).code == "card_frozen"
    shop.unfreeze(card, "07-01 10:00")
    return shop, card, late


@pytest.mark.parametrize(
    ("at", "by", "linked_to", "code"),
    [
        ("07-31 10:00", MANAGER, "refused", None),
        ("07-31 10:00:01", MANAGER, "refused", "too_late"),
        ("07-02 10:00", STAFF, "refused", "void_not_allowed"),
        ("07-02 10:00", MANAGER, "nothing", "operation_unknown"),
    ],
)
def test_r65_a_manager_sends_again_what_a_frozen_card_refused_within_30_days(
    books: Books, at: str, by: By, linked_to: str, code: str | None
) -> None:
    shop, card, late = refused(books)
    answer = shop.stamp(card, 1, at, by=by, linked_to=linked_to, **late)
    assert (answer.code, books.stamps(card)) == (code, "1/10" if code is None else "0/10")


def test_r65_what_was_refused_for_another_reason_is_not_sent_again(books: Books) -> None:
    shop, card, late = refused(books)
    assert shop.earn(card, 0, "07-02 10:00", name="wrong").code == "amount_not_positive"
    answer = shop.earn(card, 1000, "07-02 11:00", by=MANAGER, linked_to="wrong", **late)
    assert answer.code == "operation_unknown"


@pytest.mark.parametrize("cause", ["leaving", "misuse"])
def test_r66_closing_ends_everything_and_writes_off_what_is_owed(books: Books, cause: Cause) -> None:
    shop = Shop(books, expiry=NO_DATE)
    card = shop.card()
    (code,) = shop.stamp(card, 10, "06-01 10:00", name="ten").unlocked
    shop.use(code, "06-01 11:00")
    shop.void("ten", "06-01 12:00")
    shop.points(card, 30, "06-02 10:00", receipt="T-1")
    shop.spend(card, 30, "06-02 11:00")
    shop.refund("T-1", None, "06-02 12:00")
    shop.close(card, "06-03 10:00", name="closed", cause=cause)
    assert (books.debt(card), books.owed_stamps(card)) == (0, 0)
    assert shop.booked(card, "closed") == lines("absorbed −30 · debt +30")
    assert shop.booked(card, "closed", "stamps") == lines("absorbed −10 · debt +10")


def test_r66_who_joins_again_has_the_same_card_at_zero_under_a_new_number_and_no_second_welcome(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50), target=10)
    card = shop.card("06-01 10:00", number="1")
    shop.close(card, "06-02 10:00")
    shop.program("06-03 00:00", welcome=Bonus(points=50), target=5)
    assert shop.card("06-03 10:00", number="2") == card
    assert (books.balance(card), books.stamps(card)) == (0, "0/5")
    assert shop.stamp(card, 1, "06-03 11:00", number="2").given == 1


def test_r67_an_unknown_number_is_no_card_and_that_of_another_card_is_not_this_one(books: Books) -> None:
    shop = Shop(books)
    card, _ = shop.card(number="1"), shop.card(person="bob@example.org", number="2")
    codes = [shop.stamp(card, 1, "06-06 10:00", number=number).code for number in ("3", "2", "1")]
    assert codes == ["card_unknown", "card_unknown", None]


def test_r67_nothing_moves_with_a_new_number(books: Books) -> None:
    shop = Shop(books)
    card = shop.card(number="1")
    shop.points(card, 30, "06-06 10:00")
    shop.stamp(card, 3, "06-06 10:00")
    before = books.postings(card), shop.lots(card), books.stamps(card)
    assert books.new_number(key=key(), at=t("06-06 11:00"), card=card, number="2").card == card
    assert (books.postings(card), shop.lots(card), books.stamps(card)) == before


def test_r67_codes_of_reservations_are_renewed_too(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(number="1"), shop.reward("gift", 10)
    shop.points(card, 30, "06-06 10:00")
    old = books.hold(key="held", at=t("06-06 10:30"), card=card, reward=gift).redeem_code
    assert old is not None
    books.new_number(key=key(), at=t("06-06 11:00"), card=card, number="2")
    assert shop.use(old, "06-06 11:01").code == "code_expired"
    assert shop.capture("held", "06-06 11:02").accepted


@pytest.mark.parametrize("checked", [False, True])
def test_r67_a_ticket_holds_uses_and_reserves_nothing_until_the_person_is_checked(books: Books, checked: bool) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 30, "06-06 10:00", ticket=True)
    (code,) = shop.stamp(card, 10, "06-06 10:00", ticket=True).unlocked
    if checked:
        books.check_person(key=key(), at=t("06-06 10:30"), card=card)
    told = [books.hold(key="held", at=t("06-06 11:00"), card=card, reward=gift, ticket=True)]
    told += [shop.use(code, "06-06 11:00", ticket=True), shop.redeem(card, gift, "06-06 11:00", ticket=True)]
    assert [answer.code for answer in told] == [None if checked else "ticket_not_for_redeeming"] * 3


def test_r67_who_joins_again_is_checked_anew(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    books.check_person(key=key(), at=t("06-01 10:00"), card=card)
    shop.close(card, "06-02 10:00")
    assert shop.card("06-03 10:00") == card
    shop.points(card, 30, "06-06 10:00", ticket=True)
    assert shop.spend(card, 10, "06-06 11:00", ticket=True).code == "ticket_not_for_redeeming"


def two_cards(books: Books, **changed: Any) -> tuple[Shop, str, str]:
    shop = Shop(books, **changed)
    return shop, shop.card(person="a@example.org"), shop.card(person="b@example.org")


def merge(books: Books, card: str, into: str, at: str = "06-10 10:00") -> str | None:
    return books.merge(key="merge", at=t(at), card=card, into=into).code


def test_r68_lots_keep_their_dates_and_rewards_their_codes(books: Books) -> None:
    shop, a, b = two_cards(books)
    shop.points(a, 30, "06-01 10:00")
    (code,) = shop.stamp(a, 12, "06-02 10:00").unlocked
    merge(books, a, b)
    assert (shop.lots(b), books.stamps(b), books.balance(a)) == (["30/2027-06-01"], "2/10", 30)
    assert shop.use(code, "06-11 10:00").card == b


def test_r68_what_was_reserved_is_released_first(books: Books) -> None:
    shop, a, b = two_cards(books)
    gift = shop.reward("gift", 20)
    shop.points(a, 30, "06-10 09:00")
    held = shop.hold(a, gift, "06-10 09:30")
    merge(books, a, b)
    assert (books.available(b), shop.capture(held, "06-10 10:01").code) == (30, "reservation_closed")


def test_r68_receipts_and_caps_count_for_the_card_that_stays(books: Books) -> None:
    shop, a, b = two_cards(books)
    shop.points(a, 30, "06-10 09:00", receipt="T-1", name="bought")
    shop.stamp(a, 15, "06-10 09:00")
    merge(books, a, b)
    assert shop.points(b, 30, "06-10 10:01", receipt="T-1").code == "receipt_already_recorded"
    assert shop.stamp(b, 10, "06-10 10:01").given == 5
    assert (shop.void("bought", "06-10 10:02").accepted, books.balance(b)) == (True, 0)


def test_r68_the_numbers_of_the_card_that_went_are_numbers_of_the_card_that_stays(books: Books) -> None:
    shop = Shop(books)
    a, b = shop.card(number="1"), shop.card(person="b@example.org", number="2")
    books.new_number(key=key(), at=t("06-01 10:00"), card=a, number="3")
    merge(books, a, b)
    answers = [shop.stamp(a, 1, "06-11 10:00", number=number, override="busy") for number in ("2", "3", "1")]
    assert [(answer.code, answer.card) for answer in answers] == [(None, b), (None, b), ("card_number_blocked", None)]


def test_r68_the_count_completes_by_carry_over_whatever_the_setting(books: Books) -> None:
    shop, a, b = two_cards(books, overfill="cap")
    shop.stamp(a, 8, "06-01 10:00")
    shop.stamp(b, 7, "06-01 10:00")
    merge(books, a, b)
    assert (books.stamps(b), [reward.state for reward in books.rewards(b)]) == ("5/10", ["open"])


def test_r68_only_active_cards_of_one_program_become_one(books: Books) -> None:
    shop, a, b = two_cards(books)
    assert merge(books, a, a) == "card_unknown"
    shop.freeze(a, "06-10 10:00")
    assert books.merge(key="frozen", at=t("06-10 10:00"), card=a, into=b).code == "card_frozen"
    shop.close(b, "06-10 10:00")
    shop.unfreeze(a, "06-10 10:00")
    assert books.merge(key="closed", at=t("06-10 10:00"), card=a, into=b).code == "card_closed"
