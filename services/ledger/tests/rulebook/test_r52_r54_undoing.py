"""Section 9 of the rule book beside its examples: what may be voided and refunded, and how much (R52-R54)."""

from collections.abc import Callable
from random import Random

import pytest

from rulebook.given import Shop, key, t
from rulebook.speaking import Books, birthday_of, welcome_of
from rulebook.terms import CUSTOMER, MANAGER, OWNER, STAFF, Bonus, By, CampaignTerms, Caps, Rate

NOW = "06-10 10:00"
Do = Callable[[Shop, str], object]


def shop_of(books: Books) -> tuple[Shop, str]:
    """A card with points, stamps, a reward, a welcome and a birthday bonus."""
    shop = Shop(books, welcome=Bonus(points=10), birthday=Bonus(points=10))
    card = shop.card()
    books.set_birthday(key=key(), at=t("01-01 10:00"), card=card, month=6, day=1)
    shop.points(card, 100, "06-01 10:00", receipt="old")
    shop.stamp(card, 10, "06-01 10:00", name="ten")
    return shop, card


VOIDABLE: dict[str, Do] = {
    "an earning": lambda shop, card: shop.points(card, 20, NOW, name="it"),
    "stamps": lambda shop, card: shop.stamp(card, 2, NOW, name="it"),
    "a redemption": lambda shop, card: shop.spend(card, 30, NOW, name="it"),
    "a capture": lambda shop, card: shop.capture(shop.hold(card, shop.reward("gift", 5, NOW), NOW), NOW, name="it"),
    "a use": lambda shop, card: shop.use(shop.books.rewards(card)[0].redeem_code, NOW, name="it"),
    "an adjustment up": lambda shop, card: shop.adjust(card, NOW, points=7, name="it"),
    "an adjustment down": lambda shop, card: shop.adjust(card, NOW, points=-7, name="it"),
    "stamps adjusted": lambda shop, card: shop.adjust(card, NOW, stamps=2, name="it"),
}


def figures(books: Books, card: str) -> tuple[object, ...]:
    rewards = [reward.state for reward in books.rewards(card)]
    return books.balance(card), books.available(card), books.stamps(card), rewards


@pytest.mark.parametrize("what", VOIDABLE)
def test_r52_a_void_leaves_things_as_if_it_never_happened_and_happens_once(books: Books, what: str) -> None:
    shop, card = shop_of(books)
    before = figures(books, card)
    VOIDABLE[what](shop, card)
    assert shop.void("it", NOW).accepted
    assert figures(books, card) == before
    assert shop.void("it", NOW).code == "already_voided"


def test_r52_bonuses_can_be_voided_too(books: Books) -> None:
    shop, card = shop_of(books)
    books.run_due_work(t("06-01 12:00"))
    assert books.balance(card) == 120
    for bonus in (welcome_of(card), birthday_of(card, 2026)):
        assert shop.void(bonus, NOW).accepted
    assert books.balance(card) == 100


NOT_VOIDABLE: dict[str, Do] = {
    "a void": lambda shop, card: (shop.stamp(card, 1, NOW, name="x"), shop.void("x", NOW, name="it")),
    "a refund": lambda shop, card: shop.refund("old", 100, NOW, name="it"),
    "a reservation": lambda shop, card: shop.hold(card, shop.reward("gift", 5, NOW), NOW, name="it"),
    "a release": lambda shop, card: shop.release(shop.hold(card, shop.reward("gift", 5, NOW), NOW), NOW, name="it"),
}


@pytest.mark.parametrize("what", NOT_VOIDABLE)
def test_r52_what_can_only_be_done_otherwise_is_not_voidable(books: Books, what: str) -> None:
    shop, card = shop_of(books)
    NOT_VOIDABLE[what](shop, card)
    assert shop.void("it", NOW).code == "not_voidable"


def test_r52_a_void_names_what_it_reverses_and_frees_its_receipt(books: Books) -> None:
    shop, card = shop_of(books)
    shop.points(card, 20, NOW, receipt="T-1", name="it")
    assert (shop.void("it", NOW).points, shop.points(card, 30, NOW, receipt="T-1").points) == (20, 30)


