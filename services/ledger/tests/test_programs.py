"""Programs are published in versions that never change (R9)."""

from ledger.domain.program import Program
from ledger.testing import FG, at, given, publish
from stampbook_events.ledger import ProgramPublished, ProgramRefused


def published(version: int) -> ProgramPublished:
    command = publish()
    return ProgramPublished(
        program_id=FG,
        program_version=version,
        names=command.names,
        rates=command.rates,
        rounding="down",
        welcome_points=50,
        stamp_target=10,
    )


def test_the_first_version_is_one_and_the_next_is_two() -> None:
    given().when(publish()).then(published(1)).answers(program_id=FG, program_version=1)
    given(published(1)).when(publish()).then(published(2))


def test_a_program_needs_a_name() -> None:
    given().when(publish(names={})).then(ProgramRefused(program_id=FG, code="names_missing")).refused("names_missing")


def test_a_program_without_points_and_stamps_offers_nothing() -> None:
    given().when(publish(rates={}, stamp_target=None)).refused("program_offers_nothing")


def program(*minutes: float) -> Program:
    tenant = given(*((at(minute), publish()) for minute in minutes)).tenant
    return tenant.programs[FG]


def test_in_force_is_the_newest_version_that_has_begun() -> None:
    assert [program(0, 10, 20).in_force(at(minute)).version for minute in (-1, 0, 9.9, 10, 25)] == [1, 1, 1, 2, 3]


def test_of_versions_with_one_instant_the_last_published_is_in_force() -> None:
    assert program(0, 0, 5).in_force(at(1)).version == 2


def test_a_clock_that_went_back_does_not_hide_a_version() -> None:
    assert program(10, 5).in_force(at(20)).version == 2
    assert program(10, 5).in_force(at(7)).version == 2
