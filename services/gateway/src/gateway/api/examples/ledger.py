"""Examples of bodies for the ledger: the program and the purchases of the rule book."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples.ids import CAMPAIGN, OTHER_CARD, PROGRAM, REWARD, STORE

BODIES: Mapping[str, dict[str, Any]] = {
    "PublishProgramBody": {
        "program_id": PROGRAM,
        "names": {"en": "Fashion Group Loyalty", "fr": "Fashion Group Fidélité"},
        "rates": {"EUR": {"points": 2, "per_minor": 100}},
        "welcome_points": 50,
        "stamp_target": 10,
        "rules": {
            "expiry": {"kind": "rolling", "count": 12, "unit": "months", "end_of": "quarter"},
            "full_card_reward": REWARD,
            "caps": {"stamps_per_card": 20, "points_per_staff": 20000},
            "point_value": {"minor": 500, "points": 100},
        },
    },
    "EndProgramBody": {"ends_at": "2027-06-30T22:00:00Z", "last_day": "2027-12-31"},
    "PublishCampaignBody": {
        "campaign_id": CAMPAIGN,
        "program_id": PROGRAM,
        "multiplier": 200,
        "names": {"en": "Double points on Saturdays", "de": "Samstags doppelte Punkte"},
        "stores": [STORE],
        "weekdays": [5],
        "first_day": "2026-12-01",
        "last_day": "2026-12-24",
    },
    "PublishRewardBody": {
        "reward_id": REWARD,
        "program_id": PROGRAM,
        "names": {"en": "A coffee", "lb": "E Kaffi"},
        "descriptions": {"en": "Any coffee of the house."},
        "cost": 100,
        "stock": 500,
        "limit": 1,
        "limit_per": "day",
        "value_minor": 320,
        "valid_days": 90,
    },
    "EarnPointsBody": {"amount_minor": 8490, "currency": "EUR", "receipt": "2026-11-24/17", "store_id": STORE},
    "GiveStampsBody": {"stamps": 1, "store_id": STORE},
    "HoldRewardBody": {"reward_id": REWARD, "quantity": 1, "store_id": STORE},
    "CaptureReservationBody": {"receipt": "2026-11-24/18", "store_id": STORE},
    "ReleaseReservationBody": {"store_id": STORE},
    "RedeemRewardBody": {"reward_id": REWARD, "quantity": 1, "receipt": "2026-11-24/18", "store_id": STORE},
    "UseCodeBody": {"code": "7K3M-4QXH", "store_id": STORE},
    "VoidOperationBody": {"store_id": STORE},
    "RefundPurchaseBody": {
        "program_id": PROGRAM,
        "receipt": "2026-11-24/17",
        "amount_minor": 2000,
        "currency": "EUR",
        "refund_number": "R-5",
        "store_id": STORE,
    },
    "AdjustPointsBody": {"points": -50, "reason": "correction", "store_id": STORE},
    "AdjustStampsBody": {"stamps": 2, "reason": "goodwill", "store_id": STORE},
    "CloseCardBody": {"cause": "leaving"},
    "MergeCardsBody": {"into": OTHER_CARD},
}
