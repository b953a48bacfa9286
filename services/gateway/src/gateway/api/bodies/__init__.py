"""What callers send: every field named, unknown ones refused, with an example of each for the documentation."""

from gateway.api.bodies.hands import AdjustPointsBody, AdjustStampsBody, CloseCardBody, MergeCardsBody
from gateway.api.bodies.platform import (
    BirthdayGiftBody,
    ChangeBirthdayBody,
    EnrollCustomerBody,
    InitialisePlatformBody,
    IssueKeyBody,
    OpenStoreBody,
    RegisterMerchantBody,
    SearchBody,
    SetJoinFormBody,
)
from gateway.api.bodies.setup import (
    EndProgramBody,
    PublishCampaignBody,
    PublishProgramBody,
    PublishRewardBody,
)
from gateway.api.bodies.tills import (
    CaptureReservationBody,
    EarnPointsBody,
    GiveStampsBody,
    GivingBody,
    HoldRewardBody,
    RedeemRewardBody,
    RefundPurchaseBody,
    ReleaseReservationBody,
    TellingBody,
    UseCodeBody,
    VoidOperationBody,
)

__all__ = [
    "AdjustPointsBody",
    "AdjustStampsBody",
    "BirthdayGiftBody",
    "CaptureReservationBody",
    "ChangeBirthdayBody",
    "CloseCardBody",
    "EarnPointsBody",
    "EndProgramBody",
    "EnrollCustomerBody",
    "GiveStampsBody",
    "GivingBody",
    "HoldRewardBody",
    "InitialisePlatformBody",
    "IssueKeyBody",
    "MergeCardsBody",
    "OpenStoreBody",
    "PublishCampaignBody",
    "PublishProgramBody",
    "PublishRewardBody",
    "RedeemRewardBody",
    "RefundPurchaseBody",
    "RegisterMerchantBody",
    "ReleaseReservationBody",
    "SearchBody",
    "SetJoinFormBody",
    "TellingBody",
    "UseCodeBody",
    "VoidOperationBody",
]
