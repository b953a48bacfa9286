"""Section 2 of the rule book: program versions (R9-R12)."""

from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import Expiry, Rate


def test_x03_a_purchase_takes_the_version_in_force_when_it_happened(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-20 09:00", "07-01 00:00", rates={"EUR": Rate(1, 100)})
    late = shop.earn(card, 1000, "07-01 00:20", receipt="T-1", channel="offline", occurred_at=t("06-30 23:50"))
    on_time = shop.earn(card, 1000, "07-01 00:20", channel="offline", occurred_at=t("07-01 00:00"))
    assert (late.version, late.points) == (1, 20)
    assert (on_time.version, on_time.points) == (2, 10)
    assert shop.refund("T-1", 1000, "07-05 10:00").points == 20


def test_x04_a_lot_keeps_its_date_whatever_is_published_later(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-20 09:00", "07-01 00:00", expiry=Expiry("rolling", 6, "months"))
    shop.points(card, 30, "06-30 10:00")
    shop.points(card, 40, "07-01 10:00")
    assert shop.lots(card) == ["40/2027-01-01", "30/2027-06-30"]
    shop.program("07-20 09:00", "08-01 00:00", expiry=Expiry("rolling", 24, "months"))
    assert shop.lots(card, "08-02 10:00") == ["40/2027-01-01", "30/2027-06-30"]
    books.extend_lots(key=key(), at=t("08-03 10:00"), program="FG")
    assert shop.lots(card) == ["30/2028-06-30", "40/2028-07-01"]


def test_r37_a_migration_moves_no_date_earlier_and_gives_none_to_a_lot_without(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("none"))
    card = shop.card()
    shop.points(card, 10, "02-01 10:00")
    shop.program("03-01 00:00")
    shop.points(card, 20, "03-02 10:00")
    shop.program("04-01 00:00", expiry=Expiry("rolling", 1, "months"))
    books.extend_lots(key=key(), at=t("04-02 10:00"), program="FG")
    assert shop.lots(card) == ["20/2027-03-02", "10/never"]


def test_r09_a_version_not_yet_in_force_can_be_withdrawn(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-20 09:00", "07-01 00:00", rates={"EUR": Rate(1, 100)})
    assert books.withdraw(key=key(), at=t("06-21 09:00"), what="program", name="FG", version=2).accepted
    assert not books.withdraw(key=key(), at=t("06-21 09:00"), what="program", name="FG", version=1).accepted
    assert shop.earn(card, 1000, "07-02 10:00").points == 20


def test_r09_of_two_versions_of_one_instant_the_last_published_holds(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-20 09:00", "07-01 00:00", rates={"EUR": Rate(1, 100)})
    shop.program("06-21 09:00", "07-01 00:00", rates={"EUR": Rate(3, 100)})
    assert shop.earn(card, 1000, "07-02 10:00").points == 30


def test_r12_after_the_end_nothing_is_earned_but_redeeming_goes_on(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 50, "06-06 10:00")
    ends = t("07-01 00:00")
    early = books.end_program(key=key(), at=t("06-07 10:00"), program="FG", ends_at=ends, last_day=day("2026-09-28"))
    assert not early.accepted
    books.end_program(key=key(), at=t("06-07 10:00"), program="FG", ends_at=ends, last_day=day("2026-09-30"))
    assert shop.earn(card, 1000, "07-01 00:00").code == "program_ended"
    assert shop.stamp(card, 1, "07-01 00:00").code == "program_ended"
    assert shop.redeem(card, gift, "09-30 23:59").accepted
    assert books.balance(card, t("10-01 00:00")) == 0
    books.run_due_work(t("10-02 10:00"))
    assert shop.booked_as(card, "end") == [{"issued": -40, "expired": 40}]
