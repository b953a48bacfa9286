"""What the ledger refused in the examples."""

import msgspec

from stampbook_events import ledger
from stampbook_events.sample_data.cast import CARD, CUSTOMER, FASHIONHUB, FG, PURCHASE, SATURDAYS, TOTE_BAG, example

_ASKED = {"card_id": CARD, "store_id": FASHIONHUB}

EVENTS: tuple[msgspec.Struct, ...] = (
    example(ledger.EarningRefused, _ASKED, code="receipt_already_recorded"),
    example(ledger.StampsRefused, _ASKED, code="card_full"),
    example(ledger.RedemptionRefused, _ASKED, code="not_enough_points"),
    example(ledger.ReservationRefused, _ASKED, code="reservation_lapsed"),
    example(ledger.AdjustmentRefused, _ASKED, code="adjustment_over_limit"),
    example(ledger.CardRefused, _ASKED, code="card_exists"),
    example(ledger.OpeningRefused, _ASKED, customer_id=CUSTOMER, program_id=FG, code="program_ended"),
    example(ledger.CodeRefused, _ASKED, code="code_already_used"),
    ledger.VoidRefused(operation_id=PURCHASE, store_id=FASHIONHUB, code="already_voided"),
    ledger.RefundRefused(program_id=FG, store_id=FASHIONHUB, code="refund_exceeds_purchase"),
    ledger.WorkRefused(card_id=CARD, code="card_frozen"),
    ledger.ProgramRefused(program_id=FG, code="names_missing"),
    ledger.CampaignRefused(campaign_id=SATURDAYS, code="version_in_force"),
    ledger.RewardRefused(reward_id=TOTE_BAG, code="last_day_too_early"),
)
