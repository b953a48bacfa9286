"""What a merchant sets: how points and stamps come, how long they last, and what guards them (R11)."""

from typing import Annotated, Literal

import msgspec

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
