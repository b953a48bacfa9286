"""Section 13 of the rule book beside its examples: clocks, devices, what happened offline, what came too late (R69-R73)."""

from datetime import timedelta
from typing import Any

import pytest

from rulebook.given import Shop, key, lines, t
from rulebook.speaking import Books
from rulebook.terms import MANAGER, By, Caps, Device, Expiry, OfflineCap
from rulebook.views import Answer

NOW = "06-06T15:00Z"


@pytest.mark.parametrize(
    ("ahead", "says", "effective"),
    [
        (timedelta(0), "06-06T12:00Z", "06-06T12:00Z"),
        (timedelta(minutes=-10), "06-06T12:00Z", "06-06T12:10Z"),
        (timedelta(minutes=10), "06-06T12:00Z", "06-06T11:50Z"),
        (timedelta(seconds=1, milliseconds=500), "06-06T12:00:01Z", "06-06T11:59:59.500Z"),
    ],
)
def test_r69_the_time_of_a_terminal_is_corrected_by_how_far_its_clock_was_ahead(
    books: Books, ahead: timedelta, says: str, effective: str
) -> None:
    shop, device = Shop(books), Device(ahead=ahead, last_sync=t("06-06T09:00Z"))
    answer = shop.stamp(shop.card(), 1, NOW, channel="offline", occurred_at=t(says), device=device)
    assert answer.effective == t(effective)


@pytest.mark.parametrize(
    ("said", "effective", "moved"),
    [
        ("06-07T15:00Z", NOW, False),
        ("06-07T15:01Z", NOW, True),
        ("06-05T09:00Z", "06-06T09:00Z", False),
        ("06-05T08:59Z", "06-06T09:00Z", True),
    ],
)
def test_r70_a_terminal_is_clamped_whatever_the_distance_and_flagged_beyond_a_day(
    books: Books, said: str, effective: str, moved: bool
) -> None:
    shop, device = Shop(books), Device(last_sync=t("06-06T09:00Z"))
    answer = shop.earn(shop.card(), 1000, NOW, channel="offline", occurred_at=t(said), device=device)
    assert (answer.effective, set(answer.flags)) == (t(effective), {"clock_moved"} if moved else set())


@pytest.mark.parametrize(
    ("said", "code"),
    [("06-07T15:00Z", None), ("06-07T15:00:01Z", "time_in_future"), ("06-01T10:00Z", None)],
)
def test_r70_an_integrator_is_believed_for_the_past_and_a_day_ahead(books: Books, said: str, code: str | None) -> None:
    shop = Shop(books)
    answer = shop.earn(shop.card(), 1000, NOW, channel="api", occurred_at=t(said))
    assert (answer.code, answer.effective) == (code, None if code else min(t(said), t(NOW)))


@pytest.mark.parametrize("channel", ["api", "offline"])
@pytest.mark.parametrize(("said", "code"), [("06-06T09:45Z", None), ("06-06T09:44:59Z", "before_card_opened")])
def test_r70_a_quarter_of_an_hour_before_the_opening_counts_as_the_opening(
    books: Books, channel: str, said: str, code: str | None
) -> None:
    shop = Shop(books)
    card = shop.card("06-06T10:00Z")
    answer = shop.earn(card, 1000, NOW, channel=channel, occurred_at=t(said))
    assert (answer.code, answer.effective) == (code, None if code else t("06-06T10:00Z"))


def test_r71_what_a_device_saved_up_is_applied_in_its_sequence_and_told_twice_counts_once(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_card=3))
    card = shop.card()
    for _ in range(2):
        saved = [
            shop.stamp(card, 2, NOW, name=f"saved {n}", channel="offline", occurred_at=t(f"06-06T1{n}:00Z"))
            for n in range(3)
        ]
    assert [(answer.verdict, answer.given) for answer in saved] == [("applied", 2), ("applied", 1), ("refused", 0)]
    assert books.stamps(card) == "3/10"


def test_r71_stock_and_codes_go_by_the_recording(books: Books) -> None:
    shop = Shop(books)
    shop.store("FASHIONHUB", offline_cap=OfflineCap(100, 3))
    card = shop.card()
    shop.points(card, 100, "06-01 10:00")
    gift = shop.reward("gift", 10, "06-01 10:00", stock=1)
    shop.redeem(card, gift, "06-06 16:00")
    late = offline(books, card, gift, "06-06 17:00", "06-06 15:00")
    assert (late.accepted, set(late.flags), books.stock(gift)) == (True, {"stock_missing"}, -1)


@pytest.mark.parametrize("by", [MANAGER])
def test_r71_a_revoked_device_is_quarantined_for_points_too(books: Books, by: Any) -> None:
    shop = Shop(books)
    card, device = shop.card(), Device(revoked_at=t("06-06 12:00"))
    told: dict[str, Any] = {"channel": "offline", "device": device, "occurred_at": t("06-06 11:59")}
    assert shop.earn(card, 1000, "06-06 15:00", name="waits", **told).verdict == "review"
    assert books.balance(card) == 0
    assert shop.earn(card, 1000, "06-06 16:00", linked_to="waits", by=by, **told).verdict == "applied"
    after = told | {"occurred_at": t("06-06 12:00")}
    assert shop.earn(card, 1000, "06-06 16:00", linked_to="waits", by=by, **after).code == "device_revoked"


