"""Section 13 of the rule book: clocks and what happened offline (R69-R72)."""

from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, Device, Expiry, OfflineCap, Policy

FAST = Device(ahead=timedelta(minutes=10), last_sync=t("06-06T09:00Z"))


@pytest.mark.parametrize(
    ("says", "effective", "flags"),
    [
        ("06-06T12:10Z", "06-06T12:00Z", set[str]()),
        ("06-06T07:00Z", "06-06T09:00Z", set[str]()),
        ("06-10T15:10Z", "06-06T15:00Z", {"clock_moved"}),
    ],
)
def test_x41_the_time_of_a_terminal_is_corrected_and_clamped(
    books: Books, says: str, effective: str, flags: set[str]
) -> None:
    shop = Shop(books)
    answer = shop.stamp(shop.card(), 1, "06-06T15:00Z", channel="offline", occurred_at=t(says), device=FAST)
    assert (answer.effective, set(answer.flags)) == (t(effective), flags)


def test_x41_others_may_be_a_day_ahead_and_no_more(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    told: dict[str, Any] = {"channel": "api", "store": None}
    near = shop.earn(card, 1000, "06-06 12:00", occurred_at=t("06-07 11:00"), **told)
    far = shop.earn(card, 1000, "06-06 12:00", occurred_at=t("06-07 13:00"), **told)
    assert (near.effective, far.code) == (t("06-06 12:00"), "time_in_future")


def test_x41_what_happened_shortly_before_the_card_was_opened_counts_as_its_opening(books: Books) -> None:
    shop = Shop(books)
    card = shop.card("06-06T10:00:05Z")
    just = shop.earn(card, 1000, "06-06T11:00Z", channel="api", occurred_at=t("06-06T10:00:00Z"))
    long = shop.earn(card, 1000, "06-06T11:00Z", channel="api", occurred_at=t("06-06T09:40Z"))
    assert (just.effective, long.code) == (t("06-06T10:00:05Z"), "before_card_opened")


def redeemed_offline(books: Books, policy: Policy) -> tuple[Shop, str]:
    shop = Shop(books, policy=policy)
    zone = "Europe/Luxembourg"
    books.set_store(key=key(), at=t("01-01 00:00"), store="FASHIONHUB", zone=zone, offline_cap=OfflineCap(100, 2))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 60, "06-06 10:00")
    answer = books.redeem_offline(
        key="offline", at=t("06-06 15:00"), card=card, reward=gift, occurred_at=t("06-06 12:00"), store="FASHIONHUB"
    )
    assert (answer.missing, set(answer.flags)) == (40, {"points_missing"})
    return shop, card


def test_x42_points_missing_offline_become_a_debt(books: Books) -> None:
    shop, card = redeemed_offline(books, "debt")
    assert shop.booked(card, "offline") == lines("issued −60 · debt −40 · redeemed +100")
    assert books.balance(card) == -40


def test_x42_with_absorb_they_are_written_off(books: Books) -> None:
    shop, card = redeemed_offline(books, "absorb")
    assert shop.booked(card, "offline") == lines("issued −60 · absorbed −40 · redeemed +100")
    assert books.balance(card) == 0


def test_r72_the_void_of_an_offline_redemption_gives_the_missing_part_back_first_as_a_credit(books: Books) -> None:
    shop, card = redeemed_offline(books, "debt")
    shop.points(card, 15, "06-07 10:00")
    assert books.debt(card) == 25
    shop.void("offline", "06-08 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −100 · debt +25 · issued +75")
    assert shop.lots(card) == ["60/2027-06-06", "15/2027-06-08"]


def test_r72_lots_usable_then_are_consumed_though_they_have_expired_since(books: Books) -> None:
    shop = Shop(books, expiry=Expiry("fixed", month=6, day=30, min_days=1))
    zone = "Europe/Luxembourg"
    books.set_store(key=key(), at=t("01-01 00:00"), store="FASHIONHUB", zone=zone, offline_cap=OfflineCap(100, 2))
    card, gift = shop.card(), shop.reward("gift", 100)
    shop.points(card, 130, "06-06 10:00")
    books.run_due_work(t("07-01 00:05"))
    told: dict[str, Any] = {"occurred_at": t("06-30 23:00"), "store": "FASHIONHUB", "card": card, "reward": gift}
    assert books.redeem_offline(key="offline", at=t("07-01 09:00"), **told).missing == 0
    assert shop.booked_as(card, "expiry_reversed") == lines("expired −100 · issued +100")
    assert (books.balance(card), shop.booked_as(card, "redemption")) == (0, lines("issued −100 · redeemed +100"))


def test_r71_what_a_revoked_device_did_before_waits_for_a_manager(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    device = Device(revoked_at=t("06-06 12:00"))
    before: dict[str, Any] = {"channel": "offline", "device": device, "occurred_at": t("06-06 11:00")}
    waiting = shop.stamp(card, 1, "06-06 15:00", name="waiting", **before)
    after = shop.stamp(card, 1, "06-06 15:00", channel="offline", device=device, occurred_at=t("06-06 12:00"))
    assert (waiting.verdict, after.verdict, books.stamps(card)) == ("review", "refused", "0/10")
    assert shop.stamp(card, 1, "06-06 16:00", linked_to="waiting", by=MANAGER, **before).given == 1
