"""Section 10 of the rule book: adjustments (R60, R61)."""

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, By


def test_x34_a_manager_may_give_500_and_no_more(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    assert shop.adjust(card, "06-06 10:00", points=500, role="manager").balance == 500
    assert shop.adjust(card, "06-06 10:00", points=501, role="manager").code == "adjustment_over_limit"


def test_x34_an_adjustment_down_takes_at_most_what_is_available(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 20)
    shop.points(card, 70, "06-06 10:00")
    shop.hold(card, gift, "06-06 10:30")
    assert shop.adjust(card, "06-06 11:00", points=-60).code == "not_enough_points"
    assert shop.adjust(card, "06-06 11:00", points=-50, name="down").accepted
    assert shop.booked(card, "down") == lines("adjusted +50 · issued −50")


def test_x35_a_voided_adjustment_up_is_absorbed(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 80)
    shop.adjust(card, "06-06 10:00", points=100, name="up")
    assert shop.booked(card, "up") == lines("adjusted −100 · issued +100")
    shop.redeem(card, gift, "06-06 11:00")
    shop.void("up", "06-06 12:00", name="void")
    assert shop.booked(card, "void") == lines("adjusted +100 · issued −20 · absorbed −80")


def test_x35_a_voided_adjustment_down_comes_back_to_the_old_lots_and_dates(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 30, "06-01 10:00")
    shop.points(card, 40, "06-02 10:00")
    shop.adjust(card, "06-06 10:00", points=-50, name="down")
    shop.void("down", "06-07 10:00", name="void")
    assert shop.booked(card, "void") == lines("adjusted −50 · issued +50")
    assert shop.lots(card) == ["30/2027-06-01", "40/2027-06-02"]


def test_r61_limits_are_per_operation_and_per_local_day_and_both_signs_count(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    given = [(500, "10:00"), (500, "10:01"), (-500, "10:02"), (500, "10:03"), (1, "10:04")]
    answers = [shop.adjust(card, f"06-06 {at}", points=n, role="manager").code for n, at in given]
    assert answers == [None, None, None, None, "adjustment_over_limit"]
    assert shop.adjust(card, "06-07 00:00", points=1, role="manager").accepted
    assert shop.adjust(card, "06-07 00:00", points=1, role="staff").code == "adjustment_over_limit"
    assert shop.adjust(card, "06-07 00:00", points=10_001).code == "adjustment_over_limit"


def test_r60_stamps_are_adjusted_by_the_overfill_and_down_to_the_count(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    assert len(shop.adjust(card, "06-06 10:00", stamps=12, name="up").unlocked) == 1
    assert books.stamps(card) == "2/10"
    assert shop.adjust(card, "06-06 11:00", stamps=-3).code == "not_enough_stamps"
    assert shop.adjust(card, "06-06 11:00", stamps=-2).accepted
    assert [reward.state for reward in books.rewards(card)] == ["open"]
    assert shop.adjust(card, "06-06 12:00", stamps=6, role="manager").code == "adjustment_over_limit"


def test_r61_staff_void_in_their_store_today_and_a_manager_within_90_days(books: Books) -> None:
    shop = Shop(books)
    card, staff = shop.card(), By("anna", "staff")
    for name in ("a", "b", "c"):
        shop.points(card, 10, "06-06 10:00", name=name)
    away = books.void(key=key(), at=t("06-06 11:00"), operation="a", store="FASHIONOUTLET", by=staff)
    today = books.void(key=key(), at=t("06-06 23:59"), operation="a", store="FASHIONHUB", by=staff)
    later = books.void(key=key(), at=t("06-07 00:00"), operation="b", store="FASHIONHUB", by=staff)
    manager = books.void(key=key(), at=t("09-04 10:00"), operation="b", store="FASHIONHUB", by=MANAGER)
    too_old = books.void(key=key(), at=t("09-05 10:00"), operation="c", store="FASHIONHUB", by=MANAGER)
    answers = [answer.code for answer in (away, today, later, manager, too_old)]
    assert answers == ["void_not_allowed", None, "void_not_allowed", None, "void_not_allowed"]
    assert shop.void("c", "12-06 10:00").accepted
