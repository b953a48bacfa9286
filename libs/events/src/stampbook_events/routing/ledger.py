"""Who reacts to what the ledger records.

Public is what is offered and what became of cards and their value; how our own work went is not, and nothing that says a
redeem code is, for that is as good as the reward. A pass follows every
event that changes what it shows: the balance, the stamps, the number and the state of its card.
"""

import msgspec

from stampbook_events import ledger
from stampbook_events.routing.verdicts import REFUSED, Declared, Handled, Ignored, Route, Verdict

_PASS = Handled(("pass:card",))
_AT_THE_TILL = Ignored("the customer stands at the till and sees it")
_BY_HAND = Ignored("whoever does it by hand tells the customer of it")
_ON_THE_PAGE = Ignored("what it changes, the card's page shows")
_TAKEN_BACK = Ignored("whoever takes it back tells the customer of it")
_NOT_SHOWN = Ignored("it changes nothing that a pass shows")
_NOT_NAMED = Ignored("no mail that has its texts names one")
_GONE = Ignored("nobody is written to about a card that is no more")
_NO_CARD = Declared(("mail:joining_ended",), "its text is not written; only for a program that has ended is there one")
_REWARD_READY = Handled(("mail:reward_ready",))
_RECEIPT = Handled(("mail:redemption_receipt",))


def _told(notifier: Verdict, wallet: Verdict) -> Route:
    return Route(public=True, to={"notifier": notifier, "wallet": wallet})


def _kept(notifier: Verdict, wallet: Verdict) -> Route:
    return Route(public=False, to={"notifier": notifier, "wallet": wallet})


_OFFERS: dict[type[msgspec.Struct], Route] = {
    ledger.ProgramPublished: _told(Handled(), Handled()),
    ledger.ProgramWithdrawn: _told(Handled(), Handled()),
    ledger.ProgramEnding: _told(
        Ignored("the merchant announces it; what expires then is told card by card"), _NOT_SHOWN
    ),
    ledger.CampaignPublished: _told(_NOT_NAMED, _NOT_SHOWN),
    ledger.CampaignWithdrawn: _told(_NOT_NAMED, _NOT_SHOWN),
    ledger.RewardPublished: _told(_NOT_NAMED, _NOT_SHOWN),
    ledger.RewardWithdrawn: _told(_NOT_NAMED, _NOT_SHOWN),
    ledger.RewardRetired: _told(_NOT_NAMED, _NOT_SHOWN),
}

_CARDS: dict[type[msgspec.Struct], Route] = {
    ledger.CardOpened: _told(Handled(("mail:enrollment",)), _PASS),
    ledger.CardReopened: _told(Handled(("mail:enrollment",)), _PASS),
    ledger.StoreLinked: _told(
        Ignored("the card-link mail goes out for the recognition itself"), Ignored("a pass does not list stores")
    ),
    ledger.AddressConfirmed: _told(Ignored("the customer has just confirmed it"), _NOT_SHOWN),
    ledger.HolderChecked: _told(_AT_THE_TILL, _NOT_SHOWN),
    ledger.CardFrozen: _told(_BY_HAND, _PASS),
    ledger.CardUnfrozen: _told(_BY_HAND, _PASS),
    ledger.CardReplaced: _kept(
        Handled(), _PASS
    ),  # it says redeem codes; the next mail bears the new number; the card's link stays
    ledger.CardClosed: _told(_GONE, _PASS),
    ledger.CardMerged: _told(_GONE, _PASS),
    ledger.CardTakenOver: _told(_BY_HAND, _PASS),
    ledger.DebtSettled: _told(_BY_HAND, _PASS),
    ledger.BonusTakenBack: _told(_BY_HAND, _PASS),
}

_VALUE: dict[type[msgspec.Struct], Route] = {
    ledger.WelcomeBonusGranted: _told(Handled(("mail:welcome_bonus",)), _PASS),
    ledger.BirthdayBonusGranted: _told(Handled(("mail:birthday",)), _PASS),
    ledger.BirthdaySkipped: _kept(Ignored("operators see it; the customer was promised no day"), _NOT_SHOWN),
    ledger.PointsEarned: _told(_AT_THE_TILL, _PASS),
    ledger.StampsEarned: _told(_AT_THE_TILL, _PASS),
    ledger.RewardUnlocked: _kept(_REWARD_READY, _PASS),
    ledger.RewardWithinReach: _told(_REWARD_READY, _NOT_SHOWN),
    ledger.CycleLowered: _told(Ignored("a reward that it unlocks has a mail of its own"), _PASS),
    ledger.RewardRedeemed: _told(_RECEIPT, _PASS),
    ledger.RewardUsed: _kept(_RECEIPT, _PASS),
    ledger.RewardHeld: _kept(
        Ignored("whoever reserves has the answer with the code"), Ignored("points that are held stay in the balance")
    ),
    ledger.ReservationReleased: _told(_ON_THE_PAGE, _PASS),
    ledger.ReservationLapsed: _told(_ON_THE_PAGE, _PASS),
    ledger.RewardExpired: _told(Ignored("its mail said until when it could be had"), _PASS),
    ledger.UseVoided: _told(_TAKEN_BACK, _PASS),
    ledger.OperationVoided: _told(_TAKEN_BACK, _PASS),
    ledger.PurchaseRefunded: _told(_TAKEN_BACK, _PASS),
    ledger.PointsAdjusted: _told(_BY_HAND, _PASS),
    ledger.StampsAdjusted: _told(_BY_HAND, _PASS),
    ledger.DebtForgiven: _told(_BY_HAND, _PASS),
    ledger.PointsExpired: _told(Handled(("mail:points_expired",)), _PASS),
    ledger.PointsExpiring: _told(Handled(("mail:points_expiring",)), _NOT_SHOWN),
    ledger.ExpiryReversed: _told(_ON_THE_PAGE, _PASS),
    ledger.LotsExtended: _told(_ON_THE_PAGE, _NOT_SHOWN),
    ledger.ClockWentOn: _told(_ON_THE_PAGE, _NOT_SHOWN),
}

_REFUSALS: dict[type[msgspec.Struct], Route] = {
    ledger.EarningRefused: _told(REFUSED, REFUSED),
    ledger.StampsRefused: _told(REFUSED, REFUSED),
    ledger.RedemptionRefused: _told(REFUSED, REFUSED),
    ledger.ReservationRefused: _told(REFUSED, REFUSED),
    ledger.AdjustmentRefused: _told(REFUSED, REFUSED),
    ledger.CodeRefused: _told(REFUSED, REFUSED),
    ledger.VoidRefused: _told(REFUSED, REFUSED),
    ledger.RefundRefused: _told(REFUSED, REFUSED),
    ledger.OpeningRefused: _told(_NO_CARD, REFUSED),
    ledger.CardRefused: _kept(REFUSED, REFUSED),
    ledger.ProgramRefused: _kept(REFUSED, REFUSED),
    ledger.CampaignRefused: _kept(REFUSED, REFUSED),
    ledger.RewardRefused: _kept(REFUSED, REFUSED),
    ledger.WorkRefused: _kept(REFUSED, REFUSED),
}

LEDGER_ROUTES: dict[type[msgspec.Struct], Route] = {**_OFFERS, **_CARDS, **_VALUE, **_REFUSALS}
