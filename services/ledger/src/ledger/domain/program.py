"""A program: published versions that never change, and which of them is in force (R9, R10)."""

from datetime import datetime
from uuid import UUID

import msgspec

from ledger.domain.refusals import Refused
from stampbook_events.enrollment import Texts
from stampbook_events.ledger import ProgramPublished, PublishProgram, Rate, Rounding
from stampbook_messaging.messages import Decision, Fact


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One published version."""

    version: int
    effective_from: datetime
    names: Texts
    rates: dict[str, Rate]
    rounding: Rounding
    welcome_points: int
    stamp_target: int | None


class Program(msgspec.Struct, frozen=True):
    """*versions*: every one there is, oldest first; never empty."""

    program_id: UUID
    versions: tuple[Terms, ...]

    @property
    def newest(self) -> Terms:
        return self.versions[-1]

    def in_force(self, at: datetime) -> Terms:
        """The version with the greatest ``effective_from`` not after *at*, of equal ones the last published.

        Before the first version there is no other to go by than the first.
        """
        newest = self.versions[-1]
        if newest.effective_from <= at:
            return newest
        begun = [terms for terms in self.versions if terms.effective_from <= at]
        return max(begun, key=lambda terms: (terms.effective_from, terms.version), default=self.versions[0])


def publish(program: Program | None, command: PublishProgram) -> Decision:
    """Publish the next version; it is in force from when it is recorded."""
    if not command.names:
        raise Refused("names_missing")
    if not command.rates and command.stamp_target is None:
        raise Refused("program_offers_nothing")
    version = program.newest.version + 1 if program else 1
    event = ProgramPublished(
        program_id=command.program_id,
        program_version=version,
        names=command.names,
        rates=dict(command.rates),
        rounding=command.rounding,
        welcome_points=command.welcome_points,
        stamp_target=command.stamp_target,
    )
    result = {"program_id": command.program_id, "program_version": version}
    return Decision(facts=(Fact(aggregate=command.program_id, event=event),), result=result)


def evolve(program: Program | None, event: ProgramPublished, recorded_at: datetime) -> Program:
    terms = Terms(
        version=event.program_version,
        effective_from=recorded_at,
        names=event.names,
        rates=event.rates,
        rounding=event.rounding,
        welcome_points=event.welcome_points,
        stamp_target=event.stamp_target,
    )
    return Program(event.program_id, (*program.versions, terms) if program else (terms,))
