"""Section 12 of the rule book, one rule alone: what may be done on a card in which state (R64)."""

from collections.abc import Callable
from typing import Any

import pytest

from rulebook.given import NO_DATE, Shop, key, t
from rulebook.speaking import Books
from rulebook.terms import OWNER, Bonus, Expiry
from rulebook.views import Answer

NOW = "06-10 10:00"
STATES = ("active", "frozen", "closed", "merged")
AGAINST = {"active": None, "frozen": "card_frozen", "closed": "card_closed", "merged": None}
Do = Callable[["Staged", str], Answer]


class Staged(Shop):
    """A card with points, stamps, a reward to fetch, a reservation and something to undo; and another card."""

    def __init__(self, books: Books) -> None:
        super().__init__(books, expiry=NO_DATE)
        self.mine, self.survivor = self.card(), self.card(person="bob@example.org")
        self.reward("gift", 10)
        self.points(self.mine, 100, "06-09 10:00", name="bought", receipt="T-1")
        (self.code,) = self.stamp(self.mine, 13, "06-09 10:00").unlocked
        self.held = self.hold(self.mine, "gift", "06-10 09:00")

    def become(self, state: str) -> None:
        if state == "frozen":
            self.freeze(self.mine, "06-10 09:30")
        if state == "closed":
            self.close(self.mine, "06-10 09:30")
        if state == "merged":
            self.books.merge(key=key(), at=t("06-10 09:30"), card=self.mine, into=self.survivor)


GAINS_OR_SPENDS: dict[str, Do] = {
    "earn": lambda shop, card: shop.points(card, 10, NOW),
    "earn offline": lambda shop, card: shop.points(card, 10, NOW, channel="offline", occurred_at=t("06-10 08:00")),
    "stamps": lambda shop, card: shop.stamp(card, 1, NOW),
    "adjust points": lambda shop, card: shop.adjust(card, NOW, points=5),
    "adjust stamps": lambda shop, card: shop.adjust(card, NOW, stamps=1),
    "hold": lambda shop, card: shop.books.hold(key="more", at=t(NOW), card=card, reward="gift"),
    "redeem": lambda shop, card: shop.redeem(card, "gift", NOW),
    "use": lambda shop, card: shop.use(shop.code, NOW),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", GAINS_OR_SPENDS)
def test_r64_what_a_customer_gains_or_spends_needs_an_active_card_or_the_one_it_was_merged_into(
    books: Books, what: str, state: str
) -> None:
    shop = Staged(books)
    shop.become(state)
    answer = GAINS_OR_SPENDS[what](shop, shop.mine)
    assert answer.code == AGAINST[state]
    assert answer.card == {"active": shop.mine, "merged": shop.survivor}.get(state)


@pytest.mark.parametrize("state", ["active", "frozen"])
def test_r64_a_reservation_is_captured_on_an_active_card_alone(books: Books, state: str) -> None:
    shop = Staged(books)
    shop.become(state)
    assert shop.capture(shop.held, NOW).code == AGAINST[state]


@pytest.mark.parametrize("state", ["active", "frozen"])
def test_r64_a_reservation_is_released_and_lapses_on_any(books: Books, state: str) -> None:
    shop = Staged(books)
    shop.hold(shop.mine, "gift", "06-10 09:00")
    shop.become(state)
    assert shop.release(shop.held, NOW).accepted
    books.run_due_work(t("06-10 11:00"))
    assert (books.held(shop.mine), books.balance(shop.mine)) == (0, 100)


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_r64_closing_and_merging_release_what_is_held(books: Books, state: str) -> None:
    shop = Staged(books)
    shop.become(state)
    assert books.held(shop.mine) == 0
    assert shop.release(shop.held, NOW).code == "reservation_closed"


UNDOING: dict[str, Do] = {
    "void": lambda shop, card: shop.void("bought", NOW),
    "refund": lambda shop, card: shop.refund("T-1", None, NOW),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", UNDOING)
def test_r64_what_was_wrong_is_undone_on_any_card_and_a_closed_one_absorbs(books: Books, what: str, state: str) -> None:
    shop = Staged(books)
    shop.release(shop.held, "06-10 09:10")
    shop.redeem(shop.mine, "gift", "06-10 09:20", quantity=6)
    shop.become(state)
    answer = UNDOING[what](shop, shop.mine)
    assert (answer.code, answer.points) == (None, 100)
    accounts = books.accounts(shop.mine, "points")
    owed = (0, -60) if state == "closed" else (60, 0)
    assert (books.debt(shop.mine), accounts.get("absorbed", 0)) == owed


def clocks(books: Books, state: str) -> tuple[Shop, str, str]:
    """A lot until 30 June and a birthday on 15 June."""
    shop = Shop(books, expiry=Expiry("fixed", month=6, day=30, min_days=1), birthday=Bonus(points=7))
    card, survivor = shop.card(), shop.card(person="bob@example.org")
    books.set_birthday(key=key(), at=t("01-01 10:00"), card=card, month=6, day=15)
    shop.points(card, 100, "05-01 10:00")
    told: dict[str, Any] = {"key": key(), "at": t("05-20 10:00")}
    if state == "frozen":
        shop.freeze(card, "05-20 10:00")
    if state == "closed":
        shop.close(card, "05-20 10:00")
    if state == "merged":
        books.merge(**told, card=card, into=survivor)
    for today in ("05-31 00:05", "06-15 00:05", "07-01 00:05"):
        books.run_due_work(t(today))
    return shop, card, survivor


@pytest.mark.parametrize(
    ("state", "balance", "warned", "granted"),
    [("active", 0, True, True), ("frozen", 100, False, False), ("closed", 0, False, False), ("merged", 0, True, True)],
)
def test_r64_the_clock_runs_waits_or_has_nothing_left_to_do(
    books: Books, state: str, balance: int, warned: bool, granted: bool
) -> None:
    shop, card, survivor = clocks(books, state)
    owner = survivor if state == "merged" else card
    told = shop.told(owner, "points_expiring")
    bonuses = [posting for posting in books.postings(owner) if posting.kind == "bonus"]
    assert (books.balance(card), bool(told), bool(bonuses)) == (balance, warned, granted)


def test_r64_offline_operations_too_are_judged_by_the_state_at_their_recording(books: Books) -> None:
    shop = Staged(books)
    shop.become("frozen")
    late: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-10 09:29")}
    assert shop.stamp(shop.mine, 1, NOW, **late).code == "card_frozen"
    shop.unfreeze(shop.mine, "06-10 10:30")
    assert shop.stamp(shop.mine, 1, "06-10 10:31", channel="offline", occurred_at=t("06-10 09:45")).accepted


@pytest.mark.parametrize("state", ["frozen", "closed"])
def test_r64_a_card_is_not_frozen_or_closed_twice(books: Books, state: str) -> None:
    shop = Staged(books)
    shop.become(state)
    assert shop.freeze(shop.mine, NOW).code == AGAINST[state]
    told = books.forgive_debt(key="forgive", at=t(NOW), card=shop.mine, by=OWNER)
    assert told.points == 0
    assert (shop.unfreeze(shop.mine, NOW).code is None) == (state == "frozen")
