"""What the ledger is told."""

from stampbook_events.ledger.commands.cards import (
    AdjustPoints,
    AdjustStamps,
    CheckHolder,
    CloseCard,
    CloseCause,
    ConfirmAddress,
    ExtendLots,
    ForgiveDebt,
    FreezeCard,
    LinkStore,
    LowerCycle,
    MergeCards,
    OpenCard,
    Reason,
    ReplaceCard,
    UnfreezeCard,
)
from stampbook_events.ledger.commands.setup import (
    EndProgram,
    PublishCampaign,
    PublishProgram,
    PublishReward,
    RetireReward,
    WithdrawCampaign,
    WithdrawProgram,
    WithdrawReward,
)
from stampbook_events.ledger.commands.tills import (
    AmountMinor,
    CaptureReservation,
    Channel,
    EarnPoints,
    GiveStamps,
    HoldReward,
    Receipt,
    RedeemReward,
    RefundPurchase,
    ReleaseReservation,
    Telling,
    Terminal,
    UseCode,
    VoidOperation,
)
from stampbook_events.ledger.commands.work import BookDue, GrantBirthday, WarnOfExpiry

LedgerCommand = (
    PublishProgram
    | WithdrawProgram
    | EndProgram
    | PublishCampaign
    | WithdrawCampaign
    | PublishReward
    | WithdrawReward
    | RetireReward
    | OpenCard
    | LinkStore
    | ConfirmAddress
    | EarnPoints
    | GiveStamps
    | HoldReward
    | CaptureReservation
    | ReleaseReservation
    | RedeemReward
    | UseCode
    | VoidOperation
    | RefundPurchase
    | AdjustPoints
    | AdjustStamps
    | ForgiveDebt
    | FreezeCard
    | UnfreezeCard
    | CloseCard
    | ReplaceCard
    | CheckHolder
    | MergeCards
    | LowerCycle
    | ExtendLots
    | BookDue
    | GrantBirthday
    | WarnOfExpiry
)

__all__ = [
    "AdjustPoints",
    "AdjustStamps",
    "AmountMinor",
    "BookDue",
    "CaptureReservation",
    "Channel",
    "CheckHolder",
    "CloseCard",
    "CloseCause",
    "ConfirmAddress",
    "EarnPoints",
    "EndProgram",
    "ExtendLots",
    "ForgiveDebt",
    "FreezeCard",
    "GiveStamps",
    "GrantBirthday",
    "HoldReward",
    "LedgerCommand",
    "LinkStore",
    "LowerCycle",
    "MergeCards",
    "OpenCard",
    "PublishCampaign",
    "PublishProgram",
    "PublishReward",
    "Reason",
    "Receipt",
    "RedeemReward",
    "RefundPurchase",
    "ReleaseReservation",
    "ReplaceCard",
    "RetireReward",
    "Telling",
    "Terminal",
    "UnfreezeCard",
    "UseCode",
    "VoidOperation",
    "WarnOfExpiry",
    "WithdrawCampaign",
    "WithdrawProgram",
    "WithdrawReward",
]
