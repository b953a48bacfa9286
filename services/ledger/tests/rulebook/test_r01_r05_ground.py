"""Section 1 of the rule book beside its examples: whole numbers, times, days, keys (R1-R5)."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.days import end_of, local_day
from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import OWNER, STAFF, CampaignTerms, Caps, Device, Expiry, Rate

DAY = Expiry("rolling", 1, "days")
AZORES = "Atlantic/Azores"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("points", "code"), [(0.5, "points_not_whole"), (0, "points_not_positive"), (1_000_000_000, "points_too_large")]
)
def test_r01_points_by_hand_are_whole_and_in_range_up_and_down(
    books: Books, points: float, code: str, sign: int
) -> None:
    shop = Shop(books)
    answer = shop.adjust(shop.card(), "06-06 10:00", points=sign * points)
    assert (answer.accepted, answer.code) == (False, code)


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0.5, "amount_not_whole"), (0, "amount_not_positive"), (1_000_000_000, "amount_too_large")],
)
def test_r01_what_comes_back_is_whole_and_in_range_too(books: Books, amount: float, code: str) -> None:
    shop = Shop(books)
    shop.earn(shop.card(), 1000, "06-06 10:00", receipt="T-1")
    assert shop.refund("T-1", amount, "06-06 11:00").code == code


def test_r01_the_smallest_and_the_largest_are_taken(books: Books) -> None:
    shop = Shop(books, rates={"EUR": Rate(1, 1)}, caps=Caps(stamps_per_card=None))
    card = shop.card()
    assert [shop.earn(card, amount, "06-06 10:00").points for amount in (1, 999_999_999)] == [1, 999_999_999]
    assert [shop.stamp(card, n, "06-06 10:00", override="busy").given for n in (1, 100)] == [1, 100]


def test_r02_what_arrives_late_changes_nothing_that_was_recorded_before_it(books: Books) -> None:
    shop = Shop(books, caps=Caps(points_per_card=200))
    card = shop.card()
    noon = shop.earn(card, 8490, "06-06 12:00")
    morning = shop.earn(card, 8490, "06-06 13:00", channel="offline", occurred_at=t("06-06 09:00"))
    assert (noon.points, morning.points, books.balance(card)) == (169, 31, 200)
    assert [posting.effective for posting in books.postings(card)] == [t("06-06 12:00"), t("06-06 09:00")]


def test_r02_version_campaign_day_and_dates_go_by_the_effective_time(books: Books) -> None:
    shop = Shop(books)
    card, june = shop.card(), CampaignTerms("FG", 200, last_day=day("2026-06-30"))
    books.publish_campaign(key=key(), at=t("01-01 00:00"), campaign="june", terms=june)
    shop.program("06-20 09:00", "07-01 00:00", rates={"EUR": Rate(1, 100)})
    late = shop.earn(card, 1000, "07-01 09:00", channel="offline", occurred_at=t("06-30 20:00"))
    assert (late.version, late.base, late.campaign, late.effective) == (1, 20, 20, t("06-30 20:00"))
    assert shop.lots(card) == ["40/2027-06-30"]


def test_r02_what_is_neither_earned_nor_offline_counts_when_it_is_recorded(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 50, "06-05 10:00", receipt="T-1")
    told = [shop.adjust(card, "06-06 10:00", points=5), shop.spend(card, 10, "06-06 10:00")]
    told += [shop.refund("T-1", 100, "06-06 10:00")]
    assert [answer.effective for answer in told] == [t("06-06 10:00")] * 3


def test_r02_work_by_the_clock_counts_at_its_due_time(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10)
    shop.points(card, 50, "06-06 10:00")
    shop.hold(card, gift, "06-06 11:00")
    books.run_due_work(t("06-08 09:00"))
    lapse = books.postings(card)[-1]
    assert (lapse.recorded_at, lapse.effective) == (t("06-08 09:00"), t("06-06 13:00"))


def test_r03_the_local_day_is_that_of_the_store_of_the_operation_else_of_the_home_store(books: Books) -> None:
    shop = Shop(books, expiry=DAY)
    far, late = shop.store("FAR", zone=AZORES), "06-06T22:30Z"
    at_home = shop.card()
    for store in ("FASHIONHUB", far, None):
        shop.points(at_home, 10, late, store=store, channel="api", name=f"at {store}")
    days = {lot.source: lot.expires_on for lot in books.lots(at_home)}
    assert days == {
        "at FASHIONHUB": day("2026-06-08"),
        "at FAR": day("2026-06-07"),
        "at None": day("2026-06-08"),
    }


def test_r03_a_cap_of_the_day_counts_by_the_day_of_the_store(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_card=3))
    far, card = shop.store("FAR", zone=AZORES), shop.card()
    assert shop.stamp(card, 3, "06-06T21:00Z").given == 3
    assert shop.stamp(card, 3, "06-06T22:30Z", store=far).code == "cap_card_day"
    assert shop.stamp(card, 3, "06-06T22:30Z").given == 3


def test_r04_a_later_change_of_a_zone_moves_no_date(books: Books) -> None:
    shop = Shop(books, expiry=DAY)
    card = shop.card()
    shop.points(card, 10, "06-06T10:00Z")
    shop.store("FASHIONHUB", "06-06T11:00Z", zone="Asia/Tokyo")
    shop.points(card, 20, "06-06T12:00Z")
    assert [(lot.free, lot.expires_at) for lot in books.lots(card)] == [
        (20, t("06-07T15:00Z")),
        (10, t("06-07T22:00Z")),
    ]


def test_r04_until_a_day_means_up_to_its_end_and_not_at_it(books: Books) -> None:
    shop = Shop(books, expiry=DAY)
    card = shop.card()
    shop.points(card, 30, "06-06 10:00")
    ends = t("06-07T22:00Z")
    assert (books.balance(card, ends - timedelta(microseconds=1)), books.balance(card, ends)) == (30, 0)


ZONES = (
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Luxembourg",
    "Pacific/Apia",  # left out a whole day in 2011
    "Pacific/Kiritimati",
)


@pytest.mark.parametrize("zone", ZONES)
def test_r04_a_day_ends_when_the_date_stays_after_it_wherever_clocks_are_changed(zone: str) -> None:
    for passed in range(365 * 20):
        each = date(2010, 1, 1) + timedelta(days=passed)
        ends = end_of(each, zone)
        assert local_day(ends, zone) > each
        assert local_day(ends - timedelta(microseconds=1), zone) <= each
        later = [local_day(ends + timedelta(hours=hours), zone) for hours in (0.5, 1, 1.5, 2)]
        assert min(later) > each


def test_r05_a_key_is_asked_before_every_other_check(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.points(card, 60, "06-06 10:00", receipt="T-1", name="bought")
    told: dict[str, Any] = {"name": "k", "not_after": t("06-06 10:30:30")}
    first = shop.spend(card, 20, "06-06 10:30", **told)
    books.set_merchant(key=key(), at=t("06-06 11:00"), state="suspended")
    shop.close(card, "06-06 12:00")
    assert shop.spend(card, 20, "06-08 10:00", **told | {"not_after": t("06-08 09:00")}) == first
    assert (first.points, shop.points(card, 60, "06-08 10:00", receipt="T-1", name="bought").points) == (20, 60)


def test_r05_whatever_is_told_twice_is_done_once(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    told: list[tuple[str, dict[str, Any]]] = [
        ("earn", {"card": card, "amount": 5000, "store": "FASHIONHUB", "receipt": "T-1"}),
        ("give_stamps", {"card": card, "n": 3, "store": "FASHIONHUB", "device": Device()}),
        ("adjust", {"card": card, "points": 7, "by": OWNER}),
        ("refund", {"program": "FG", "receipt": "T-1", "store": "FASHIONHUB", "amount": 1000}),
        ("void", {"operation": "give_stamps", "by": STAFF, "store": "FASHIONHUB"}),
        ("freeze", {"card": card}),
    ]
    for method, words in told * 2:
        assert getattr(books, method)(key=method, at=t("06-06 10:00"), **words).accepted
    assert (books.balance(card), books.stamps(card), len(books.postings(card))) == (87, "0/10", 5)
