"""Section 1 of the rule book: what a refusal changes, which is nothing, and what an event says (R7, R8)."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from rulebook.deciders import DecidedBooks
from rulebook.faults import ORDER, Fault, Faulty
from rulebook.given import NO_DATE, ROLLING, Shop, day, key, t
from rulebook.speaking import Books
from rulebook.terms import CampaignTerms, Caps, Device, Expiry, Rate
from stampbook_events import ledger as told

IDLE = Expiry("inactivity", 30, "days")
REFUSALS: dict[str, type] = {
    "earn": told.EarningRefused,
    "give_stamps": told.StampsRefused,
    "redeem": told.RedemptionRefused,
    "redeem_offline": told.RedemptionRefused,
    "hold": told.ReservationRefused,
    "capture": told.ReservationRefused,
    "use_reward": told.CodeRefused,
    "adjust": told.AdjustmentRefused,
}


def test_r07_a_refusal_is_no_activity(books: Books) -> None:
    shop = Shop(books, expiry=IDLE)
    card = shop.card()
    shop.points(card, 10, "06-01 10:00")
    assert shop.earn(card, 0, "06-05 10:00").code == "amount_not_positive"
    assert shop.stamp(card, 0, "06-05 10:00").code == "stamps_not_positive"
    assert shop.spend(card, 11, "06-05 10:00").code == "not_enough_points"
    assert shop.lots(card) == ["10/2026-07-01"]


def test_r07_a_refusal_counts_for_no_cap_and_starts_no_cooldown(books: Books) -> None:
    shop = Shop(books, caps=Caps(stamps_per_card=3))
    card = shop.card()
    shop.stamp(card, 1, "06-06 10:00:00")
    assert shop.stamp(card, 2, "06-06 10:00:20").code == "cooldown"
    assert shop.stamp(card, 2, "06-06 10:00:30").given == 2


def test_r07_a_refusal_takes_neither_stock_nor_limit(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 10, stock=1, limit=1)
    assert shop.redeem(card, gift, "06-06 10:00").code == "not_enough_points"
    shop.points(card, 10, "06-06 11:00")
    assert (books.stock(gift), shop.redeem(card, gift, "06-06 11:00").accepted) == (1, True)


@pytest.mark.parametrize("method", ORDER)
def test_r07_each_kind_of_operation_has_its_own_refusal_event_with_one_code(method: str) -> None:
    books = DecidedBooks()
    shop, fault = Faulty(books), next(each for each in ORDER[method] if each.code == "card_frozen")
    card = shop.arrange((fault,))
    before = len(books.log)
    shop.ask(method, card, (fault,))
    (refusal,) = books.log[before:]
    assert (type(refusal.event), refusal.event.code) == (REFUSALS[method], "card_frozen")
    assert refusal.aggregate == books.card_id(card)


def test_r07_a_refusal_writes_nothing_but_itself() -> None:
    books = DecidedBooks()
    fault = Fault("card_frozen", "06-06 09:39:55", lambda shop, card: shop.freeze(card, "06-06 09:39:55"))
    shop = Faulty(books)
    card = shop.arrange((fault,))
    books.tenant.changes = type(books.tenant.changes)()
    shop.ask("redeem", card, (fault,))
    assert books.tenant.changes == type(books.tenant.changes)(touched={books.card_id(card)})


# R8


def decided(**changed: Any) -> tuple[DecidedBooks, Shop, str]:
    books = DecidedBooks()
    shop = Shop(books, **changed)
    return books, shop, shop.card()


def last_of(books: DecidedBooks, kind: type) -> Any:
    return [logged.event for logged in books.log if isinstance(logged.event, kind)][-1]


def test_r08_a_purchase_says_where_when_by_which_versions_and_under_which_policy() -> None:
    books, shop, card = decided(policy="absorb")
    books.publish_campaign(key=key(), at=t("01-01 00:00"), campaign="all", terms=CampaignTerms("FG", 150))
    shop.program("02-01 00:00", policy="absorb")
    shop.earn(card, 1000, "06-06 10:00", channel="offline", occurred_at=t("06-05 23:30"), receipt="T-1")
    event, logged = last_of(books, told.PointsEarned), books.log[-1]
    assert (event.program_version, event.store_id, event.day) == (2, books.store("FASHIONHUB"), day("2026-06-05"))
    assert [(one.campaign_version, one.multiplier) for one in event.campaigns] == [(1, 150)]
    assert (event.points, event.base, event.campaign, event.policy, event.receipt) == (30, 20, 10, "absorb", "T-1")
    assert (logged.recorded_at, logged.effective_at) == (t("06-06 10:00"), t("06-05 23:30"))


def test_r08_a_time_that_was_moved_is_told_beside_what_was_said() -> None:
    books, shop, card = decided()
    said = t("06-02 10:00")
    clock = Device(last_sync=t("06-05 09:00"))
    shop.earn(card, 1000, "06-06 10:00", channel="offline", occurred_at=said, device=clock)
    event, logged = last_of(books, told.PointsEarned), books.log[-1]
    assert (event.said_at, event.flags) == (said, ("clock_moved",))
    assert (logged.recorded_at, logged.effective_at) == (t("06-06 10:00"), t("06-05 09:00"))


def test_r08_a_redemption_names_each_lot_it_took_from_and_the_version_of_the_reward() -> None:
    books, shop, card = decided(expiry=ROLLING)
    shop.points(card, 30, "06-01 10:00", name="A")
    shop.points(card, 40, "06-02 10:00", name="B")
    shop.spend(card, 50, "06-06 10:00")
    event = last_of(books, told.RewardRedeemed)
    taken = [(books.lot_name(moved.lot_id), moved.free, moved.redeemed) for moved in event.moves.moved]
    assert taken == [("A", -30, 30), ("B", -20, 20)]
    assert (event.reward_version, event.cost, event.quantity) == (1, 50, 1)


def test_r08_a_reversal_names_the_lots_it_touched_and_what_is_owed() -> None:
    books, shop, card = decided(expiry=NO_DATE)
    shop.points(card, 30, "06-01 10:00", name="A", receipt="T-1")
    shop.points(card, 20, "06-02 10:00", name="B")
    shop.spend(card, 40, "06-03 10:00")
    shop.refund("T-1", 1500, "06-04 10:00")
    event = last_of(books, told.PurchaseRefunded)
    assert [(books.lot_name(moved.lot_id), moved.reversed) for moved in event.moves.moved] == [("B", 10)]
    assert {line.account: line.amount for line in event.moves.lines} == {"granted": 30, "issued": -10, "debt": -20}


def test_r08_a_credit_says_how_much_of_it_repaid_a_debt() -> None:
    books, shop, card = decided()
    shop.points(card, 30, "06-01 10:00", receipt="T-1")
    shop.spend(card, 30, "06-01 11:00")
    shop.refund("T-1", 1500, "06-01 12:00")
    shop.points(card, 50, "06-02 10:00")
    event = last_of(books, told.PointsEarned)
    assert {line.account: line.amount for line in event.moves.lines} == {"granted": -50, "debt": 30, "issued": 20}
    assert [lot.points for lot in event.moves.opened] == [20]


def test_r08_later_steps_read_what_was_recorded_and_not_the_settings_of_today(books: Books) -> None:
    shop = Shop(books, policy="debt")
    card = shop.card()
    shop.earn(card, 1000, "06-01 10:00", receipt="T-1")
    shop.spend(card, 20, "06-01 11:00")
    shop.program("06-02 00:00", policy="absorb", rates={"EUR": Rate(5, 100)})
    shop.refund("T-1", 1000, "06-03 10:00", name="refund")
    assert shop.booked(card, "refund") == [{"granted": 20, "debt": -20}]


CODED = {
    "because", "card_number", "code", "codes", "currency", "flags", "old_number", "period", "rates", "receipt",
    "refund_number", "zone",
}  # fmt: skip
OF_THE_MERCHANT = {"descriptions", "names"}
A_REASON = {"override"}  # R62 wants it named; at most 64 letters.


def test_r08_no_event_holds_free_text_of_or_about_a_person() -> None:
    texts = {name for kind in get_args(told.LedgerEvent) for name in texts_of(kind)}
    assert texts == CODED | OF_THE_MERCHANT | A_REASON


def texts_of(kind: type[msgspec.Struct]) -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        for part in parts_of(field.type):
            if part is str:
                yield field.name
            elif isinstance(part, type) and issubclass(part, msgspec.Struct):
                yield from texts_of(part)


def parts_of(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        return
    if not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)
