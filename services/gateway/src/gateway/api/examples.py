"""One example of each body, for the documentation; a test sends them all."""

from collections.abc import Mapping
from typing import Any

_MERCHANT = "0b6f7c1e-5a53-5c3e-9d58-7c3c2b9a1f01"
_PROGRAM = "0b6f7c1e-5a53-5c3e-9d58-7c3c2b9a1f02"
_STORE = "0b6f7c1e-5a53-5c3e-9d58-7c3c2b9a1f03"
_KEY = "0b6f7c1e-5a53-5c3e-9d58-7c3c2b9a1f04"
_STAFF = "0b6f7c1e-5a53-5c3e-9d58-7c3c2b9a1f05"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FOUR = {"en": "…", "fr": "…", "de": "…", "lb": "…"}

BODIES: Mapping[str, dict[str, Any]] = {
    "InitialisePlatformBody": {"setup_token": "as printed at the first start", "key_id": _KEY, "key_hash": _HASH},
    "RegisterMerchantBody": {"merchant_id": _MERCHANT, "name": "Fashion Group S.A."},
    "PublishProgramBody": {
        "program_id": _PROGRAM,
        "names": {"en": "Fashion Group Loyalty", "fr": "Fashion Group Fidélité"},
        "rates": {"EUR": {"points": 2, "per_minor": 100}},
        "welcome_points": 50,
        "stamp_target": 10,
    },
    "OpenStoreBody": {
        "store_id": _STORE,
        "program_id": _PROGRAM,
        "subdomain": "fashionhub",
        "name": "FASHIONHUB",
        "loyalty": "live",
        "time_zone": "Europe/Luxembourg",
        "currency": "EUR",
        "default_language": "fr",
        "descriptions": _FOUR,
        "taglines": _FOUR,
        "accent": "#8a2b4f",
        "has_catalog": False,
    },
    "SetJoinFormBody": {
        "program_id": _PROGRAM,
        "asked": ["first_name", "surname", "email", "phone", "birthday"],
        "required": ["first_name", "email"],
        "terms_version": "2026-11",
        "terms": _FOUR,
        "privacy": _FOUR,
        "minimum_age": 16,
    },
    "IssueKeyBody": {
        "key_id": _KEY,
        "key_hash": _HASH,
        "kind": "staff",
        "role": "staff",
        "staff_id": _STAFF,
        "store_ids": [_STORE],
    },
    "EnrollCustomerBody": {
        "first_name": "Amélie",
        "surname": "Weber",
        "email": "amelie.weber@reise.test",
        "phone": "+352621123456",
        "birthday": "1992-02-29",
        "language": "fr",
    },
    "EarnPointsBody": {"amount_minor": 8490, "currency": "EUR", "receipt": "2026-11-24/17", "store_id": _STORE},
    "GiveStampsBody": {"stamps": 1, "store_id": _STORE},
    "SearchBody": {"email": "amelie.weber@reise.test"},
}