def offline(books: Books, card: str, reward: str, at: str, happened: str, **more: Any) -> Answer:
    told: dict[str, Any] = {"key": key("offline"), "store": "FASHIONHUB"} | more
    return books.redeem_offline(at=t(at), card=card, reward=reward, occurred_at=t(happened), **told)


def with_cap(books: Books, points: int, operations: int, **changed: Any) -> tuple[Shop, str]:
    shop = Shop(books, **changed)
    shop.store("FASHIONHUB", offline_cap=OfflineCap(points, operations))
    card = shop.card()
    shop.points(card, 100, "06-01 10:00")
    return shop, card


def test_r72_a_store_says_how_much_and_how_often_and_without_a_word_never(books: Books) -> None:
    shop, card = with_cap(books, 20, 2)
    small, large = shop.reward("small", 10, "06-01 10:00"), shop.reward("large", 21, "06-01 10:00")
    codes = [offline(books, card, large, "06-06 11:00", "06-06 10:00").code]
    codes += [offline(books, card, small, "06-06 11:00", "06-06 10:00").code for _ in range(3)]
    codes += [offline(books, card, small, "06-07 11:00", "06-07 00:00").code]
    codes += [offline(books, card, small, "06-07 11:00", "06-07 10:00", store="FASHIONOUTLET").code]
    assert codes == ["points_too_large", None, None, "cap_card_day", None, "offline_not_allowed"]


def test_r72_lots_that_were_earned_since_are_taken_before_anybody_owes(books: Books) -> None:
    shop, card = with_cap(books, 200, 1)
    gift = shop.reward("gift", 150, "06-01 10:00")
    shop.points(card, 80, "06-06 12:00")
    answer = offline(books, card, gift, "06-06 13:00", "06-06 11:00")
    assert (answer.missing, books.balance(card), books.debt(card)) == (0, 30, 0)


def test_r72_a_lot_that_had_lapsed_by_then_is_not_taken(books: Books) -> None:
    shop, card = with_cap(books, 200, 1, expiry=Expiry("fixed", month=6, day=5, min_days=1))
    gift = shop.reward("gift", 60, "06-01 10:00")
    answer = offline(books, card, gift, "06-06 13:00", "06-06 00:00", key="late")
    assert (answer.missing, books.debt(card)) == (60, 60)
    assert shop.booked(card, "late") == lines("debt −60 · redeemed +60")


def test_r72_with_absorb_the_void_undoes_the_write_off(books: Books) -> None:
    shop, card = with_cap(books, 200, 1, policy="absorb")
    gift = shop.reward("gift", 150, "06-01 10:00")
    assert offline(books, card, gift, "06-06 13:00", "06-06 12:00", key="off").missing == 50
    shop.void("off", "06-07 10:00", name="void")
    assert shop.booked(card, "void") == lines("redeemed −150 · absorbed +50 · issued +100")
    assert books.balance(card) == 100


def too_late(shop: Shop, card: str, not_after: str) -> list[str | None]:
    code, held = shop.books.rewards(card)[0].redeem_code, shop.hold(card, "gift", "06-06 10:00:00")
    told: dict[str, Any] = {"not_after": t(not_after)}
    return [
        shop.books.hold(key=key(), at=t("06-06 10:00:30"), card=card, reward="gift", **told).code,
        shop.capture(held, "06-06 10:00:30", **told).code,
        shop.redeem(card, "gift", "06-06 10:00:30", **told).code,
        shop.use(code, "06-06 10:00:30", **told).code,
    ]


@pytest.mark.parametrize(("not_after", "code"), [("06-06 10:00:30", None), ("06-06 10:00:29", "too_late")])
def test_r73_hold_capture_redeem_and_use_are_done_in_time_or_not_at_all(
    books: Books, not_after: str, code: str | None
) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.reward("gift", 10)
    shop.points(card, 100, "06-06 09:00")
    shop.stamp(card, 10, "06-06 09:00")
    assert too_late(shop, card, not_after) == [code] * 4
    assert books.balance(card) == (100 if code else 80)


def test_r71_offline_redemptions_wait_or_are_refused_with_their_device_too(books: Books) -> None:
    shop, card = with_cap(books, 200, 5)
    gift, device = shop.reward("gift", 10, "06-01 10:00"), Device(revoked_at=t("06-06 12:00"))
    told = [offline(books, card, gift, "06-06 15:00", at, device=device) for at in ("06-06 11:00", "06-06 13:00")]
    assert [answer.code for answer in told] == ["review", "device_revoked"]


@pytest.mark.parametrize(("by", "code"), [(MANAGER, None), (By("anna"), "void_not_allowed")])
def test_r71_a_quarantined_redemption_is_sent_again_by_a_manager_alone(books: Books, by: By, code: str | None) -> None:
    shop, card = with_cap(books, 200, 5)
    gift, device = shop.reward("gift", 10, "06-01 10:00"), Device(revoked_at=t("06-06 12:00"))
    told: dict[str, Any] = {"device": device, "by": by}
    assert offline(books, card, gift, "06-06 15:00", "06-06 11:00", key="waits", device=device).code == "review"
    assert offline(books, card, gift, "06-06 16:00", "06-06 11:00", linked_to="waits", **told).code == code
    assert (
        offline(books, card, gift, "06-06 16:00", "06-06 11:00", linked_to="nothing", **told).code
        == "operation_unknown"
    )
