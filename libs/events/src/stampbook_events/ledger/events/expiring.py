"""What ended, what nearly did, and what goes on after all (R34-R38)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from stampbook_events.ledger.events.about import OnCard, Stamped, Standing
from stampbook_events.ledger.value import RewardRedated


class PointsExpired(Stamped, frozen=True, kw_only=True, tag="ledger.points_expired.v1"):
    """All that lapsed at *due* (R34), or all that was left when the card was closed or its program ended (R12, R66).

    *withdrawn* are the open rewards that ended with it.
    """

    points: int
    due: datetime
    cause: Literal["date", "closed", "program_ended"] = "date"
    stamps: int = 0
    owed_stamps: int = 0
    withdrawn: tuple[UUID, ...] = ()


class ExpiryReversed(Standing, frozen=True, kw_only=True, tag="ledger.expiry_reversed.v1"):
    """Points that had ended were needed, or kept, by what came late (R36)."""

    points: int


class PointsEnding(msgspec.Struct, frozen=True, kw_only=True):
    lot_id: UUID
    points: int
    expires_on: date


class PointsExpiring(OnCard, frozen=True, kw_only=True, tag="ledger.points_expiring.v1"):
    """*points* end soon (R38); demands the warning mail. *store_id* is the card's home store."""

    points: int
    first_day: date
    lots: tuple[PointsEnding, ...]
    store_id: UUID | None = None


class LotsExtended(Standing, frozen=True, kw_only=True, tag="ledger.lots_extended.v1"):
    """Their dates are later now (R37)."""

    points: int


class ClockWentOn(Standing, frozen=True, kw_only=True, tag="ledger.clock_went_on.v1"):
    """What would have ended while the clock stood has a later day (R35)."""

    rewards: tuple[RewardRedated, ...] = ()
