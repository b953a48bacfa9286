"""What the ledger publishes."""

from stampbook_events.ledger.events.about import OnCard, Stamped, Standing
from stampbook_events.ledger.events.cards import (
    AddressConfirmed,
    BonusTakenBack,
    CardClosed,
    CardFrozen,
    CardMerged,
    CardOpened,
    CardReopened,
    CardReplaced,
    CardState,
    CardTakenOver,
    CardUnfrozen,
    CycleLowered,
    DebtSettled,
    HolderChecked,
    StoreLinked,
    WelcomePromise,
)
from stampbook_events.ledger.events.earning import (
    BirthdayBonusGranted,
    BirthdaySkipped,
    CampaignCounted,
    PointsEarned,
    RewardUnlocked,
    RewardWithinReach,
    StampsEarned,
    WelcomeBonusGranted,
)
from stampbook_events.ledger.events.expiring import (
    ClockWentOn,
    ExpiryReversed,
    LotsExtended,
    PointsEnding,
    PointsExpired,
    PointsExpiring,
)
from stampbook_events.ledger.events.programs import (
    CampaignPublished,
    CampaignWithdrawn,
    ProgramEnding,
    ProgramPublished,
    ProgramWithdrawn,
    RewardPublished,
    RewardRetired,
    RewardWithdrawn,
)
from stampbook_events.ledger.events.refusals import (
    AdjustmentRefused,
    CampaignRefused,
    CardRefused,
    CodeRefused,
    EarningRefused,
    OpeningRefused,
    ProgramRefused,
    RedemptionRefused,
    RefundRefused,
    ReservationRefused,
    RewardRefused,
    StampsRefused,
    VoidRefused,
    WorkRefused,
)
from stampbook_events.ledger.events.rewards import (
    ReservationLapsed,
    ReservationReleased,
    RewardExpired,
    RewardHeld,
    RewardRedeemed,
    RewardUsed,
    UseVoided,
)
from stampbook_events.ledger.events.undoing import (
    DebtForgiven,
    OperationVoided,
    PointsAdjusted,
    PurchaseRefunded,
    StampsAdjusted,
    Voidable,
)

LedgerEvent = (
    ProgramPublished
    | ProgramWithdrawn
    | ProgramEnding
    | CampaignPublished
    | CampaignWithdrawn
    | RewardPublished
    | RewardWithdrawn
    | RewardRetired
    | CardOpened
    | AddressConfirmed
    | CardReopened
    | StoreLinked
    | CardFrozen
    | CardUnfrozen
    | CardClosed
    | CardReplaced
    | HolderChecked
    | CycleLowered
    | CardMerged
    | CardTakenOver
    | DebtSettled
    | BonusTakenBack
    | PointsEarned
    | StampsEarned
    | RewardUnlocked
    | WelcomeBonusGranted
    | BirthdayBonusGranted
    | BirthdaySkipped
    | RewardWithinReach
    | RewardRedeemed
    | RewardHeld
    | ReservationReleased
    | ReservationLapsed
    | RewardUsed
    | RewardExpired
    | UseVoided
    | OperationVoided
    | PurchaseRefunded
    | PointsAdjusted
    | StampsAdjusted
    | DebtForgiven
    | PointsExpired
    | ExpiryReversed
    | PointsExpiring
    | LotsExtended
    | ClockWentOn
    | EarningRefused
    | StampsRefused
    | RedemptionRefused
    | ReservationRefused
    | AdjustmentRefused
    | CardRefused
    | OpeningRefused
    | CodeRefused
    | VoidRefused
    | RefundRefused
    | WorkRefused
    | ProgramRefused
    | CampaignRefused
    | RewardRefused
)

__all__ = [
    "AddressConfirmed",
    "AdjustmentRefused",
    "BirthdayBonusGranted",
    "BirthdaySkipped",
    "BonusTakenBack",
    "CampaignCounted",
    "CampaignPublished",
    "CampaignRefused",
    "CampaignWithdrawn",
    "CardClosed",
    "CardFrozen",
    "CardMerged",
    "CardOpened",
    "CardRefused",
    "CardReopened",
    "CardReplaced",
    "CardState",
    "CardTakenOver",
    "CardUnfrozen",
    "ClockWentOn",
    "CodeRefused",
    "CycleLowered",
    "DebtForgiven",
    "DebtSettled",
    "EarningRefused",
    "ExpiryReversed",
    "HolderChecked",
    "LedgerEvent",
    "LotsExtended",
    "OnCard",
    "OpeningRefused",
    "OperationVoided",
    "PointsAdjusted",
    "PointsEarned",
    "PointsEnding",
    "PointsExpired",
    "PointsExpiring",
    "ProgramEnding",
    "ProgramPublished",
    "ProgramRefused",
    "ProgramWithdrawn",
    "PurchaseRefunded",
    "RedemptionRefused",
    "RefundRefused",
    "ReservationLapsed",
    "ReservationRefused",
    "ReservationReleased",
    "RewardExpired",
    "RewardHeld",
    "RewardPublished",
    "RewardRedeemed",
    "RewardRefused",
    "RewardRetired",
    "RewardUnlocked",
    "RewardUsed",
    "RewardWithdrawn",
    "RewardWithinReach",
    "Stamped",
    "StampsAdjusted",
    "StampsEarned",
    "StampsRefused",
    "Standing",
    "StoreLinked",
    "UseVoided",
    "VoidRefused",
    "Voidable",
    "WelcomeBonusGranted",
    "WelcomePromise",
    "WorkRefused",
]
