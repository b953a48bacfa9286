"""Examples of what is answered to whoever only asks, by operation."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples.ids import (
    CAMPAIGN,
    CARD,
    CUSTOMER,
    LOT,
    OPERATION,
    PROGRAM,
    RESERVATION,
    REWARD,
    STAFF,
    STORE,
    UNLOCKED,
)
from gateway.api.examples.reports import REPORTS

_AT = "2026-11-24T09:00:01Z"
_CURSOR = "b2xkZXIgMGI2ZjdjMWUtNWE1My01YzNlLTlkNTgtN2MzYzJiOWExZjA4fjI.9f2c4e61d0a8b7c35e1f0a2b"
_ACTOR = {"kind": "staff", "id": STAFF, "role": "staff", "store": STORE}

_CARD = {
    "card_id": CARD,
    "customer_id": CUSTOMER,
    "program_id": PROGRAM,
    "card_number": "4029188375520614",
    "state": "active",
    "balance": 219,
    "available": 119,
    "held": 100,
    "debt": 0,
    "stamps": 3,
    "stamp_target": 10,
    "owed_stamps": 0,
    "store_id": STORE,
    "store_ids": [STORE],
    "language": "fr",
    "test": False,
    "opened_at": _AT,
    "version": 3,
    "person": {
        "first_name": "Amélie",
        "surname": "Weber",
        "email": "amelie.weber@reise.test",
        "phone": "+352621123456",
        "birthday": "1992-02-29",
    },
}
_ENTRY = {
    "event_id": OPERATION,
    "kind": "points_earned",
    "card_id": CARD,
    "version": 3,
    "recorded_at": _AT,
    "occurred_at": _AT,
    "actor": _ACTOR,
    "points": 169,
    "held": 0,
    "stamps": 0,
    "store_id": STORE,
    "balance": 219,
    "available": 219,
    "amount_minor": 8490,
    "currency": "EUR",
    "receipt": "T-1001",
}
_LOT = {
    "lot_id": LOT,
    "source": OPERATION,
    "free": 119,
    "held": 100,
    "program_version": 1,
    "store_id": STORE,
    "effective_at": _AT,
    "expires_on": "2027-11-24",
    "expires_at": "2027-11-24T23:00:00Z",
}
_UNLOCKED = {
    "unlocked_id": UNLOCKED,
    "code": "7K3M4QXH",
    "reward_id": REWARD,
    "reward_version": 1,
    "value_minor": 250,
    "store_ids": None,
    "unlocked_at": _AT,
    "expires_on": "2027-02-22",
    "expires_at": "2027-02-22T23:00:00Z",
}
_RESERVED = {
    "reservation_id": RESERVATION,
    "code": "9PWA2ZTC",
    "reward_id": REWARD,
    "reward_version": 1,
    "quantity": 1,
    "points": 100,
    "store_id": STORE,
    "ends_at": "2026-11-24T09:10:01Z",
}
_AS_OF = {
    "at": "2026-11-30T22:59:59Z",
    "card_id": CARD,
    "card_number": "4029188375520614",
    "state": "active",
    "balance": 219,
    "available": 119,
    "held": 100,
    "debt": 0,
    "stamps": 3,
    "stamp_target": 10,
    "owed_stamps": 0,
    "rewards": [_UNLOCKED],
    "rewards_in_all": 1,
    "reservations": [_RESERVED],
    "lots": [_LOT],
    "lots_in_all": 1,
    "version": 3,
}
_STEP = {
    "kind": "points_earned",
    "card_id": CARD,
    "occurred_at": _AT,
    "event_id": OPERATION,
    "version": 3,
    "recorded_at": _AT,
    "actor": _ACTOR,
    "store_id": STORE,
    "program_version": 1,
    "campaigns": [{"campaign_id": CAMPAIGN, "campaign_version": 1, "multiplier": 200}],
    "points": 339,
    "moves": {
        "lines": [
            {"unit": "points", "account": "granted", "amount": -339},
            {"unit": "points", "account": "issued", "amount": 339},
        ],
    },
}
_EXPLANATION = {
    "at": _AT,
    "card_id": CARD,
    "figure": "operation",
    "subject": OPERATION,
    "points": 339,
    "state": None,
    "parts": [],
    "steps": [_STEP],
    "purchase": {
        "amount_minor": 8490,
        "currency": "EUR",
        "rate": {"points": 2, "per_minor": 100},
        "rounding": "down",
        "multiplier": 200,
        "base": 169,
        "campaign": 170,
        "not_given": 0,
    },
    "refund": None,
    "next": None,
}
_RULES = {
    "stacking": "best",
    "expiry": {"kind": "rolling", "count": 12, "unit": "months", "end_of": None},
    "grace_days": 0,
    "warn_days": 30,
    "restore_days": 30,
    "overfill": "carry_over",
    "bank_limit": 3,
    "full_card_reward": REWARD,
    "welcome_stamps": 0,
    "welcome_timing": "at_enrollment",
    "birthday": {"points": 20, "stamps": 0, "reward_id": None},
    "policy": "debt",
    "hold_till_seconds": 600,
    "hold_online_seconds": 7200,
    "cooldown_seconds": 30,
    "caps": {"stamps_per_card": 20, "stamps_per_staff": None, "points_per_card": None, "points_per_staff": 20000},
    "point_value": {"minor": 500, "points": 100},
}
_SATURDAYS = {
    "program_id": PROGRAM,
    "multiplier": 200,
    "names": {"en": "Double points on Saturdays", "de": "Samstags doppelte Punkte"},
    "stores": [STORE],
    "weekdays": [5],
    "first_day": "2026-12-01",
    "last_day": "2026-12-24",
}
_COFFEE = {
    "program_id": PROGRAM,
    "names": {"en": "A coffee", "fr": "Un café"},
    "descriptions": {"en": "Any coffee of the house."},
    "cost": 100,
    "stores": None,
    "first_day": None,
    "last_day": None,
    "stock": 500,
    "limit": 1,
    "limit_per": "day",
    "value_minor": 250,
    "valid_days": 90,
}
_VERSION = {"version": 1, "effective_from": _AT, "withdrawn": False}
_ONE = {"in_force": 1, "versions_in_all": 1, "older": None}
_PROGRAM = {
    **_ONE,
    "program_id": PROGRAM,
    "ends_at": None,
    "last_day": None,
    "versions": [
        {
            **_VERSION,
            "names": {"en": "Fashion Group S.A. Loyalty"},
            "rates": {"EUR": {"points": 2, "per_minor": 100}},
            "rounding": "down",
            "welcome_points": 50,
            "stamp_target": 10,
            "rules": _RULES,
        }
    ],
}
_CAMPAIGN = {
    **_ONE,
    "campaign_id": CAMPAIGN,
    "program_id": PROGRAM,
    "versions": [{**_VERSION, "terms": _SATURDAYS}],
}
_REWARD = {
    **_ONE,
    "reward_id": REWARD,
    "program_id": PROGRAM,
    "retired_at": None,
    "taken": 3,
    "left": 497,
    "versions": [{**_VERSION, "terms": _COFFEE}],
}

ANSWERS: Mapping[str, dict[str, Any]] = {
    "list_cards": {"cards": [_CARD], "next": _CURSOR},
    "see_card": {
        **_CARD,
        "rewards": [_UNLOCKED],
        "rewards_in_all": 1,
        "reservations": [_RESERVED],
        "lots": [_LOT],
        "lots_in_all": 1,
    },
    "see_statement": {"card_id": CARD, "entries": [_ENTRY], "older": _CURSOR, "newer": _CURSOR},
    "see_card_as_of": _AS_OF,
    "explain_figure": _EXPLANATION,
    "list_programs": {"programs": [_PROGRAM], "next": None},
    "see_program": _PROGRAM,
    "list_campaigns": {"campaigns": [_CAMPAIGN], "next": None},
    "see_campaign": _CAMPAIGN,
    "list_rewards": {"rewards": [_REWARD], "next": None},
    "see_reward": _REWARD,
    **REPORTS,
}
