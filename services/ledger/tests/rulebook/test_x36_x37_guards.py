"""Section 11 of the rule book: cooldown and caps (R62, R63)."""

from rulebook.given import Shop, t
from rulebook.speaking import Books
from rulebook.terms import By, Caps


def just_stamped(books: Books) -> tuple[Shop, str]:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 1, "06-06 12:00:00")
    return shop, card


def test_x36_inside_the_cooldown_nothing_is_given_and_the_seconds_left_are_told(books: Books) -> None:
    shop, card = just_stamped(books)
    answer = shop.stamp(card, 1, "06-06 12:00:20")
    assert (answer.code, answer.seconds_left, books.stamps(card)) == ("cooldown", 10, "1/10")
    assert shop.stamp(card, 1, "06-06 12:00:30").given == 1


def test_x36_staff_may_override_it_and_are_named(books: Books) -> None:
    shop, card = just_stamped(books)
    answer = shop.stamp(card, 1, "06-06 12:00:20", override="two coffees", by=By("anna"))
    assert (answer.given, answer.overridden_by) == (1, "anna")


def test_x36_the_sister_store_knows_no_cooldown_of_this_one(books: Books) -> None:
    shop, card = just_stamped(books)
    assert shop.stamp(card, 1, "06-06 12:00:20", store="FASHIONOUTLET").given == 1


def test_r62_offline_it_is_given_and_flagged_and_keys_are_not_asked(books: Books) -> None:
    shop, card = just_stamped(books)
    offline = shop.stamp(card, 1, "06-06 13:00", channel="offline", occurred_at=t("06-06 12:00:20"))
    by_key = shop.stamp(card, 1, "06-06 13:00", channel="api", by=By("erp", "key"))
    assert (offline.given, set(offline.flags), by_key.given) == (1, {"cooldown"}, 1)


def test_r62_a_voided_giving_starts_no_cooldown(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 1, "06-06 12:00:00", name="wrong")
    shop.void("wrong", "06-06 12:00:05")
    assert shop.stamp(card, 1, "06-06 12:00:10").given == 1


def test_x37_what_fits_under_the_cap_of_the_day_is_given(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 18, "06-06 10:00")
    answer = shop.stamp(card, 3, "06-06 11:00", store="FASHIONOUTLET")
    assert (answer.given, answer.not_given, answer.reason) == (2, 1, "cap_card_day")
    assert shop.stamp(card, 1, "06-06 23:59").code == "cap_card_day"
    assert shop.stamp(card, 1, "06-07 00:01").given == 1


def test_x37_a_purchase_over_the_cap_gives_what_fits_and_its_refund_takes_that(books: Books) -> None:
    shop = Shop(books, caps=Caps(points_per_card=200))
    card = shop.card()
    assert shop.earn(card, 8490, "06-06 10:00").points == 169
    bought = shop.earn(card, 8490, "06-06 11:00", receipt="T-2")
    assert (bought.points, bought.not_given, bought.reason) == (31, 138, "cap_card_day")
    assert shop.earn(card, 8490, "06-06 12:00", receipt="T-3").accepted
    assert shop.refund("T-2", 8490, "06-07 10:00").points == 31
    assert books.balance(card) == 169


def test_r63_a_cap_per_staff_member_counts_over_all_cards(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_staff=3))
    one, other = shop.card(), shop.card(person="bob@example.org")
    shop.stamp(one, 2, "06-06 10:00", by=By("anna"))
    answer = shop.stamp(other, 2, "06-06 10:00", by=By("anna"))
    assert (answer.given, answer.reason) == (1, "cap_staff_day")
    assert shop.stamp(other, 2, "06-06 11:00", by=By("ben")).given == 2


def test_r63_voided_operations_do_not_count(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.stamp(card, 20, "06-06 10:00", name="all")
    shop.void("all", "06-06 10:01")
    assert shop.stamp(card, 20, "06-06 10:02").given == 20
