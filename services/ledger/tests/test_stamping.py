"""Stamps are given up to the card's target (R1, R6, R22, R23)."""

import pytest
from msgspec.structs import astuple

from ledger.testing import FASHIONOUTLET, HUB, OUTLET, at, earn, given, open_card, publish, stamp

SHOP = (publish(welcome_points=0), HUB, open_card())


def test_stamps_add_up_over_the_stores_of_the_program() -> None:
    given(*SHOP, OUTLET, stamp(3)).when(stamp(2, store_id=FASHIONOUTLET)).gives(stamps=2, count=5, target=10)


def test_what_fits_is_given_and_the_rest_is_named() -> None:
    given(*SHOP, stamp(9)).when(stamp(3)).gives(stamps=1, not_given=2, count=10).answers(
        given=1, not_given=2, not_given_because="card_full", stamps=10
    )


def test_a_full_card_takes_no_stamp() -> None:
    given(*SHOP, stamp(10)).when(stamp(1, "T-1")).refused("card_full", stamps=10, stamp_target=10)


def test_a_program_without_a_stamp_card_gives_none() -> None:
    given(publish(stamp_target=None, welcome_points=0), HUB, open_card()).when(stamp(1)).refused("stamps_not_offered")


@pytest.mark.parametrize(("stamps", "code"), [(0, "stamps_not_positive"), (101, "stamps_too_large")])
def test_stamps_have_bounds(stamps: int, code: str) -> None:
    given(*SHOP).when(stamp(stamps)).refused(code)


def test_an_open_cycle_keeps_its_target() -> None:
    given(*SHOP, stamp(9), (at(-30), publish(stamp_target=12))).when(stamp(2)).gives(stamps=1, not_given=1, target=10)


def test_a_card_opened_before_there_were_stamps_takes_the_target_in_force() -> None:
    shop = given(publish(stamp_target=None, welcome_points=0), HUB, open_card(), (at(-30), publish(stamp_target=8)))
    shop.when(stamp(9)).gives(stamps=8, target=8)


def test_a_receipt_gives_stamps_once() -> None:
    given(*SHOP, stamp(1, "T-1")).when(stamp(1, "t-1")).refused("receipt_already_recorded", receipt="T-1")


def test_stamps_move_no_points() -> None:
    given(*SHOP, earn(1000)).when(stamp(1)).answers(balance=20, stamps=1)


def test_stamps_are_posted_from_granted_to_issued() -> None:
    posted = given(*SHOP).when(stamp(2)).tenant.changes.posted
    assert list(map(astuple, posted[0].lines)) == [("stamps", "granted", -2), ("stamps", "issued", 2)]
