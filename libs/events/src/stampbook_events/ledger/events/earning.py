"""What customers gained (R13-R28, R47)."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.ledger.commands.tills import Channel
from stampbook_events.ledger.events.about import OnCard, Stamped, Standing
from stampbook_events.ledger.terms import Timing
from stampbook_events.ledger.value import Policy, Stamping, UnlockedReward


class CampaignCounted(msgspec.Struct, frozen=True, kw_only=True):
    """*multiplier* in hundredths (R15)."""

    campaign_id: UUID
    campaign_version: int
    multiplier: int


class PointsEarned(Standing, frozen=True, kw_only=True, tag="ledger.points_earned.v1"):
    """A purchase, recorded with the points it gave, also when that is none (R17); its lot bears the event's id.

    *points* = *base* + *campaign*, what the caps of *day*, its local day, let through (R13, R63). *period* belongs to
    the receipt number where tills start again (R19). *said_at*: what the caller said, where it counts at another time.
    """

    amount_minor: int
    currency: str
    points: int
    receipt: str | None = None
    period: str = ""
    day: date | None = None
    base: int = 0
    campaign: int = 0
    campaigns: tuple[CampaignCounted, ...] = ()
    not_given: int = 0
    because: str | None = None
    policy: Policy = "debt"
    channel: Channel = "till"
    flags: tuple[str, ...] = ()
    said_at: datetime | None = None


class StampsEarned(Stamped, frozen=True, kw_only=True, tag="ledger.stamps_earned.v1"):
    """*stamps* were given, *not_given* did not fit (R22) *because*; *count* is what the card shows now.

    *override*: why a member of staff gave again within the cooldown (R62).
    """

    stamps: int
    not_given: int
    count: int
    target: int
    balance: int = 0
    receipt: str | None = None
    period: str = ""
    day: date | None = None
    because: str | None = None
    policy: Policy = "debt"
    channel: Channel = "till"
    override: str | None = None
    flags: tuple[str, ...] = ()
    said_at: datetime | None = None


class RewardUnlocked(OnCard, frozen=True, kw_only=True, tag="ledger.reward_unlocked.v1"):
    """All that one giving or one birthday unlocked (R20); demands one mail."""

    store_id: UUID
    rewards: tuple[UnlockedReward, ...]
    stamping: Stamping | None = None


class WelcomeBonusGranted(Stamped, frozen=True, kw_only=True, tag="ledger.welcome_bonus_granted.v1"):
    """Once per person and merchant (R25); its lot bears the event's id. *purchase*: the first one, if it waited for that."""

    points: int
    stamps: int = 0
    timing: Timing = "at_enrollment"
    purchase: UUID | None = None


class BirthdayBonusGranted(Stamped, frozen=True, kw_only=True, tag="ledger.birthday_bonus_granted.v1"):
    """Once per card and year (R27). A reward that it brings stands in the ``reward_unlocked`` that follows."""

    day: date
    points: int
    stamps: int = 0
    brings_reward: bool = False


class BirthdaySkipped(OnCard, frozen=True, kw_only=True, tag="ledger.birthday_skipped.v1"):
    """It was too late for it: *code* ``birthday_window_passed`` (R28). Operators see it."""

    day: date
    code: str


class RewardWithinReach(OnCard, frozen=True, kw_only=True, tag="ledger.reward_within_reach.v1"):
    """The card can now pay for it (R47); demands the reward-ready mail."""

    store_id: UUID
    reward_id: UUID
    reward_version: int
    cost: int
    available: int
