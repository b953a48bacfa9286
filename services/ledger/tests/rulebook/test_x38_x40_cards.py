"""Section 12 of the rule book: frozen, lost and merged cards (R64-R68)."""

from typing import Any

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, Bonus, Expiry

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)


def test_x38_the_clock_stops_while_the_card_is_frozen(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    books.freeze(key=key(), at=t("06-20 10:00"), card=card)
    late = shop.stamp(card, 1, "06-26 10:00", channel="offline", occurred_at=t("06-25 10:00"))
    assert late.code == "card_frozen"
    books.run_due_work(t("07-02 10:00"))
    assert books.balance(card) == 100
    books.unfreeze(key=key(), at=t("07-10 10:00"), card=card)
    assert shop.lots(card) == ["100/2026-08-09"]


def test_r35_the_clock_stops_too_while_loyalty_is_paused_at_the_store_of_the_lot(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    shop.points(card, 10, "05-01 10:00", store="FASHIONOUTLET")
    books.pause_loyalty(key=key(), at=t("06-20 10:00"), store="FASHIONHUB")
    books.run_due_work(t("07-02 10:00"))
    assert shop.lots(card) == ["100/2026-06-30"]
    books.resume_loyalty(key=key(), at=t("07-10 10:00"), store="FASHIONHUB")
    assert shop.lots(card) == ["100/2026-08-09"]


def test_r65_a_stamp_that_a_frozen_card_refused_counts_when_it_was_given(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    books.freeze(key=key(), at=t("06-20 10:00"), card=card)
    told: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-25 10:00")}
    assert shop.stamp(card, 1, "06-26 10:00", name="refused", **told).code == "card_frozen"
    books.unfreeze(key=key(), at=t("07-01 10:00"), card=card)
    again = shop.stamp(card, 1, "07-31 10:00", linked_to="refused", by=MANAGER, **told)
    assert (again.accepted, again.effective) == (True, t("06-25 10:00"))
    assert not shop.stamp(card, 1, "07-31 10:01", linked_to="refused", by=MANAGER, **told).accepted


def test_x39_the_old_number_serves_what_happened_before_the_change(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(number="1001"), shop.reward("gift", 10)
    books.new_number(key=key(), at=t("06-06 09:00"), card=card, number="1002")
    before: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-06 08:50"), "number": "1001"}
    after: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-06 09:10"), "number": "1001"}
    assert shop.stamp(card, 1, "06-06 11:00", **before).given == 1
    assert shop.stamp(card, 1, "06-06 11:00", **after).code == "card_number_blocked"
    at_it = after | {"occurred_at": t("06-06 09:00")}
    assert shop.stamp(card, 1, "06-06 11:00", **at_it).code == "card_number_blocked"
    assert shop.redeem(card, gift, "06-06 11:00", number="1001").code == "card_number_blocked"
    assert shop.stamp(card, 1, "06-06 12:00", number="1002").given == 1


def test_r67_with_a_new_number_open_codes_are_renewed(books: Books) -> None:
    shop = Shop(books)
    card = shop.card(number="1001")
    (old,) = shop.stamp(card, 10, "06-06 08:00").unlocked
    books.new_number(key=key(), at=t("06-06 09:00"), card=card, number="1002")
    (reward,) = books.rewards(card)
    at = t("06-06 10:00")
    assert books.use_reward(key=key(), at=at, redeem_code=old, store="FASHIONHUB").code == "code_expired"
    assert books.use_reward(key=key(), at=at, redeem_code=reward.redeem_code, store="FASHIONHUB").accepted


def test_r67_a_join_ticket_earns_but_does_not_redeem_until_the_person_is_checked(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    assert shop.points(card, 100, "06-06 10:00", ticket=True).accepted
    assert shop.redeem(card, gift, "06-06 10:01", ticket=True).code == "ticket_not_for_redeeming"
    books.check_person(key=key(), at=t("06-06 10:02"), card=card)
    assert shop.redeem(card, gift, "06-06 10:03", ticket=True).accepted


def in_debt(shop: Shop, card: str, points: int) -> None:
    gift = shop.reward("owed", points)
    shop.points(card, points, "06-01 10:00", receipt="owed")
    shop.redeem(card, gift, "06-01 11:00")
    shop.refund("owed", points * 50, "06-01 12:00")


def test_x40_a_merge_moves_lots_settles_debt_and_adds_the_stamps(books: Books) -> None:
    shop = Shop(books)
    a, b = shop.card(person="a@example.org"), shop.card(person="b@example.org")
    in_debt(shop, b, 20)
    shop.points(a, 50, "06-02 10:00", name="lot")
    shop.stamp(a, 7, "06-02 10:00")
    shop.stamp(b, 6, "06-02 10:00")
    books.merge(key="merge", at=t("06-03 10:00"), card=a, into=b)
    assert shop.booked(a, "merge") == lines("issued −50")
    assert shop.booked(b, "merge") == lines("issued +50", "debt +20 · issued −20")
    assert (books.balance(b), books.debt(b), shop.lots(b)) == (30, 0, ["30/2027-06-02"])
    assert (books.stamps(b), len(books.rewards(b))) == ("3/10", 1)


def test_r68_of_two_welcome_bonuses_the_younger_loses_what_is_left_of_it(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    gift = shop.reward("gift", 20)
    older, younger = shop.card("06-01 10:00", person="a@example.org"), shop.card("06-02 10:00", person="b@example.org")
    shop.redeem(younger, gift, "06-03 10:00")
    books.merge(key="merge", at=t("06-04 10:00"), card=younger, into=older)
    assert shop.booked(younger, "merge") == lines("granted +30 · issued −30")
    assert books.balance(older) == 50
    assert shop.earn(younger, 1000, "06-05 10:00").card == older


def test_r66_closing_lets_everything_go_and_joining_again_opens_the_same_card_at_zero(books: Books) -> None:
    shop = Shop(books, welcome=Bonus(points=50))
    card, gift = shop.card("06-01 10:00"), "gift"
    shop.reward(gift, 20, "06-01 10:00")
    shop.stamp(card, 13, "06-02 10:00")
    shop.hold(card, gift, "06-02 10:00")
    books.close(key="close", at=t("06-02 11:00"), card=card)
    assert shop.booked(card, "close") == lines("held −20 · issued +20", "issued −50 · expired +50")
    assert shop.booked(card, "close", "stamps") == lines("issued −3 · expired +3")
    assert [reward.state for reward in books.rewards(card)] == ["withdrawn"]
    assert shop.earn(card, 100, "06-02 12:00").code == "card_closed"
    assert shop.card("06-03 10:00", number="2") == card
    assert (books.balance(card), books.stamps(card)) == (0, "0/10")


def test_r66_closing_writes_a_debt_off_and_what_comes_back_later_expires_at_once(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 50)
    in_debt(shop, card, 20)
    shop.points(card, 70, "06-02 10:00")
    shop.redeem(card, gift, "06-02 11:00", name="redeemed")
    books.close(key="close", at=t("06-03 10:00"), card=card)
    shop.void("redeemed", "06-04 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −50 · issued +50", "issued −50 · expired +50")
    assert books.balance(card) == 0


def test_r35_the_clock_stops_for_unlocked_rewards_and_while_the_merchant_is_suspended(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card = shop.card()
    shop.points(card, 100, "05-01 10:00")
    shop.stamp(card, 10, "05-01 10:00")
    books.set_merchant(key=key(), at=t("06-20 10:00"), state="suspended")
    assert shop.stamp(card, 1, "06-21 10:00").code == "not_live"
    books.run_due_work(t("08-10 10:00"))
    books.set_merchant(key=key(), at=t("08-10 11:00"), state="live")
    assert shop.lots(card) == ["100/2026-09-09"]
    assert [(reward.state, str(reward.expires_on)) for reward in books.rewards(card)] == [("open", "2026-09-09")]
