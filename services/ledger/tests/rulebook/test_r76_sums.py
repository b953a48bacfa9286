"""Section 15 of the rule book, one rule alone: what posts nothing, and what every posting adds up to (R76)."""

from collections.abc import Callable

import pytest

from rulebook.given import Shop, day, key, lines, net, t
from rulebook.speaking import Books
from rulebook.terms import Expiry

IDLE = Expiry("inactivity", 30, "days")
NOW = "06-20 10:00"
SILENT: dict[str, Callable[[Shop, str], object]] = {
    "freezing": lambda shop, card: shop.freeze(card, NOW),
    "a new number": lambda shop, card: shop.books.new_number(key=key(), at=t(NOW), card=card, number="2"),
    "a moved date": lambda shop, card: shop.books.extend_lots(key=key(), at=t(NOW), program="FG"),
    "a warning": lambda shop, card: shop.books.run_due_work(t("06-25 10:00")),
    "a purchase of no points": lambda shop, card: shop.earn(card, 1, NOW),
    "a refusal": lambda shop, card: shop.earn(card, 0, NOW),
    "the use of a reward": lambda shop, card: shop.use(shop.books.rewards(card)[0].redeem_code, NOW),
}


@pytest.mark.parametrize("what", SILENT)
def test_r76_what_moves_no_value_posts_nothing(books: Books, what: str) -> None:
    shop = Shop(books, expiry=IDLE, warn_days=10)
    card = shop.card()
    shop.points(card, 100, "06-01 10:00")
    shop.stamp(card, 10, "06-01 10:00")
    shop.program("06-19 10:00", expiry=Expiry("rolling", 60, "days"), warn_days=10)
    before = books.postings(card)
    SILENT[what](shop, card)
    assert books.postings(card) == before


def test_r76_the_end_of_a_program_expires_points_and_stamps(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 50, "06-01 10:00")
    shop.stamp(card, 3, "06-01 10:00")
    ends, last = t("06-02 10:00"), day("2026-09-30")
    books.end_program(key=key(), at=t("06-01 11:00"), program="FG", ends_at=ends, last_day=last)
    books.run_due_work(t("10-01 00:00"))
    assert shop.booked_as(card, "end") == lines("issued −50 · expired +50")
    assert shop.booked_as(card, "end", "stamps") == lines("issued −3 · expired +3")


def a_busy_month(books: Books) -> tuple[Shop, str, str]:
    shop = Shop(books, expiry=Expiry("rolling", 20, "days"))
    one, other = shop.card(), shop.card(person="b@example.org")
    gift = shop.reward("gift", 30)
    for hour, card in ((10, one), (12, other)):
        shop.points(card, 100, f"06-01 {hour}:00", receipt=f"of {card}")
        shop.stamp(card, 17, f"06-01 {hour}:10")
        shop.spend(card, 50, f"06-01 {hour}:20", name=f"spent {card}")
        shop.hold(card, gift, f"06-01 {hour}:30")
        shop.refund(f"of {card}", None, f"06-01 {hour}:40")
        shop.points(card, 40, f"06-01 {hour}:50")
    shop.void(f"spent {one}", "06-05 10:00")
    return shop, one, other


@pytest.mark.parametrize("unit", ["points", "stamps"])
def test_r76_the_lines_of_every_posting_and_of_every_card_sum_to_zero(books: Books, unit: str) -> None:
    _, one, other = a_busy_month(books)
    for card in (one, other):
        postings = [posting for posting in books.postings(card) if posting.unit == unit]
        assert [sum(posting.lines.values()) for posting in postings] == [0] * len(postings)
        assert sum(books.accounts(card, unit).values()) == 0  # type: ignore[arg-type]


def test_r76_free_points_are_what_is_issued_and_held_ones_what_is_held(books: Books) -> None:
    _, one, other = a_busy_month(books)
    books.run_due_work(t("07-10 10:00"))
    for at in ("06-01 10:35", "06-01 13:00", "06-05 12:00", "07-10 10:00"):
        for card in (one, other):
            accounts, lots = books.accounts(card, "points", t(at)), books.lots(card, t(at))
            assert sum(lot.free for lot in lots) == accounts.get("issued", 0)
            assert sum(lot.held for lot in lots) == accounts.get("held", 0) == books.held(card, t(at))


def test_r76_a_merge_posts_on_both_cards_what_left_one_for_the_other(books: Books) -> None:
    shop, one, other = a_busy_month(books)
    books.merge(key="merge", at=t("06-06 10:00"), card=one, into=other)
    gone, came = shop.booked(one, "merge"), shop.booked(other, "merge")
    assert gone == [{account: -amount for account, amount in came[-1].items()}]
    together = [*books.postings(one), *books.postings(other)]
    assert sum(net(together).values()) == 0


def test_r76_the_statement_adds_up_to_the_accounts(books: Books) -> None:
    _, one, _ = a_busy_month(books)
    for unit in ("points", "stamps"):
        assert net(books.postings(one), unit) == books.accounts(one, unit)
