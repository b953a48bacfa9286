"""Programs are published in versions that never change (R9), and told an end (R12)."""

from datetime import date, datetime

import pytest

from ledger.domain.terms import Program
from ledger.testing import FG, HUB, NOON, at, given, publish
from stampbook_events.ledger import (
    EndProgram,
    InactivityExpiry,
    ProgramEnding,
    ProgramPublished,
    ProgramRefused,
    ProgramWithdrawn,
    RollingExpiry,
    Rules,
    WithdrawProgram,
)


def published(version: int, effective_from: datetime = NOON) -> ProgramPublished:
    command = publish()
    return ProgramPublished(
        program_id=FG,
        program_version=version,
        names=command.names,
        rates=command.rates,
        rounding="down",
        welcome_points=50,
        stamp_target=10,
        effective_from=effective_from,
    )


def test_the_first_version_is_one_and_the_next_is_two() -> None:
    given().when(publish()).then(published(1)).answers(program_id=FG, program_version=1)
    given(published(1)).when(publish()).then(published(2))


def test_a_program_needs_a_name() -> None:
    given().when(publish(names={})).then(ProgramRefused(program_id=FG, code="names_missing")).refused("names_missing")


def test_a_program_without_points_and_stamps_offers_nothing() -> None:
    given().when(publish(rates={}, stamp_target=None)).refused("program_offers_nothing")


@pytest.mark.parametrize("expiry", [RollingExpiry, InactivityExpiry])
def test_r30_points_last_a_hundred_and_twenty_months_at_most(expiry: type[RollingExpiry | InactivityExpiry]) -> None:
    longest, days = expiry(count=120, unit="months"), expiry(count=3650, unit="days")
    for allowed in (longest, days):
        given().when(publish(rules=Rules(expiry=allowed))).answers(program_version=1)
    over = publish(rules=Rules(expiry=expiry(count=121, unit="months")))
    given().when(over).then(ProgramRefused(program_id=FG, code="expiry_too_long")).refused(
        "expiry_too_long", months_most=120
    )


def withdraw(version: int) -> WithdrawProgram:
    return WithdrawProgram(program_id=FG, version=version)


def end(last_day: date) -> EndProgram:
    return EndProgram(program_id=FG, ends_at=NOON, last_day=last_day)


def number(program: Program, minute: float) -> int | None:
    version = program.in_force(at(minute))
    return version.number if version else None


def program(*minutes: float) -> Program:
    tenant = given(*((at(minute), publish()) for minute in minutes)).tenant
    return tenant.programs[FG]


def test_in_force_is_the_newest_version_that_has_begun() -> None:
    assert [number(program(0, 10, 20), minute) for minute in (-1, 0, 9.9, 10, 25)] == [None, 1, 1, 2, 3]


def test_of_versions_with_one_instant_the_last_published_is_in_force() -> None:
    assert number(program(0, 0, 5), 1) == 2


def test_a_clock_that_went_back_does_not_hide_a_version() -> None:
    assert [number(program(10, 5), minute) for minute in (7, 20)] == [2, 1]


def test_a_promise_before_any_version_is_that_of_the_first() -> None:
    assert program(10, 20).terms_at(at(0)).stamp_target == 10


def test_a_version_begins_when_it_says_and_not_before_it_is_published() -> None:
    given(published(1)).when(publish(effective_from=at(60))).then(published(2, at(60)))
    given(published(1)).when(publish(effective_from=at(-1))).refused("effective_from_in_the_past")


def test_a_version_that_is_not_in_force_yet_can_be_withdrawn() -> None:
    ahead = given(published(1), published(2, at(60)))
    ahead.when(withdraw(2)).then(ProgramWithdrawn(program_id=FG, program_version=2)).answers(program_version=2)
    ahead.when(withdraw(1)).refused("version_in_force")
    ahead.when(withdraw(3)).refused("program_unknown")


def test_the_end_is_told_once_and_leaves_ninety_days_to_redeem() -> None:
    shop = given(HUB, publish())
    shop.when(end(date(2026, 9, 3))).refused("last_day_too_early", notice_days=90)
    shop.when(end(date(2026, 9, 4))).then(ProgramEnding(program_id=FG, ends_at=NOON, last_day=date(2026, 9, 4)))
    shop.when(end(date(2026, 12, 31))).refused("program_ended")
