"""A program: published versions that never change, which of them is in force, and how it ends (R9-R12)."""

from datetime import timedelta

from ledger.domain.case import Case
from ledger.domain.days import local_day
from ledger.domain.refusals import Refused
from ledger.domain.versions import must_be_ahead, next_version
from stampbook_events.ledger import (
    EndProgram,
    InactivityExpiry,
    ProgramEnding,
    ProgramPublished,
    ProgramWithdrawn,
    PublishProgram,
    RollingExpiry,
    WithdrawProgram,
)

YEARS = 2000, 2199
MONTHS_MOST = 120
"""Points by months last no longer (R30, R32)."""
NOTICE = timedelta(days=90)
"""So long at least can be redeemed after nothing is earned any more (R12)."""


def publish(case: Case, command: PublishProgram) -> dict[str, object]:
    if not any(command.names.values()):
        raise Refused("names_missing")
    program = case.tenant.programs.get(command.program_id)
    number, effective_from = next_version(program, command.effective_from, case.at)
    if not command.rates and command.stamp_target is None:
        raise Refused("program_offers_nothing")
    if command.rules.welcome_stamps and command.stamp_target is None:
        raise Refused("stamps_not_offered")
    expiry = command.rules.expiry
    if isinstance(expiry, RollingExpiry | InactivityExpiry) and expiry.unit == "months" and expiry.count > MONTHS_MOST:
        raise Refused("expiry_too_long", months_most=MONTHS_MOST)
    event = ProgramPublished(
        program_id=command.program_id,
        program_version=number,
        names=command.names,
        rates=dict(command.rates),
        rounding=command.rounding,
        welcome_points=command.welcome_points,
        stamp_target=command.stamp_target,
        rules=command.rules,
        effective_from=effective_from,
    )
    case.tell(command.program_id, event)
    return {"program_id": command.program_id, "program_version": number}


def withdraw(case: Case, command: WithdrawProgram) -> dict[str, object]:
    must_be_ahead(case.tenant.programs.get(command.program_id), command.version, case.at, "program")
    case.tell(command.program_id, ProgramWithdrawn(program_id=command.program_id, program_version=command.version))
    return {"program_id": command.program_id, "program_version": command.version}


def end(case: Case, command: EndProgram) -> dict[str, object]:
    program = case.tenant.program(command.program_id)
    if program.ending is not None:
        raise Refused("program_ended")
    if command.ends_at.tzinfo is None:
        raise Refused("time_without_zone")
    if not YEARS[0] <= command.last_day.year <= YEARS[1] or not YEARS[0] <= command.ends_at.year <= YEARS[1]:
        raise Refused("date_out_of_range", first=YEARS[0], last=YEARS[1])
    if command.ends_at < case.at:
        raise Refused("effective_from_in_the_past")
    zones = {store.time_zone for store in case.tenant.stores.values() if store.program_id == command.program_id}
    if any(command.last_day < local_day(command.ends_at, zone) + NOTICE for zone in zones):
        raise Refused("last_day_too_early", notice_days=NOTICE.days)
    case.tell(
        command.program_id,
        ProgramEnding(program_id=command.program_id, ends_at=command.ends_at, last_day=command.last_day),
    )
    return {"program_id": command.program_id, "ends_at": command.ends_at, "last_day": command.last_day}
