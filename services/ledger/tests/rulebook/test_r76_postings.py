"""Section 15 of the rule book, one rule alone: every row of the table of postings (R76)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from rulebook.given import NO_DATE, Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import OWNER, Bonus, Caps, Expiry, OfflineCap, Unit
from rulebook.views import PostingKind

JUNE_ENDS = Expiry("fixed", month=6, day=30, min_days=1)
OFF: dict[str, Any] = {"store": "FASHIONHUB", "occurred_at": t("06-02 10:00")}


class Told(NamedTuple):
    """*settings* of the program, and what happens then to a card of one day before."""

    kind: PostingKind
    posted: str
    story: Callable[[Shop, str], object]
    unit: Unit = "points"
    settings: dict[str, Any] = {}  # noqa: RUF012  never changed


def owe(shop: Shop, card: str, points: int = 20, on: str = "06-02") -> None:
    shop.points(card, points, f"{on} 10:00", receipt=f"owed {on}")
    shop.spend(card, points, f"{on} 10:01")
    shop.refund(f"owed {on}", None, f"{on} 10:02")


def offline(shop: Shop, card: str) -> None:
    shop.reward("gift", 100, "06-02 09:00")
    shop.points(card, 60, "06-02 09:30")
    shop.books.redeem_offline(key="off", at=t("06-02 11:00"), card=card, reward="gift", **OFF)


def welcomed(shop: Shop, card: str) -> None:
    """Who owed before the first purchase."""
    shop.reward("gift", 100, "06-02 09:00")
    shop.books.redeem_offline(key="off", at=t("06-02 11:00"), card=card, reward="gift", **OFF)
    shop.stamp(card, 1, "06-03 10:00")


def born(shop: Shop, card: str) -> None:
    shop.books.set_birthday(key=key(), at=t("06-01 10:00"), card=card, month=7, day=10)
    owe(shop, card)
    shop.books.run_due_work(t("07-10 00:05"))


def hold(shop: Shop, card: str, points: int = 30, at: str = "06-03 10:00") -> str:
    gift = shop.reward(f"reserved {points}", points, at)
    return shop.hold(card, gift, at)


def held_and_reversed(shop: Shop, card: str) -> str:
    """150 are held of S 100 until 30 June and T 50; of S 30 are written off, and 20 are owed."""
    shop.points(card, 100, "06-02 10:00", receipt="of S")
    shop.program("06-03 00:00", expiry=NO_DATE, policy="absorb", hold_online=timedelta(hours=72))
    shop.points(card, 100, "06-03 10:00")
    held = hold(shop, card, 150, "06-29 10:00")
    shop.spend(card, 50, "06-29 11:00")
    shop.refund("of S", 1500, "06-29 12:00")
    shop.program("06-29 13:00", expiry=NO_DATE, policy="debt")
    owe(shop, card, 20, "06-30")
    return held


def spent_and_reversed(shop: Shop, card: str) -> None:
    shop.capture(held_and_reversed(shop, card), "06-30 11:00", name="spent")
    shop.void("spent", "07-01 10:00")


def adjusted_and_owing(shop: Shop, card: str) -> None:
    shop.points(card, 100, "06-02 10:00", receipt="T-1")
    shop.adjust(card, "06-02 11:00", points=-50, name="down")
    shop.spend(card, 50, "06-02 12:00")
    shop.refund("T-1", 1000, "06-02 13:00")
    shop.void("down", "06-03 10:00")


def expired_and_saved(shop: Shop, card: str) -> None:
    shop.points(card, 50, "06-02 10:00")
    shop.books.run_due_work(t("07-03 10:00"))
    owe(shop, card, 20, "07-03")
    shop.stamp(card, 1, "07-03 11:00", channel="offline", occurred_at=t("07-02 10:00"))


def reversed_from_everywhere(shop: Shop, card: str) -> None:
    shop.points(card, 100, "06-02 10:00")
    shop.program("06-03 00:00", expiry=NO_DATE)
    shop.points(card, 100, "06-03 10:00", receipt="T")
    shop.adjust(card, "06-03 11:00", points=-30)
    shop.spend(card, 20, "06-03 12:00")
    shop.books.run_due_work(t("07-01 00:05"))
    shop.adjust(card, "07-02 10:00", points=-90)
    shop.refund("T", None, "07-03 10:00")


def merged(shop: Shop, card: str) -> None:
    other = shop.card("06-01 10:00", person="b@example.org")
    owe(shop, other)
    shop.points(card, 50, "06-03 10:00")
    shop.books.merge(key="merge", at=t("06-03 11:00"), card=other, into=card)


def used_and_owing(shop: Shop, card: str) -> None:
    shop.stamp(card, 9, "06-01 10:00")
    (code,) = shop.stamp(card, 2, "06-02 10:00", name="two").unlocked
    shop.use(code, "06-02 11:00", name="use")
    shop.void("two", "06-02 12:00")


def undone(shop: Shop, card: str) -> None:
    used_and_owing(shop, card)
    shop.void("use", "06-02 13:00")


POINTS: list[Told] = [
    Told("earning", "granted −50 · debt +20 · issued +30", lambda s, c: (owe(s, c), s.points(c, 50, "06-03 10:00"))),
    Told("bonus", "granted −50 · debt +20 · issued +30", born, settings={"birthday": Bonus(points=50)}),
    Told(
        "bonus",
        "granted −150 · debt +100 · issued +50",
        welcomed,
        settings={"welcome": Bonus(points=150, timing="first_purchase")},
    ),
    Told(
        "adjustment",
        "adjusted −50 · debt +20 · issued +30",
        lambda s, c: (owe(s, c), s.adjust(c, "06-03 10:00", points=50)),
    ),
    Told(
        "adjustment",
        "adjusted +10 · issued −10",
        lambda s, c: (s.points(c, 30, "06-02 10:00"), s.adjust(c, "06-03 10:00", points=-10)),
    ),
    Told("hold", "issued −30 · held +30", lambda s, c: (s.points(c, 30, "06-02 10:00"), hold(s, c))),
    Told(
        "capture",
        "held −30 · redeemed +30",
        lambda s, c: (s.points(c, 30, "06-02 10:00"), s.capture(hold(s, c), "06-03 10:01")),
    ),
    Told(
        "redemption",
        "issued −30 · redeemed +30",
        lambda s, c: (s.points(c, 30, "06-02 10:00"), s.spend(c, 30, "06-03 10:00")),
    ),
    Told(
        "release",
        "held −150 · absorbed +30 · debt +20 · expired +50 · issued +50",
        lambda s, c: s.release(held_and_reversed(s, c), "07-01 10:00"),
        settings={"policy": "absorb"},
    ),
    Told(
        "lapse",
        "held −150 · absorbed +30 · debt +20 · expired +50 · issued +50",
        lambda s, c: (held_and_reversed(s, c), s.books.run_due_work(t("07-02 10:00"))),
        settings={"policy": "absorb"},
    ),
    Told(
        "redemption_voided",
        "redeemed −150 · absorbed +30 · debt +20 · issued +100",
        spent_and_reversed,
        settings={"policy": "absorb"},
    ),
    Told("adjustment_voided", "adjusted −50 · debt +20 · issued +30", adjusted_and_owing),
    Told(
        "expiry",
        "issued −50 · expired +50",
        lambda s, c: (s.points(c, 50, "06-02 10:00"), s.books.run_due_work(t("07-01 00:00"))),
    ),
    Told("close", "issued −50 · expired +50", lambda s, c: (s.points(c, 50, "06-02 10:00"), s.close(c, "06-03 10:00"))),
    Told(
        "expiry_reversed",
        "expired −50 · debt +20 · issued +30",
        expired_and_saved,
        settings={"expiry": Expiry("inactivity", 30, "days")},
    ),
    Told("reversal", "granted +100 · issued −10 · expired −50 · debt −20 · absorbed −20", reversed_from_everywhere),
    Told(
        "reversal",
        "adjusted +50 · issued −20 · absorbed −30",
        lambda s, c: (
            s.adjust(c, "06-02 10:00", points=50, name="up"),
            s.spend(c, 30, "06-02 11:00"),
            s.void("up", "06-03 10:00"),
        ),
    ),
    Told("redemption", "issued −60 · debt −40 · redeemed +100", offline),
    Told("redemption", "issued −60 · absorbed −40 · redeemed +100", offline, settings={"policy": "absorb"}),
    Told(
        "debt_forgiven",
        "absorbed −20 · debt +20",
        lambda s, c: (owe(s, c), s.books.forgive_debt(key="f", at=t("06-03 10:00"), card=c, by=OWNER)),
    ),
    Told("debt_forgiven", "absorbed −20 · debt +20", lambda s, c: (owe(s, c), s.close(c, "06-03 10:00"))),
    Told("merge", "debt +20 · issued −20", merged),
]

STAMPS: list[Told] = [
    Told(
        "stamps_given",
        "granted −5 · debt +1 · issued +4",
        lambda s, c: (used_and_owing(s, c), s.stamp(c, 5, "06-03 10:00")),
        "stamps",
    ),
    Told("stamps_completed", "issued −20 · redeemed +20", lambda s, c: s.stamp(c, 23, "06-02 10:00"), "stamps"),
    Told("reversal", "granted +2 · issued −1 · debt −1", used_and_owing, "stamps"),
    Told("stamps_undone", "redeemed −10 · debt +1 · issued +9", undone, "stamps"),
    Told("stamps_undone", "redeemed −10 · absorbed +1 · issued +9", undone, "stamps", {"policy": "absorb"}),
    Told(
        "close",
        "issued −3 · expired +3",
        lambda s, c: (s.stamp(c, 3, "06-02 10:00"), s.close(c, "06-03 10:00")),
        "stamps",
    ),
]


@pytest.mark.parametrize("told", [*POINTS, *STAMPS], ids=lambda told: f"{told.kind}, {told.posted}")
def test_r76_every_row_of_the_table_is_posted_as_it_says(books: Books, told: Told) -> None:
    shop = Shop(books, **{"expiry": JUNE_ENDS, "caps": Caps(stamps_per_card=None)} | told.settings)
    shop.store("FASHIONHUB", offline_cap=OfflineCap(100, 1))
    card = shop.card("05-31 10:00")
    told.story(shop, card)
    posted: dict[str, int] = {}
    last = [each for each in books.postings(card) if each.kind == told.kind and each.unit == told.unit]
    for posting in last if told.kind == "stamps_completed" else last[-1:]:
        for account, amount in posting.lines.items():
            posted[account] = posted.get(account, 0) + amount
    assert [posted] == lines(told.posted)
