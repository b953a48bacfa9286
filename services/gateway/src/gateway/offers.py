"""What the gateway asks the ledger about programs, campaigns and rewards, and gives out as it is: the API's own words."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Texts
from stampbook_events.ledger import BirthdayBonus, CampaignTerms, Caps, Rate, RewardTerms, Rules


class AskOffers(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID | None = None
    cursor: str | None = None
    limit: int = 50


class AskOffer(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    offer_id: UUID
    before: int | None = None


class CapsSet(Caps, frozen=True, kw_only=True, omit_defaults=False):
    """The most of a local day; null is no cap (R63)."""


class BirthdaySet(BirthdayBonus, frozen=True, kw_only=True, omit_defaults=False):
    """What a birthday brings: points, stamps, an unlocked reward (R27)."""


class RulesSet(Rules, frozen=True, kw_only=True, omit_defaults=False):
    """The settings of a version, also those that were left out when it was published (R11)."""

    birthday: BirthdaySet | None = None
    caps: CapsSet = CapsSet()


class CampaignSet(CampaignTerms, frozen=True, kw_only=True, omit_defaults=False):
    """Multiplies the points of purchases by *multiplier* hundredths (R15). What is null limits nothing; Monday is 0."""


class RewardSet(RewardTerms, frozen=True, kw_only=True, omit_defaults=False):
    """A reward (R41). Without *cost* it is had by a full card or a birthday only; *stock* counts from its first version."""


class PublishedProgram(msgspec.Struct, frozen=True, kw_only=True):
    """One version: immutable, in force from *effective_from* on unless it was *withdrawn* before."""

    version: int
    effective_from: datetime
    withdrawn: bool
    names: Texts
    rates: dict[str, Rate]
    rounding: str
    welcome_points: int
    stamp_target: int | None
    rules: RulesSet


class PublishedCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """One version: immutable, in force from *effective_from* on unless it was *withdrawn* before."""

    version: int
    effective_from: datetime
    withdrawn: bool
    terms: CampaignSet


class PublishedReward(msgspec.Struct, frozen=True, kw_only=True):
    """One version: immutable, in force from *effective_from* on unless it was *withdrawn* before."""

    version: int
    effective_from: datetime
    withdrawn: bool
    terms: RewardSet


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """*in_force*: the number of the version that holds now. *versions*: the newest first; in a list, the newest and the
    one in force. *older*: there are more of the *versions_in_all*, to be asked for *before* this one.
    """

    in_force: int | None
    versions_in_all: int
    older: int | None


class ProgramOffered(Offered, frozen=True, kw_only=True):
    """*ends_at*: from then on nothing is earned; *last_day*: the last one to redeem. None: no end has been announced."""

    program_id: UUID
    ends_at: datetime | None
    last_day: date | None
    versions: list[PublishedProgram]


class ProgramPage(msgspec.Struct, frozen=True, kw_only=True):
    """*next*: the cursor of the page behind this one, None on the last."""

    programs: list[ProgramOffered]
    next: str | None = None


class CampaignOffered(Offered, frozen=True, kw_only=True):
    campaign_id: UUID
    program_id: UUID
    versions: list[PublishedCampaign]


class CampaignPage(msgspec.Struct, frozen=True, kw_only=True):
    """*next*: the cursor of the page behind this one, None on the last."""

    campaigns: list[CampaignOffered]
    next: str | None = None


class RewardOffered(Offered, frozen=True, kw_only=True):
    """*taken*: held or handed over and not given back. *left* in stock by the version in force; None: no end to it.

    *retired_at*: offered no more since then.
    """

    reward_id: UUID
    program_id: UUID
    retired_at: datetime | None
    taken: int
    left: int | None
    versions: list[PublishedReward]


class RewardPage(msgspec.Struct, frozen=True, kw_only=True):
    """*next*: the cursor of the page behind this one, None on the last."""

    rewards: list[RewardOffered]
    next: str | None = None
