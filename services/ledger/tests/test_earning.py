"""Purchases earn points, as the rule book says (R1, R2, R6, R13-R19, R70)."""

from datetime import date, timedelta

import msgspec
import pytest

from ledger.domain.account import entry
from ledger.testing import (
    CARD,
    FASHIONOUTLET,
    FG,
    HUB,
    MERCHANT,
    NOON,
    OUTLET,
    at,
    earn,
    given,
    open_card,
    opened,
    publish,
    stamp,
)
from stampbook_events.ledger import EarningRefused, Moves, PointsEarned, Rate, RollingExpiry, Rules

PLAIN = publish(welcome_points=0)
YEAR = Rules(expiry=RollingExpiry(count=12, unit="months"))
SHOP = (PLAIN, HUB, open_card())


def test_a_purchase_earns_points_pro_rata_rounded_down() -> None:
    given(*SHOP).when(earn(8490, "T-1001")).gives(points=169, balance=169, receipt="T-1001", program_version=1)


def test_the_whole_event_says_who_bought_what_where() -> None:
    after = given(*SHOP).when(earn(8490))
    after.then(
        PointsEarned(
            card_id=CARD,
            customer_id=opened().customer_id,
            program_id=FG,
            program_version=1,
            store_id=HUB.store_id,
            amount_minor=8490,
            currency="EUR",
            points=169,
            base=169,
            balance=169,
            available=169,
            day=date(2026, 6, 6),
            moves=Moves(lines=entry("points", granted=-169, issued=169), opened=after.events[0].moves.opened),
        )
    )


def test_the_lot_of_a_purchase_bears_the_events_id_and_says_when_it_ends() -> None:
    after = given(publish(welcome_points=0, rules=YEAR), HUB, open_card()).when(earn(8490)).gives(points=169)
    (lot,) = after.events[0].moves.opened
    assert (lot.lot_id, lot.points, lot.zone) == (after.decision.result["operation_id"], 169, "Europe/Luxembourg")
    assert (lot.effective_at, lot.expires_on, lot.expires_at) == (NOON, date(2027, 6, 6), at(365 * 24 * 60 + 600))


@pytest.mark.parametrize(("rounding", "points"), [("down", 169), ("nearest", 170), ("up", 170)])
def test_rounding_is_the_programs(rounding: str, points: int) -> None:
    given(publish(welcome_points=0, rounding=rounding), HUB, open_card()).when(earn(8490)).gives(points=points)


def test_a_purchase_too_small_for_a_point_is_recorded_without_lot_or_posting() -> None:
    changes = given(*SHOP).when(earn(49, "T-2")).gives(points=0, balance=0).tenant.changes
    assert (changes.new_lots, changes.posted, len(changes.receipts)) == ({}, [], 1)


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "points"),
    [("JPY", Rate(points=1, per_minor=100), 12_345, 123), ("KWD", Rate(points=1, per_minor=1000), 12_345, 12)],
)
def test_other_currencies_have_their_own_minor_units(currency: str, rate: Rate, amount: int, points: int) -> None:
    program = publish(welcome_points=0, rates={currency: rate})
    given(program, HUB, open_card()).when(earn(amount, currency=currency)).gives(points=points)


def test_a_currency_without_a_rate_is_not_converted() -> None:
    given(*SHOP).when(earn(100, currency="CHF")).refused("currency_not_accepted", accepted=["EUR"])


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0, "amount_not_positive"), (-1, "amount_not_positive"), (1_000_000_000, "amount_too_large")],
)
def test_amounts_have_bounds(amount: int, code: str) -> None:
    given(*SHOP).when(earn(amount)).refused(code)


def test_the_largest_amount_is_counted_exactly() -> None:
    program = publish(welcome_points=0, rates={"EUR": Rate(points=1_000_000, per_minor=1)})
    given(program, HUB, open_card()).when(earn(999_999_999)).gives(points=999_999_999_000_000)


def test_the_answer_names_operation_points_balance_and_stamps() -> None:
    answer = given(*SHOP, stamp(3)).when(earn(1000)).answers(points=20, balance=20, stamps=3, stamp_target=10)
    assert answer.tenant.changes.new_lots == {answer.decision.result["operation_id"]: CARD}


def test_a_receipt_is_recorded_once_and_the_refusal_names_the_first() -> None:
    after = given(*SHOP, earn(8490, "T-1001")).when(earn(8490, " t-1001 ")).refused("receipt_already_recorded")
    assert after.decision.result["first"]["card_id"] == CARD


def test_a_receipt_may_be_stamped_once_besides() -> None:
    given(*SHOP, earn(8490, "T-1001")).when(stamp(1, "T-1001")).gives(count=1, receipt="T-1001")