@pytest.mark.parametrize(
    ("by", "store", "at", "code"),
    [
        (STAFF, "FASHIONHUB", "06-10 23:59", None),
        (STAFF, "FASHIONHUB", "06-11 00:00", "void_not_allowed"),
        (STAFF, "FASHIONOUTLET", "06-10 11:00", "void_not_allowed"),
        (STAFF, None, "06-10 11:00", "void_not_allowed"),
        (MANAGER, "FASHIONHUB", "09-08 10:00", None),
        (MANAGER, "FASHIONHUB", "09-09 10:00", "void_not_allowed"),
        (MANAGER, "FASHIONOUTLET", "06-10 11:00", "void_not_allowed"),
        (OWNER, None, "2027-06-09 10:00", None),
        (By("root", "admin"), "FASHIONOUTLET", "2027-06-09 10:00", None),
        (CUSTOMER, "FASHIONHUB", "06-10 11:00", "void_not_allowed"),
    ],
    ids=str,
)
def test_r52_who_may_void_depends_on_role_store_and_age(
    books: Books, by: By, store: str | None, at: str, code: str | None
) -> None:
    shop, card = shop_of(books)
    shop.stamp(card, 1, NOW, name="it")
    assert books.void(key=key(), at=t(at), operation="it", store=store, by=by).code == code


def test_r52_of_several_reasons_not_to_void_the_first_is_told(books: Books) -> None:
    shop, card = shop_of(books)
    shop.points(card, 20, "06-01 11:00", receipt="T-1", name="refunded")
    shop.refund("T-1", 100, "06-01 12:00", name="refund")
    shop.void("ten", "06-01 12:00")

    def told(operation: str) -> str | None:
        return books.void(key=key(), at=t(NOW), operation=operation, store="FASHIONOUTLET", by=CUSTOMER).code

    answers = [told(each) for each in ("nothing", "refund", "ten", "refunded", welcome_of(card))]
    assert answers == ["operation_unknown", "not_voidable", "already_voided", "has_refunds", "void_not_allowed"]


def test_r53_goods_come_back_to_any_store_at_any_time_by_anybody(books: Books) -> None:
    shop, _ = shop_of(books)
    answer = shop.refund("old", 1000, "2031-01-01 10:00", at_store="FASHIONOUTLET", by=By("new", "staff"))
    assert (answer.accepted, answer.points) == (True, 20)


def test_r53_without_an_amount_all_that_is_left_comes_back(books: Books) -> None:
    shop, _ = shop_of(books)
    shop.refund("old", 1000, NOW)
    assert shop.refund("old", None, NOW).points == 80
    assert shop.refund("old", None, NOW).code == "refund_exceeds_purchase"


def test_r53_a_refund_number_counts_once_per_receipt(books: Books) -> None:
    shop, card = shop_of(books)
    shop.points(card, 20, NOW, receipt="T-1")
    answers = [shop.refund(receipt, 100, NOW, refund_number="R-1").code for receipt in ("old", "T-1", "old")]
    assert answers == [None, None, "refund_already_recorded"]


def test_r53_a_receipt_of_another_store_is_another_purchase(books: Books) -> None:
    shop_of(books)
    told = books.refund(key=key(), at=t(NOW), program="FG", receipt="old", store="FASHIONOUTLET")
    assert told.code == "receipt_unknown"


@pytest.mark.parametrize("seed", range(12))
def test_r54_whatever_the_parts_they_add_up_and_fractions_stay_with_the_customer(books: Books, seed: int) -> None:
    shop, random = Shop(books), Random(seed)
    card, amount = shop.card(), random.randint(1, 20_000)
    given = shop.earn(card, amount, "06-06 10:00", receipt="T-1").points
    refunded = reversed_so_far = 0
    while refunded < amount:
        part = random.randint(1, amount - refunded)
        refunded += part
        reversed_so_far += shop.refund("T-1", part, "06-07 10:00").points
        assert reversed_so_far == given * refunded // amount
    assert (reversed_so_far, books.balance(card)) == (given, 0)


def test_r54_the_share_is_of_the_points_that_were_recorded_with_campaign_and_cap(books: Books) -> None:
    shop = Shop(books, caps=Caps(points_per_card=25))
    books.publish_campaign(key=key(), at=shop.at, campaign="all", terms=CampaignTerms("FG", 150))
    assert shop.earn(shop.card(), 1000, NOW, receipt="T-1").points == 25
    shop.program("06-11 00:00", rates={"EUR": Rate(9, 100)})
    assert [shop.refund("T-1", part, "06-12 10:00").points for part in (500, 300, 200)] == [12, 8, 5]
