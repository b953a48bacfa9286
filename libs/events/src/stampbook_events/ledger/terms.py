"""What a merchant sets: how points and stamps come, how long they last, and what guards them (R11)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Texts

Rounding = Literal["down", "nearest", "up"]
Points = Annotated[int, msgspec.Meta(ge=0, le=999_999_999, description="Whole points (R1).")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """*points* per *per_minor* minor units of one currency (R13)."""

    points: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    per_minor: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class NoExpiry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """Points stay until they are used."""


class RollingExpiry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rolling"):
    """*count* days or months from the local day of earning, then on to the end of a period if one is set (R30)."""

    count: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    unit: Literal["days", "months"]
    end_of: Literal["month", "quarter", "half_year", "year"] | None = None


class FixedExpiry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="fixed"):
    """The first *month*-*day* at least *min_days* after the local day of earning, *years_after* years later (R31)."""

    month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    day: Annotated[int, msgspec.Meta(ge=1, le=31)]
    min_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 30
    years_after: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0


class InactivityExpiry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="inactivity"):
    """*count* days or months after the card's last activity (R32)."""

    count: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    unit: Literal["days", "months"]


Expiry = NoExpiry | RollingExpiry | FixedExpiry | InactivityExpiry


class Caps(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The most of a local day; None is no cap (R63)."""

    stamps_per_card: Annotated[int, msgspec.Meta(ge=1)] | None = 20
    stamps_per_staff: Annotated[int, msgspec.Meta(ge=1)] | None = None
    points_per_card: Annotated[int, msgspec.Meta(ge=1)] | None = None
    points_per_staff: Annotated[int, msgspec.Meta(ge=1)] | None = None


class BirthdayBonus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a birthday brings: points, stamps, an unlocked reward (R27)."""

    points: Points = 0
    stamps: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    reward_id: UUID | None = None


class PointValue(msgspec.Struct, frozen=True, kw_only=True):
    """*minor* units per *points* points: what reports count a liability at (R77)."""

    minor: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)]
    points: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


Timing = Literal["at_enrollment", "address_confirmed", "first_purchase"]


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings of R11 with their defaults, but for rates, rounding, target and the points of the welcome bonus."""

    stacking: Literal["best", "add"] = "best"
    expiry: Expiry = NoExpiry()
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 0
    warn_days: Annotated[int, msgspec.Meta(ge=0, le=90, description="0 is off.")] = 30
    restore_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 30
    overfill: Literal["carry_over", "cap", "bank_to_limit"] = "carry_over"
    bank_limit: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    full_card_reward: UUID | None = None
    welcome_stamps: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    welcome_timing: Timing = "at_enrollment"
    birthday: BirthdayBonus | None = None
    policy: Literal["debt", "absorb"] = "debt"
    hold_till_seconds: Annotated[int, msgspec.Meta(ge=60, le=3600)] = 600
    hold_online_seconds: Annotated[int, msgspec.Meta(ge=3600, le=259_200)] = 7200
    cooldown_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 30
    caps: Caps = Caps()
    point_value: PointValue | None = None


class CampaignTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Multiplies the points of purchases by *multiplier* hundredths (R15). What is None limits nothing; Monday is 0."""

    program_id: UUID
    multiplier: Annotated[int, msgspec.Meta(ge=101, le=1000)]
    names: Texts
    stores: tuple[UUID, ...] | None = None
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...] | None = None
    first_day: date | None = None
    last_day: date | None = None


class RewardTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reward (R41). Without *cost* it is had by a full card or a birthday only; *stock* counts from its first version."""

    program_id: UUID
    names: Texts
    descriptions: Texts = msgspec.field(default_factory=dict)
    cost: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)] | None = None
    stores: tuple[UUID, ...] | None = None
    first_day: date | None = None
    last_day: date | None = None
    stock: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)] | None = None
    limit_per: Literal["day", "month", "year", "ever"] = "ever"
    value_minor: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] = 0
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = 90