def test_a_receipt_of_the_sister_store_is_another_one() -> None:
    given(*SHOP, OUTLET, earn(8490, "T-1001")).when(earn(8490, "T-1001", store_id=FASHIONOUTLET)).gives(points=169)


def test_a_refused_purchase_takes_no_receipt_number() -> None:
    given(*SHOP, earn(0, "T-1003")).when(earn(8490, "T-1003")).gives(points=169)


@pytest.mark.parametrize("receipt", ["", "  ", "A" * 65, "T\x07", "T\n1"])
def test_a_receipt_no_till_could_print_is_refused(receipt: str) -> None:
    given(*SHOP).when(earn(100, receipt)).refused("receipt_invalid")


@pytest.mark.parametrize("receipt", ["A" * 64, "№ 7/é"])
def test_any_printable_receipt_is_taken(receipt: str) -> None:
    given(*SHOP).when(earn(100, receipt)).gives(receipt=receipt.upper())


def test_a_store_nobody_told_us_of_is_refused() -> None:
    given(PLAIN, open_card()).when(earn(100)).refused("store_unknown")


def test_a_store_of_another_program_is_refused() -> None:
    given(PLAIN, HUB, open_card(), msgspec.structs.replace(HUB, program_id=MERCHANT)).when(earn(100)).refused(
        "store_unknown"
    )


@pytest.mark.parametrize("loyalty", ["draft", "paused"])
def test_a_store_that_is_not_live_gives_nothing(loyalty: str) -> None:
    given(PLAIN, msgspec.structs.replace(HUB, loyalty=loyalty), open_card()).when(earn(100)).refused(
        "not_live", loyalty=loyalty
    )


def test_a_pilot_store_gives_points() -> None:
    given(PLAIN, msgspec.structs.replace(HUB, loyalty="pilot"), open_card()).when(earn(100)).gives(points=2)


def test_an_unknown_card_is_refused_on_the_merchants_own_page() -> None:
    after = given(PLAIN, HUB).when(earn(100)).refused("card_unknown")
    assert [fact.aggregate for fact in after.decision.facts] == [MERCHANT]


def test_the_store_is_asked_before_the_card_and_the_card_before_the_amount() -> None:
    given(PLAIN).when(earn(0)).refused("store_unknown")
    given(PLAIN, HUB).when(earn(0)).refused("card_unknown")
    given(*SHOP).when(earn(0, "\n"), said=at(60 * 25)).refused("amount_not_positive")
    given(*SHOP).when(earn(1, "\n", channel="api"), said=at(60 * 25)).refused("time_in_future")
    given(*SHOP).when(earn(1, "\n", currency="CHF")).refused("currency_not_accepted")


def test_a_command_taken_too_late_is_refused_before_anything_else() -> None:
    given().when(earn(0), late=True).refused("too_late")


def test_a_refusal_is_an_event_on_the_card() -> None:
    after = given(*SHOP).when(earn(0))
    after.then(EarningRefused(card_id=CARD, store_id=HUB.store_id, code="amount_not_positive"))
    card = after.tenant.cards[CARD]
    assert (card.version, card.holdings.balance(NOON)) == (2, 0)


def test_without_a_word_it_happened_when_it_was_recorded() -> None:
    given(*SHOP).when(earn(100)).happened(NOON)


def test_an_integrators_time_up_to_a_day_ahead_becomes_the_recording() -> None:
    given(*SHOP).when(earn(100, channel="api"), said=NOON + timedelta(hours=23)).happened(NOON)
    given(*SHOP).when(earn(100, channel="api"), said=NOON + timedelta(hours=25)).refused("time_in_future")


def test_a_terminals_time_ahead_always_becomes_the_recording() -> None:
    given(*SHOP).when(earn(100), said=NOON + timedelta(hours=25)).happened(NOON).gives(flags=("clock_moved",))


def test_a_time_shortly_before_the_opening_becomes_the_opening() -> None:
    given(*SHOP).when(earn(100), said=at(-75)).happened(at(-60))
    given(*SHOP).when(earn(100), said=at(-75.1)).refused("before_card_opened")


def test_a_time_without_a_zone_is_refused() -> None:
    given(*SHOP).when(earn(100), said=NOON.replace(tzinfo=None)).refused("time_without_zone")


def test_a_purchase_counts_by_the_version_in_force_when_it_happened() -> None:
    dearer = publish(welcome_points=0, rates={"EUR": Rate(points=1, per_minor=100)})
    shop = given(*SHOP, (at(-30), dearer))
    shop.when(earn(1000), said=at(-30.01)).gives(points=20, program_version=1)
    shop.when(earn(1000), said=at(-30)).gives(points=10, program_version=2)
