"""What the ledger is told in the examples."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from stampbook_events import ledger
from stampbook_events.sample_data.cast import (
    BOUGHT_AT,
    CARD,
    CODE,
    CUSTOMER,
    FASHIONHUB,
    FASHIONOUTLET,
    FG,
    NEW_NUMBER,
    NUMBER,
    OTHER_CARD,
    PURCHASE,
    RESERVATION,
    SATURDAYS,
    TOTE_BAG,
    example,
)
from stampbook_events.sample_data.ledger_offers import CAMPAIGN, JULY, PROGRAM, REWARD

_ASKED = {"card_id": CARD, "store_id": FASHIONHUB, "card_number": NUMBER}
_TABLET = ledger.Terminal(ahead_ms=-1_500, last_sync=BOUGHT_AT - timedelta(minutes=40))

COMMANDS: tuple[msgspec.Struct, ...] = (
    example(ledger.PublishProgram, PROGRAM, effective_from=JULY),
    ledger.WithdrawProgram(program_id=FG, version=2),
    ledger.EndProgram(program_id=FG, ends_at=datetime(2026, 12, 31, 23, 0, tzinfo=UTC), last_day=date(2027, 4, 30)),
    ledger.PublishCampaign(campaign_id=SATURDAYS, terms=CAMPAIGN),
    ledger.WithdrawCampaign(campaign_id=SATURDAYS, version=2),
    ledger.PublishReward(reward_id=TOTE_BAG, terms=REWARD),
    ledger.WithdrawReward(reward_id=TOTE_BAG, version=2),
    ledger.RetireReward(reward_id=TOTE_BAG),
    ledger.OpenCard(
        customer_id=CUSTOMER, program_id=FG, store_id=FASHIONHUB, card_number=NUMBER, language="fr", test=False
    ),
    ledger.LinkStore(customer_id=CUSTOMER, program_id=FG, store_id=FASHIONOUTLET),
    ledger.ConfirmAddress(customer_id=CUSTOMER, program_id=FG),
    example(ledger.EarnPoints, _ASKED, amount_minor=8490, currency="EUR", receipt="T-1001"),
    example(ledger.GiveStamps, _ASKED, channel="offline", terminal=_TABLET, stamps=2, receipt="T-1001"),
    ledger.HoldReward(card_id=CARD, reward_id=TOTE_BAG, channel="online"),
    example(ledger.CaptureReservation, _ASKED, reservation_id=RESERVATION, receipt="T-1004"),
    ledger.ReleaseReservation(card_id=CARD, reservation_id=RESERVATION, channel="online"),
    example(ledger.RedeemReward, _ASKED, reward_id=TOTE_BAG, receipt="T-1002"),
    ledger.UseCode(store_id=FASHIONHUB, code=CODE, receipt="T-1003"),
    ledger.VoidOperation(store_id=FASHIONHUB, operation_id=PURCHASE),
    ledger.RefundPurchase(
        store_id=FASHIONOUTLET,
        program_id=FG,
        receipt="T-1001",
        sold_by=FASHIONHUB,
        amount_minor=2000,
        currency="EUR",
        refund_number="R-17",
    ),
    ledger.AdjustPoints(card_id=CARD, points=100, reason="goodwill", store_id=FASHIONHUB),
    ledger.AdjustStamps(card_id=CARD, stamps=-1, reason="correction", store_id=FASHIONHUB),
    ledger.ForgiveDebt(card_id=CARD),
    ledger.FreezeCard(card_id=CARD),
    ledger.UnfreezeCard(card_id=CARD),
    ledger.CloseCard(card_id=CARD, cause="leaving"),
    ledger.ReplaceCard(card_id=CARD, card_number=NEW_NUMBER),
    ledger.CheckHolder(card_id=CARD),
    ledger.MergeCards(card_id=OTHER_CARD, into=CARD),
    ledger.LowerCycle(card_id=CARD),
    ledger.ExtendLots(card_id=CARD),
    ledger.BookDue(card_id=CARD),
    ledger.GrantBirthday(customer_id=CUSTOMER, program_id=FG, day=date(2026, 9, 14)),
    ledger.WarnOfExpiry(card_id=CARD),
)
