"""What a merchant sets: the settings of R11, campaigns, rewards, and who and what stands at a till."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

Whole = int | float  # what a caller sends as a number: R1 refuses what is not whole
Unit = Literal["points", "stamps"]
Account = Literal["issued", "held", "debt", "granted", "redeemed", "expired", "adjusted", "absorbed"]
Lines = Mapping[Account, int]
Role = Literal["staff", "manager", "owner", "admin", "customer", "key", "system"]
Channel = Literal["till", "online", "offline", "api"]
Policy = Literal["debt", "absorb"]
Rounding = Literal["down", "nearest", "up"]
Overfill = Literal["carry_over", "cap", "bank_to_limit"]
Timing = Literal["at_enrollment", "address_confirmed", "first_purchase"]
EndOf = Literal["month", "quarter", "half_year", "year"]
Scope = Literal["for_ever", "year", "day"]
Period = Literal["day", "month", "year", "ever"]
Cause = Literal["leaving", "erasure", "misuse"]
Reason = Literal["goodwill", "correction", "lost_receipt", "complaint", "other"]


@dataclass(frozen=True, slots=True)
class Rate:
    points: int
    per: int  # minor units


@dataclass(frozen=True, slots=True)
class Expiry:
    """R30-R32; `n` of `unit` for rolling and inactivity, the rest for fixed."""

    kind: Literal["none", "rolling", "fixed", "inactivity"] = "none"
    n: int = 12
    unit: Literal["days", "months"] = "months"
    end_of: EndOf | None = None
    month: int = 12
    day: int = 31
    min_days: int = 30
    years_after: int = 0


@dataclass(frozen=True, slots=True)
class Bonus:
    """Welcome (with its timing) or birthday (points, stamps or an unlocked reward)."""

    points: int = 0
    stamps: int = 0
    timing: Timing = "at_enrollment"
    reward: str | None = None


@dataclass(frozen=True, slots=True)
class Caps:
    """R63, all per local day; None = no cap."""

    stamps_per_card: int | None = 20
    stamps_per_staff: int | None = None
    points_per_card: int | None = None
    points_per_staff: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """One program version with the defaults of R11; `point_value` is v minor units per k points (R77)."""

    rates: Mapping[str, Rate] = field(default_factory=lambda: {"EUR": Rate(2, 100)})
    rounding: Rounding = "down"
    stacking: Literal["best", "add"] = "best"
    expiry: Expiry = Expiry()
    grace_days: int = 0
    warn_days: int = 30
    restore_days: int = 30
    target: int = 10
    overfill: Overfill = "carry_over"
    bank_limit: int = 3
    full_card_reward: str | None = None
    welcome: Bonus | None = None
    birthday: Bonus | None = None
    policy: Policy = "debt"
    hold_till: timedelta = timedelta(minutes=10)
    hold_online: timedelta = timedelta(hours=2)
    cooldown: timedelta = timedelta(seconds=30)
    caps: Caps = Caps()
    point_value: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """R15: `multiplier` in hundredths; weekdays as Monday 0 to Sunday 6; None = no limit."""

    program: str
    multiplier: int
    stores: frozenset[str] | None = None
    weekdays: frozenset[int] | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class RewardTerms:
    """R41; `cost` None = got by a full card or a birthday only; `stock` counts from the first publishing on."""

    program: str
    cost: int | None = None
    stores: frozenset[str] | None = None
    first_day: date | None = None
    last_day: date | None = None
    stock: int | None = None
    limit: int | None = None
    limit_per: Period = "ever"
    value: int = 0
    valid_days: int | None = 90


@dataclass(frozen=True, slots=True)
class OfflineCap:
    """R72: the most points one operation may take, and how many operations per card and day."""

    points: int
    operations: int


@dataclass(frozen=True, slots=True)
class By:
    """Who acts. The name is an id, never a person's name."""

    name: str = "anna"
    role: Role = "staff"


@dataclass(frozen=True, slots=True)
class Device:
    """What the terminal's last sync told: how far its clock is ahead, when that was, and whether it was revoked."""

    ahead: timedelta = timedelta(0)
    last_sync: datetime | None = None
    revoked_at: datetime | None = None


STAFF = By()
CUSTOMER = By("customer", "customer")
MANAGER = By("marie", "manager")
OWNER = By("olivier", "owner")
