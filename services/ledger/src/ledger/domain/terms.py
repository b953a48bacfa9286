"""What a merchant has set, as deciders see it: programs, campaigns, rewards and stores."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.domain.clock import Stop
from ledger.domain.versions import Published
from stampbook_events.enrollment import Texts
from stampbook_events.ledger import CampaignTerms, Rate, RewardTerms, Rounding, Rules


class ProgramTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a program."""

    names: Texts
    rates: dict[str, Rate]
    rounding: Rounding
    welcome_points: int
    stamp_target: int | None
    rules: Rules = Rules()


class Ending(NamedTuple):
    """Nothing is earned from *ends_at* on; at the end of *last_day* all that is left expires (R12)."""

    ends_at: datetime
    last_day: date


class Program(Published[ProgramTerms], kw_only=True):
    ending: Ending | None = None

    def terms_at(self, at: datetime) -> ProgramTerms:
        """Of the version in force, or of the first one where something was promised before there was any."""
        return (self.in_force(at) or self.versions[0]).terms


class Campaign(Published[CampaignTerms], kw_only=True):
    pass


class Reward(Published[RewardTerms], kw_only=True):
    """*taken*: how many are held or were handed over and not given back (R42)."""

    taken: int = 0

    def offered(self, at: datetime) -> RewardTerms | None:
        """What it was like at *at*, if it could be had then."""
        version = self.in_force(at)
        if version is None or (self.retired_at is not None and at >= self.retired_at):
            return None
        return version.terms

    def left(self, at: datetime) -> int | None:
        """In stock; None where there is no end to it. Below zero if more were handed over offline (R72)."""
        version = self.in_force(at)
        if version is None or version.terms.stock is None:
            return None
        return version.terms.stock - self.taken


class Store(msgspec.Struct, frozen=True):
    """A store as enrollment last told of it. *stops*: when loyalty was paused there (R35)."""

    store_id: UUID
    program_id: UUID
    time_zone: str
    currency: str
    loyalty: str
    receipt_scope: str = "for_ever"
    offline_points: int | None = None
    offline_operations: int = 0
    stops: tuple[Stop, ...] = ()
