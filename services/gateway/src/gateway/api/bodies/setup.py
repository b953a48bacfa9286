"""Bodies of what a merchant sets up: the ledger's terms, read strictly, with bounds for every number."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from gateway.api.bodies.words import Moment
from stampbook_events.enrollment import Language, Name
from stampbook_events.ledger import (
    BirthdayBonus,
    CampaignTerms,
    Caps,
    Currency,
    FixedExpiry,
    InactivityExpiry,
    NoExpiry,
    Points,
    PointValue,
    Rate,
    RewardTerms,
    RollingExpiry,
    Rounding,
    Rules,
)

MONTHS_MOST = 120
_Most = Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
_Names = dict[Language, Name]
_Texts = dict[Language, Annotated[str, msgspec.Meta(max_length=2_000)]]
_Stores = Annotated[tuple[UUID, ...], msgspec.Meta(max_length=1_000)]
_Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]
_Weekdays = Annotated[tuple[_Weekday, ...], msgspec.Meta(min_length=1, max_length=7)]


class RateBody(Rate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*points* for each *per_minor* minor units (R13)."""


class NoExpiryBody(NoExpiry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points stay until they are used."""


class RollingExpiryBody(RollingExpiry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*count* days (to 3650) or months (to 120) from the day of earning, then on to the end of a period (R30)."""

    def __post_init__(self) -> None:
        _months(self.unit, self.count)


class FixedExpiryBody(FixedExpiry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first *month*-*day* at least *min_days* after the day of earning, *years_after* years later (R31)."""


class InactivityExpiryBody(InactivityExpiry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*count* days (to 3650) or months (to 120) after the card's last activity (R32)."""

    def __post_init__(self) -> None:
        _months(self.unit, self.count)


class CapsBody(Caps, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most of a local day; null is no cap (R63)."""

    stamps_per_card: _Most | None = 20
    stamps_per_staff: _Most | None = None
    points_per_card: _Most | None = None
    points_per_staff: _Most | None = None


class BirthdayBonusBody(BirthdayBonus, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a birthday brings: points, stamps, an unlocked reward (R27)."""


class PointValueBody(PointValue, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*minor* units per *points* points: what reports count a liability at (R77)."""


class RulesBody(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a version; what is left out has the default of R11."""

    expiry: NoExpiryBody | RollingExpiryBody | FixedExpiryBody | InactivityExpiryBody = NoExpiryBody()
    birthday: BirthdayBonusBody | None = None
    caps: CapsBody = CapsBody()
    point_value: PointValueBody | None = None


class PublishProgramBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*effective_from*: without it the version is in force at once (R9)."""

    program_id: UUID
    names: _Names
    rates: dict[Currency, RateBody]
    rounding: Rounding = "down"
    welcome_points: Points = 0
    stamp_target: Annotated[int, msgspec.Meta(ge=2, le=50)] | None = None
    rules: RulesBody = RulesBody()
    effective_from: Moment | None = None


class EndProgramBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From *ends_at* on nothing is earned; at the end of *last_day* all that is left expires (R12)."""

    ends_at: Moment
    last_day: date


class PublishCampaignBody(CampaignTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Multiplies the points of purchases by *multiplier* hundredths (R15). What is left out limits nothing; Monday is 0."""

    campaign_id: UUID
    names: _Names
    stores: _Stores | None = None
    weekdays: _Weekdays | None = None
    effective_from: Moment | None = None


class PublishRewardBody(RewardTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reward (R41). Without *cost* it is had by a full card or a birthday only; *stock* counts from its first version.

    *valid_days*: how long an unlocked one can be used; null is for ever (R45).
    """

    reward_id: UUID
    names: _Names
    descriptions: _Texts = msgspec.field(default_factory=dict)
    stores: _Stores | None = None
    effective_from: Moment | None = None


def _months(unit: Literal["days", "months"], count: int) -> None:
    if unit == "months" and count > MONTHS_MOST:
        raise ValueError(f"Expected at most {MONTHS_MOST} months")
