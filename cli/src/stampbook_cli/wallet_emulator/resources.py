"""How a class or an object comes to its next state: ids, review, merging. Pure."""

import enum
import re
from typing import Any

from stampbook_cli.wallet_emulator.checking import Contract
from stampbook_cli.wallet_emulator.refusals import Refused, invalid, not_allowed

Resource = dict[str, Any]

SUFFIX = re.compile(r"[A-Za-z0-9._-]+")
# What the platform itself writes, or shows only in answers; a client may send it back, and it changes nothing.
PLATFORM_FIELDS = {"kind", "version", "hasUsers", "hasLinkedDevice", "classReference", "review"}
# Asked anew with each change: it says whether this one change is announced.
EPHEMERAL_FIELDS = {"notifyPreference"}
REVIEW = {"draft": "DRAFT", "underReview": "UNDER_REVIEW", "approved": "APPROVED", "rejected": "REJECTED"}


class Kind(enum.StrEnum):
    CLASS = "loyaltyClass"
    OBJECT = "loyaltyObject"

    @property
    def schema(self) -> str:
        return "LoyaltyClass" if self is Kind.CLASS else "LoyaltyObject"

    @property
    def noun(self) -> str:
        return "Class" if self is Kind.CLASS else "Object"


def demand_own_id(issuer_id: str, resource_id: object) -> str:
    """The id, if it is well formed and belongs to our issuer."""
    if not isinstance(resource_id, str):
        raise invalid("The id must be a string.")
    issuer, dot, suffix = resource_id.partition(".")
    if not dot or not issuer.isdigit() or not SUFFIX.fullmatch(suffix):
        raise invalid("The id must be the issuer id, a dot, and letters, digits, '.', '_' or '-'.")
    if issuer != issuer_id:
        raise not_allowed("The service account may not act for this issuer.")
    return resource_id


def demand_sound(contract: Contract, schema: str, value: object, *, partial: bool = False) -> None:
    """Refuse with everything that is wrong, at most ten things."""
    found = [str(violation) for violation in contract.violations(schema, value, partial=partial)]
    if found:
        raise invalid(" ".join(found[:10]))


def settable(body: Resource) -> Resource:
    """What of a request is the client's to set."""
    return {name: value for name, value in body.items() if name not in PLATFORM_FIELDS | EPHEMERAL_FIELDS}


def merged(old: Resource, patch: Resource) -> Resource:
    """Objects merge field by field, null removes, everything else (lists too) is replaced.

    Whether Google really merges nested objects this deep is not documented; a client that always sends
    whole objects is right either way.
    """
    result = dict(old)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = value
    return result


def reviewed(body: Resource, old: Resource | None) -> str:
    """The review status a class gets: what is handed in for review is approved at once."""
    sent = body.get("reviewStatus")
    wanted = REVIEW.get(str(sent), sent)
    if wanted not in {"DRAFT", "UNDER_REVIEW"}:
        raise invalid("reviewStatus must be UNDER_REVIEW or DRAFT in a request.")
    if wanted == "DRAFT" and old is not None and old["reviewStatus"] != "DRAFT":
        raise invalid("reviewStatus can not go back to DRAFT.")
    return "DRAFT" if wanted == "DRAFT" else "APPROVED"


def demand_usable(class_id: str, loyalty_class: Resource | None) -> None:
    if loyalty_class is None:
        raise Refused(404, f"Class {class_id} not found.", reason="classNotFound")
    if loyalty_class["reviewStatus"] != "APPROVED":
        raise invalid("The class of an object must be approved; a draft can have no objects.")


def announced(old: Resource, new: Resource, body: Resource) -> bool:
    """Whether a change of the balance asks for a push to the phone."""
    if body.get("notifyPreference") != "NOTIFY_ON_UPDATE":
        return False
    return balance_of(old) != balance_of(new)


def balance_of(resource: Resource) -> object:
    return resource.get("loyaltyPoints", {}).get("balance")
