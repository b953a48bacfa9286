"""Examples of what comes of the ledger's operations, by operation."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples.ids import (
    CAMPAIGN,
    CARD,
    OPERATION,
    OTHER_CARD,
    PROGRAM,
    RESERVATION,
    REWARD,
    UNLOCKED,
)

_AT = "2026-11-24T09:00:01Z"


def _card(balance: int = 219, available: int = 219, stamps: int = 3, card_id: str = CARD) -> dict[str, Any]:
    return {"card_id": card_id, "balance": balance, "available": available, "stamps": stamps, "stamp_target": 10}


_EARNED = {
    **_card(),
    "operation_id": OPERATION,
    "points": 169,
    "base": 169,
    "campaign": 0,
    "repaid": 0,
    "effective_at": _AT,
    "program_version": 1,
}
_STAMPED = {
    **_card(stamps=1),
    "operation_id": OPERATION,
    "given": 2,
    "not_given": 0,
    "repaid": 0,
    "effective_at": _AT,
    "program_version": 1,
    "unlocked": [{"unlocked_id": UNLOCKED, "code": "7K3M4QXH", "reward_id": REWARD, "expires_on": "2027-02-22"}],
}
_PROGRAM = {"program_id": PROGRAM, "program_version": 2}
_CAMPAIGN = {"campaign_id": CAMPAIGN, "campaign_version": 1}
_REWARD = {"reward_id": REWARD, "reward_version": 1}

RESULTS: Mapping[str, dict[str, Any]] = {
    "publish_program": _PROGRAM,
    "withdraw_program": _PROGRAM,
    "end_program": {"program_id": PROGRAM, "ends_at": "2027-06-30T22:00:00Z", "last_day": "2027-12-31"},
    "publish_campaign": _CAMPAIGN,
    "withdraw_campaign": _CAMPAIGN,
    "publish_reward": _REWARD,
    "withdraw_reward": _REWARD,
    "retire_reward": {"reward_id": REWARD},
    "earn_points": _EARNED,
    "earn_points_by_ticket": _EARNED,
    "give_stamps": _STAMPED,
    "give_stamps_by_ticket": _STAMPED,
    "hold_reward": {
        **_card(available=119),
        "reservation_id": RESERVATION,
        "points": 100,
        "redeem_code": "9PWA2ZTC",
        "ends_at": "2026-11-24T09:10:01Z",
    },
    "capture_reservation": {
        **_card(119, 119),
        "operation_id": OPERATION,
        "reservation_id": RESERVATION,
        "points": 100,
        "quantity": 1,
    },
    "release_reservation": {**_card(), "reservation_id": RESERVATION},
    "redeem_reward": {
        **_card(119, 119),
        "operation_id": OPERATION,
        "points": 100,
        "quantity": 1,
        "effective_at": _AT,
    },
    "use_code": {
        **_card(),
        "operation_id": OPERATION,
        "unlocked_id": UNLOCKED,
        "reward_id": REWARD,
        "redeem_code": "7K3M4QXH",
    },
    "void_operation": {**_card(50, 50), "voided": OPERATION, "points": 169, "given": 0},
    "refund_purchase": {**_card(180, 180), "refunded": OPERATION, "points": 39, "amount_minor": 2000},
    "adjust_points": {**_card(169, 169), "operation_id": OPERATION, "points": -50},
    "adjust_stamps": {**_card(stamps=5), "operation_id": OPERATION, "given": 2},
    "forgive_debt": {**_card(0, 0), "points": 50},
    "freeze_card": _card(),
    "unfreeze_card": _card(),
    "close_card": _card(0, 0, 0),
    "replace_card": {**_card(), "card_number": "4029188375520614"},
    "check_holder": _card(),
    "merge_cards": _card(269, 269, 7, OTHER_CARD),
    "lower_cycle": {
        **_card(stamps=1),
        "stamp_target": 8,
        "unlocked": [{"unlocked_id": UNLOCKED, "code": "7K3M4QXH", "reward_id": REWARD, "expires_on": "2027-02-22"}],
    },
    "extend_lots": {**_card(), "points": 169},
}
