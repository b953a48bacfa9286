"""Section 14 of the rule book: work by due time (R74, R75)."""

from rulebook.given import Shop, lines, t
from rulebook.speaking import Books
from rulebook.terms import Expiry

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)


def all_held(books: Books, since: str) -> tuple[Shop, str]:
    shop = Shop(books, expiry=JUNE_ENDS)
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "05-01 10:00")
    shop.hold(card, gift, since)
    return shop, card


def test_x43_late_work_is_done_in_the_order_it_was_due(books: Books) -> None:
    _, card = all_held(books, "06-30 21:50")
    books.run_due_work(t("07-03 09:00"))
    lapse, expiry = books.postings(card)[-2:]
    assert (lapse.kind, lapse.effective, dict(lapse.lines)) == (
        "lapse",
        t("06-30 23:50"),
        {"held": -100, "issued": 100},
    )
    assert (expiry.kind, expiry.effective, dict(expiry.lines)) == (
        "expiry",
        t("07-01 00:00"),
        {"issued": -100, "expired": 100},
    )


def test_x43_held_past_the_end_there_is_nothing_to_expire_until_the_lapse(books: Books) -> None:
    shop, card = all_held(books, "06-30 22:03")
    books.run_due_work(t("07-01 00:02"))
    assert shop.booked_as(card, "expiry") == []
    books.run_due_work(t("07-03 09:00"))
    assert (shop.booked_as(card, "lapse"), shop.booked_as(card, "expiry")) == (lines("held −100 · expired +100"), [])


def test_x44_a_lapsed_lot_is_gone_before_the_work_ran(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "05-01 10:00")
    assert books.balance(card, t("06-30 23:59")) == 100
    assert books.balance(card, t("07-02 10:00")) == 0
    assert shop.redeem(card, gift, "07-02 10:00").code == "not_enough_points"


def test_x44_a_hold_past_its_end_books_its_lapse_first(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("none"))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 100, "05-01 10:00")
    shop.hold(card, gift, "06-06 21:50")
    assert shop.redeem(card, gift, "06-06 23:55").accepted
    lapse, redemption = books.postings(card)[-2:]
    assert (lapse.kind, lapse.effective, redemption.kind) == ("lapse", t("06-06 23:50"), "redemption")


def test_r74_work_done_twice_is_done_once(books: Books) -> None:
    shop, card = all_held(books, "06-30 21:50")
    assert [work.kind for work in books.due(t("07-03 09:00"))] == ["lapse"]
    done = books.run_due_work(t("07-03 09:00"))
    assert [work.kind for work in done] == ["lapse", "expire"]
    before = books.postings(card)
    assert books.run_due_work(t("07-03 09:00")) == ()
    assert books.postings(card) == before
    assert shop.lots(card) == []


def test_r75_work_is_done_by_due_time_before_its_kind_counts(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card, gift = shop.card(), shop.reward("gift", 60)
    shop.points(card, 100, "05-01 10:00")
    shop.hold(card, gift, "06-30 23:00")
    done = books.run_due_work(t("07-03 09:00"))
    assert [(work.kind, work.due) for work in done] == [("expire", t("07-01 00:00")), ("lapse", t("07-01 01:00"))]
    assert [posting.kind for posting in books.postings(card)][-2:] == ["expiry", "lapse"]


def test_r75_at_the_same_instant_lapses_come_first(books: Books) -> None:
    shop = Shop(books, expiry=JUNE_ENDS)
    card, gift = shop.card(), shop.reward("gift", 60)
    shop.points(card, 100, "05-01 10:00")
    shop.hold(card, gift, "06-30 22:00")
    books.run_due_work(t("07-03 09:00"))
    assert shop.booked_as(card, "lapse") == lines("held −60 · expired +60")
    assert [posting.kind for posting in books.postings(card)][-2:] == ["lapse", "expiry"]
