"""Examples of bodies about platform, merchants, stores, keys and persons."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples.ids import KEY, MERCHANT, PROGRAM, STAFF, STORE

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FOUR = {"en": "…", "fr": "…", "de": "…", "lb": "…"}

BODIES: Mapping[str, dict[str, Any]] = {
    "InitialisePlatformBody": {"setup_token": "as printed at the first start", "key_id": KEY, "key_hash": _HASH},
    "RegisterMerchantBody": {"merchant_id": MERCHANT, "name": "Fashion Group S.A."},
    "OpenStoreBody": {
        "store_id": STORE,
        "program_id": PROGRAM,
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
        "program_id": PROGRAM,
        "asked": ["first_name", "surname", "email", "phone", "birthday"],
        "required": ["first_name", "email"],
        "terms_version": "2026-11",
        "terms": _FOUR,
        "privacy": _FOUR,
        "minimum_age": 16,
    },
    "IssueKeyBody": {
        "key_id": KEY,
        "key_hash": _HASH,
        "kind": "staff",
        "role": "staff",
        "staff_id": STAFF,
        "store_ids": [STORE],
    },
    "EnrollCustomerBody": {
        "first_name": "Amélie",
        "surname": "Weber",
        "email": "amelie.weber@reise.test",
        "phone": "+352621123456",
        "birthday": "1992-02-29",
        "language": "fr",
        "birthday_gift": True,
    },
    "BirthdayGiftBody": {"consent": False},
    "ChangeBirthdayBody": {"birthday": "1992-02-29"},
    "SearchBody": {"email": "amelie.weber@reise.test"},
}
