"""What the books answer and show: frozen, plain, without a rule in them."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from rulebook.terms import Lines, Unit

# One word per row of the table in R76; `close` and `end` are expiry with another cause.
PostingKind = Literal[
    "earning", "bonus", "adjustment", "hold", "capture", "redemption", "release", "lapse", "redemption_voided",
    "adjustment_voided", "expiry", "close", "end", "expiry_reversed", "reversal", "debt_forgiven", "merge",
    "stamps_given", "stamps_completed", "stamps_undone",
]  # fmt: skip
Notable = Literal[
    "reward_unlocked", "points_expiring", "reward_within_reach", "birthday_window_passed", "expiry_reversed",
    "lots_extended",
]  # fmt: skip
WorkKind = Literal["lapse", "reward_expire", "expire", "end", "birthday", "warn"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The first and only answer to a key (R5).

    `points` is what the operation gave, spent or reversed in all; `lots` names each lot touched by the key of
    the operation that made it. `verdict` is R71's word. `flags` are words of the rule book's cases:
    clock_moved, cooldown, points_missing, stock_missing.
    """

    accepted: bool = True
    code: str | None = None
    card: str | None = None
    version: int | None = None
    effective: datetime | None = None
    points: int = 0
    base: int = 0
    campaign: int = 0
    repaid: int = 0
    missing: int = 0
    balance: int | None = None
    given: int = 0
    not_given: int = 0
    reason: str | None = None
    unlocked: tuple[str, ...] = ()
    reservation: str | None = None
    redeem_code: str | None = None
    ends_at: datetime | None = None
    seconds_left: int | None = None
    overridden_by: str | None = None
    used_at: datetime | None = None
    used_store: str | None = None
    first: str | None = None
    flags: frozenset[str] = frozenset()
    lots: tuple[tuple[str, int], ...] = ()

    @property
    def verdict(self) -> Literal["applied", "refused", "review"]:
        if self.accepted:
            return "applied"
        return "review" if self.code == "review" else "refused"


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot by the key of the operation that made it; a successor bears the key of the lot it succeeds."""

    source: str
    free: int
    held: int
    effective: datetime
    expires_on: date | None
    expires_at: datetime | None
    successor: bool = False


@dataclass(frozen=True, slots=True)
class RewardView:
    redeem_code: str
    reward: str | None
    state: Literal["open", "used", "expired", "withdrawn"]
    unlocked_at: datetime
    expires_on: date | None
    expires_at: datetime | None
    value: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One balanced set of lines of one card (a merge has one per card, balanced together).

    `operation` is the key of the caller's operation, or the fixed id of the work (R74).
    """

    operation: str
    kind: PostingKind
    unit: Unit
    recorded_at: datetime
    effective: datetime
    lines: Lines


@dataclass(frozen=True, slots=True)
class Notice:
    name: Notable
    recorded_at: datetime
    effective: datetime
    points: int = 0
    redeem_codes: tuple[str, ...] = ()
    reward: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    kind: WorkKind
    due: datetime
    subject: str  # the reservation, the redeem code or the card
    card: str


@dataclass(frozen=True, slots=True)
class Liability:
    points: int
    debt: int
    money: int | None
    rewards: int
    rewards_value: int
    stamps: int


@dataclass(frozen=True, slots=True)
class Cohort:
    granted: int
    reversed: int
    redeemed: int
    expired: int
    open: int

    @property
    def breakage(self) -> Fraction:
        return Fraction(self.expired, self.granted - self.reversed)


@dataclass(frozen=True, slots=True)
class RollForward:
    opening: int
    granted: int
    adjusted: int
    redeemed: int
    expired: int
    debt: int
    absorbed: int
    closing: int
