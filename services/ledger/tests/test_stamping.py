"""Stamps are given as far as they fit, and a full card unlocks its reward (R1, R6, R20-R23)."""

from datetime import date

import pytest
from msgspec.structs import astuple

from ledger.testing import FASHIONOUTLET, HUB, OUTLET, When, at, earn, given, open_card, publish, stamp
from stampbook_events.ledger import RewardUnlocked, Rules, StampsEarned

SHOP = (publish(welcome_points=0), HUB, open_card())
CAPPED = (publish(welcome_points=0, rules=Rules(overfill="cap")), HUB, open_card())


def giving(after: When) -> StampsEarned:
    (event,) = (each for each in after.events if isinstance(each, StampsEarned))
    return event


def test_stamps_add_up_over_the_stores_of_the_program() -> None:
    given(*SHOP, OUTLET, stamp(3)).when(stamp(2, store_id=FASHIONOUTLET)).gives(stamps=2, count=5, target=10)


def test_what_fits_is_given_and_the_rest_is_named() -> None:
    after = given(*CAPPED, stamp(9)).when(stamp(3)).answers(given=1, not_given=2, not_given_because="card_full")
    assert (giving(after).stamps, giving(after).not_given, giving(after).because) == (1, 2, "card_full")


def test_what_is_more_than_the_target_goes_on_to_the_next_cycle() -> None:
    after = given(*SHOP, stamp(9)).when(stamp(3)).answers(given=3, not_given=0, stamps=2, stamp_target=10)
    assert [type(event) for event in after.events] == [StampsEarned, RewardUnlocked]


def test_a_full_card_unlocks_a_reward_whose_code_is_in_the_answer() -> None:
    after = given(*SHOP, stamp(9)).when(stamp(1))
    (reward,) = after.events[1].rewards
    assert (reward.target, len(reward.code), reward.expires_on) == (10, 8, date(2026, 9, 4))
    assert [one["code"] for one in after.decision.result["unlocked"]] == [reward.code]


def test_a_capped_card_takes_no_stamp() -> None:
    given(*CAPPED, stamp(10)).when(stamp(1, "T-1", override="busy")).refused("card_full", stamp_target=10)


def test_a_program_without_a_stamp_card_gives_none() -> None:
    given(publish(stamp_target=None, welcome_points=0), HUB, open_card()).when(stamp(1)).refused("stamps_not_offered")


@pytest.mark.parametrize(("stamps", "code"), [(0, "stamps_not_positive"), (101, "stamps_too_large")])
def test_stamps_have_bounds(stamps: int, code: str) -> None:
    given(*SHOP).when(stamp(stamps)).refused(code)


def test_an_open_cycle_keeps_its_target() -> None:
    raised = (*SHOP, stamp(8), (at(-30), publish(stamp_target=12)))
    given(*raised).when(stamp(1)).gives(stamps=1, count=9, target=10)
    given(*raised).when(stamp(3)).answers(stamps=1, stamp_target=12)


def test_a_card_opened_before_there_were_stamps_takes_the_target_in_force() -> None:
    shop = given(publish(stamp_target=None, welcome_points=0), HUB, open_card(), (at(-30), publish(stamp_target=8)))
    shop.when(stamp(7)).gives(stamps=7, target=8)


def test_a_receipt_gives_stamps_once() -> None:
    given(*SHOP, stamp(1, "T-1")).when(stamp(1, "t-1")).refused("receipt_already_recorded", receipt="T-1")


def test_stamps_move_no_points() -> None:
    given(*SHOP, earn(1000)).when(stamp(1)).answers(balance=20, stamps=1)


def test_stamps_are_posted_from_granted_to_issued() -> None:
    posted = given(*SHOP).when(stamp(2)).tenant.changes.posted
    assert list(map(astuple, posted[0].lines)) == [("stamps", "granted", -2), ("stamps", "issued", 2)]
