"""Section 8 of the rule book beside its examples: hold, capture, release, lapse (R48-R51)."""

from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import Shop, lines, t
from rulebook.speaking import Books
from rulebook.terms import CUSTOMER, STAFF, By, Channel, Expiry


def holding(books: Books, quantity: int = 1, **changed: Any) -> tuple[Shop, str, str]:
    """A hundred points, of which a gift of 40 is held since 11:00, online."""
    shop = Shop(books, **changed)
    card, gift = shop.card(), shop.reward("gift", 40)
    shop.points(card, 100, "06-06 10:00", receipt="T-1")
    return shop, card, shop.hold(card, gift, "06-06 11:00", name="held", quantity=quantity)


@pytest.mark.parametrize(("channel", "ends"), [("till", "06-06 11:10"), ("online", "06-06 13:00")])
def test_r48_a_hold_ends_by_its_channel(books: Books, channel: Channel, ends: str) -> None:
    _shop, card, _ = holding(books)
    told = books.hold(key="more", at=t("06-06 11:00"), card=card, reward="gift", channel=channel)
    assert (told.ends_at, len(told.redeem_code or "")) == (t(ends), 8)


@pytest.mark.parametrize("quantity", [0, 11, 1.5])
def test_r48_one_to_ten_may_be_held(books: Books, quantity: float) -> None:
    _, card, _ = holding(books)
    told = books.hold(key="more", at=t("06-06 11:00"), card=card, reward="gift", quantity=quantity)
    assert told.code == "quantity_invalid"


def test_r48_nothing_else_spends_adjusts_or_reverses_held_points(books: Books) -> None:
    shop, card, _ = holding(books, 2)
    assert shop.spend(card, 21, "06-06 11:01").code == "not_enough_points"
    assert shop.adjust(card, "06-06 11:01", points=-21).code == "not_enough_points"
    shop.refund("T-1", None, "06-06 11:02", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · issued −20 · debt −80")
    assert (books.held(card), shop.lots(card)) == (80, ["0+80/2027-06-06"])


def test_r48_a_sixth_waits_until_one_of_five_has_ended(books: Books) -> None:
    shop, card, first = holding(books)
    shop.reward("pin", 1, "06-06 11:00")
    for _ in range(4):
        shop.hold(card, "pin", "06-06 11:00")
    assert books.hold(key="sixth", at=t("06-06 11:01"), card=card, reward="pin").code == "too_many_reservations"
    shop.release(first, "06-06 11:02")
    assert books.hold(key="again", at=t("06-06 11:02"), card=card, reward="pin").accepted


@pytest.mark.parametrize("quantity", [0, 3, 1.5])
def test_r49_whole_rewards_are_captured_and_no_more_than_held(books: Books, quantity: float) -> None:
    shop, _, held = holding(books, 2)
    assert shop.capture(held, "06-06 11:30", quantity=quantity).code == "quantity_invalid"
    assert shop.capture(held, "06-06 11:30").points == 80


def test_r49_a_reservation_is_captured_until_its_end_and_not_at_it(books: Books) -> None:
    shop, _, held = holding(books)
    ends = t("06-06 13:00")
    tick = timedelta(microseconds=1)
    assert books.capture(key="at", at=ends, reservation=held, store="FASHIONHUB").code == "reservation_lapsed"
    fresh = shop.hold("card-1", "gift", "06-06 14:00")
    assert books.capture(key="by", at=t("06-06 16:00") - tick, reservation=fresh, store="FASHIONHUB").accepted


def test_r49_after_capture_or_release_a_reservation_is_closed(books: Books) -> None:
    shop, card, released = holding(books)
    captured = shop.hold(card, "gift", "06-06 11:01")
    shop.release(released, "06-06 11:02")
    shop.capture(captured, "06-06 11:02")
    codes = [shop.capture(each, "06-06 11:03").code for each in (released, captured)]
    codes += [shop.release(each, "06-06 11:03").code for each in (released, captured)]
    assert codes == ["reservation_closed"] * 4


@pytest.mark.parametrize("by", [STAFF, CUSTOMER, By("shop", "key")], ids=lambda by: by.role)
def test_r50_shop_staff_and_customer_may_release(books: Books, by: By) -> None:
    shop, card, held = holding(books)
    assert shop.release(held, "06-06 11:30", by=by, name="let go").accepted
    assert shop.booked(card, "let go") == lines("held −40 · issued +40")
    assert books.available(card) == 100


def test_r50_a_lapse_is_dated_to_the_end_however_late_it_is_booked(books: Books) -> None:
    _, card, held = holding(books)
    books.run_due_work(t("06-09 10:00"))
    lapse = books.postings(card)[-1]
    assert (lapse.operation, lapse.recorded_at, lapse.effective) == (
        f"lapse:{held}",
        t("06-09 10:00"),
        t("06-06 13:00"),
    )


def test_r51_a_release_after_the_date_of_the_lot_adds_nothing(books: Books) -> None:
    until_midnight = Expiry("rolling", 1, "days")
    shop, card, held = holding(books, expiry=until_midnight, hold_online=timedelta(hours=72))
    books.run_due_work(t("06-08 00:00"))
    assert (books.balance(card), books.available(card)) == (40, 0)
    shop.release(held, "06-08 10:00", name="let go")
    assert shop.booked(card, "let go") == lines("held −40 · expired +40")


def test_r51_what_is_given_back_repays_the_debt_and_only_the_rest_expires(books: Books) -> None:
    until_midnight = Expiry("rolling", 1, "days")
    shop, card, held = holding(books, 2, expiry=until_midnight, hold_online=timedelta(hours=72))
    shop.spend(card, 20, "06-06 12:00")
    shop.refund("T-1", 2500, "06-07 10:00")
    assert books.debt(card) == 50
    shop.release(held, "06-08 10:00", name="let go")
    assert shop.booked(card, "let go") == lines("held −80 · debt +50 · expired +30")
