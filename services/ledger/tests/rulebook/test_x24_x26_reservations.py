"""Section 8 of the rule book: reservations (R48-R51)."""

from typing import Any

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import Bonus, Expiry

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)


def balance_219(books: Books) -> tuple[Shop, str, str]:
    shop = Shop(books, welcome=Bonus(points=50))
    gift = shop.reward("gift", 100)
    card = shop.card("06-01 10:00")
    shop.earn(card, 8490, "06-06 10:00")
    return shop, card, gift


def captured(books: Books, reservation: str, at: str, name: str = "capture", quantity: int | None = None) -> str | None:
    return books.capture(key=name, at=t(at), reservation=reservation, quantity=quantity, store="FASHIONHUB").code


def test_x24_held_points_are_in_the_balance_but_not_available(books: Books) -> None:
    shop, card, gift = balance_219(books)
    shop.hold(card, gift, "06-06 11:00", name="hold", channel="till")
    assert shop.lots(card) == ["0+50/2027-06-01", "119+50/2027-06-06"]
    assert (books.available(card), books.balance(card), books.held(card)) == (119, 219, 100)
    assert shop.booked(card, "hold") == lines("issued −100 · held +100")


def test_x24_captured_they_are_spent(books: Books) -> None:
    shop, card, gift = balance_219(books)
    reservation = shop.hold(card, gift, "06-06 11:00", channel="till")
    assert captured(books, reservation, "06-06 11:09") is None
    assert shop.booked(card, "capture") == lines("held −100 · redeemed +100")
    assert shop.lots(card) == ["119/2027-06-06"]
    assert captured(books, reservation, "06-06 11:09", "again") == "reservation_closed"


def test_x24_at_its_end_a_hold_lapses_booked_or_not(books: Books) -> None:
    shop, card, gift = balance_219(books)
    captured(books, shop.hold(card, gift, "06-06 11:00", channel="till"), "06-06 11:05")
    reservation = shop.hold(card, gift, "06-06 14:00")
    assert books.available(card) == 19
    assert captured(books, reservation, "06-06 16:00", "late") == "reservation_lapsed"
    books.run_due_work(t("06-06 16:01"))
    assert shop.booked_as(card, "lapse") == lines("held −100 · issued +100")
    assert books.available(card) == 119


def test_x25_fewer_whole_rewards_than_held_may_be_captured(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 40)
    shop.points(card, 100, "06-06 10:00")
    reservation = shop.hold(card, gift, "06-06 11:00", quantity=2)
    assert shop.lots(card) == ["20+80/2027-06-06"]
    assert captured(books, reservation, "06-06 12:00", quantity=1) is None
    assert shop.booked(card, "capture") == lines("held −40 · redeemed +40", "held −40 · issued +40")
    assert shop.lots(card) == ["60/2027-06-06"]


def hold_over_midnight(books: Books) -> tuple[Shop, str, str]:
    shop = Shop(books, expiry=JUNE_ENDS)
    card, gift = shop.card(), shop.reward("gift", 60)
    shop.points(card, 100, "05-01 10:00")
    reservation = shop.hold(card, gift, "06-30 23:30")
    books.run_due_work(t("07-01 00:00"))
    assert shop.booked_as(card, "expiry") == lines("issued −40 · expired +40")
    return shop, card, reservation


def test_x26_held_points_can_be_captured_after_their_date(books: Books) -> None:
    shop, card, reservation = hold_over_midnight(books)
    assert captured(books, reservation, "07-01 00:45") is None
    assert shop.booked(card, "capture") == lines("held −60 · redeemed +60")


def test_x26_lapsed_after_their_date_they_expire_in_the_same_step(books: Books) -> None:
    shop, card, _ = hold_over_midnight(books)
    books.run_due_work(t("07-01 01:30"))
    assert shop.booked_as(card, "lapse") == lines("held −60 · expired +60")
    assert books.balance(card) == 0


def test_r48_a_card_has_at_most_five_open_reservations(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 100, "06-06 10:00")
    for minute in range(5):
        shop.hold(card, gift, f"06-06 11:0{minute}")
    sixth = books.hold(key=key(), at=t("06-06 11:10"), card=card, reward=gift)
    eleven = books.hold(key=key(), at=t("06-06 11:10"), card=card, reward=gift, quantity=11)
    assert (sixth.code, eleven.code) == ("too_many_reservations", "quantity_invalid")
    assert (books.available(card), books.balance(card)) == (50, 100)


def test_r73_what_was_sent_for_now_is_too_late_later(books: Books) -> None:
    shop, card, gift = balance_219(books)
    waits = t("06-06 11:00:30")
    late = shop.redeem(card, gift, "06-06 11:00:31", not_after=waits)
    on_time = shop.redeem(card, gift, "06-06 11:00:31", not_after=t("06-06 11:00:31"))
    assert (late.code, on_time.accepted) == ("too_late", True)


def test_r46_the_code_of_a_hold_captures_it_once_and_lives_as_long_as_it(books: Books) -> None:
    shop, card, gift = balance_219(books)
    held = [books.hold(key=key(), at=t("06-06 11:00"), card=card, reward=gift).redeem_code for _ in range(2)]
    assert held[0] is not None
    assert held[1] is not None
    told: dict[str, Any] = {"store": "FASHIONHUB"}
    assert books.use_reward(key="one", at=t("06-06 12:00"), redeem_code=held[0], **told).points == 100
    again = books.use_reward(key="two", at=t("06-06 12:01"), redeem_code=held[0], **told)
    late = books.use_reward(key="three", at=t("06-06 13:00"), redeem_code=held[1], **told)
    assert (again.code, again.used_at, late.code) == ("code_already_used", t("06-06 12:00"), "code_expired")
    assert shop.booked(card, "one") == lines("held −100 · redeemed +100")


def test_r51_a_released_hold_repays_debt_first(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "06-06 10:00", receipt="T-1")
    reservation = shop.hold(card, gift, "06-06 11:00")
    shop.refund("T-1", 5000, "06-06 12:00", name="refund")
    assert shop.booked(card, "refund") == lines("granted +100 · debt −100")
    assert (books.balance(card), books.available(card)) == (0, 0)
    books.release(key="release", at=t("06-06 12:30"), reservation=reservation)
    assert shop.booked(card, "release") == lines("held −100 · debt +100")
    assert (books.balance(card), books.debt(card)) == (0, 0)


def test_r51_with_absorb_a_released_hold_undoes_the_write_off_of_its_source(books: Books) -> None:
    shop = Shop(books, policy="absorb")
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "06-06 10:00", receipt="T-1")
    reservation = shop.hold(card, gift, "06-06 11:00")
    shop.refund("T-1", 5000, "06-06 12:00")
    books.release(key="release", at=t("06-06 12:30"), reservation=reservation)
    assert shop.booked(card, "release") == lines("held −100 · absorbed +100")
    assert books.balance(card) == 0


def test_r49_the_first_points_of_the_allocation_are_spent_and_the_rest_goes_back(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 40)
    shop.points(card, 50, "06-01 10:00")
    shop.points(card, 50, "06-02 10:00")
    reservation = shop.hold(card, gift, "06-06 11:00", quantity=2)
    captured(books, reservation, "06-06 12:00", quantity=1)
    assert shop.lots(card) == ["10/2027-06-01", "50/2027-06-02"]
