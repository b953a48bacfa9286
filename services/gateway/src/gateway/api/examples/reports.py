"""Examples of reports: the merchant of the rule book's X45, a point worth five cents."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples.ids import PROGRAM, STORE

_AT = "2026-11-24T09:00:01Z"
_VALUE = {"minor": 500, "points": 100}
_OWED = {"points": 119, "debt": 0, "money_minor": 595, "rewards": 1, "rewards_value_minor": 350, "stamps": 3}
_MOVED = {
    "opening": 0,
    "granted": 459,
    "adjusted": 0,
    "redeemed": 100,
    "expired": 240,
    "debt": 0,
    "absorbed": 0,
    "closing": 119,
    "breakage_minor": 1200,
}
_COHORT = {
    "month": "2026-06",
    "granted": 1000,
    "reversed": 100,
    "redeemed": 500,
    "expired": 240,
    "open": 160,
    "breakage_percent": 26.7,
}
_OF_PROGRAM = {"program_id": PROGRAM, "point_value": _VALUE}

REPORTS: Mapping[str, dict[str, Any]] = {
    "report_liability": {
        "at": _AT,
        "total": _OWED,
        "programs": [{**_OWED, **_OF_PROGRAM, "stores": [{**_OWED, "store_id": STORE}]}],
    },
    "report_breakage": {
        "first_day": "2026-11-01",
        "last_day": "2026-11-30",
        "at": _AT,
        "total": _MOVED,
        "programs": [{**_MOVED, **_OF_PROGRAM, "stores": [{**_MOVED, "store_id": STORE}]}],
    },
    "report_cohorts": {
        "at": _AT,
        "programs": [
            {"program_id": PROGRAM, "cohorts": [_COHORT], "stores": [{"store_id": STORE, "cohorts": [_COHORT]}]}
        ],
    },
}
