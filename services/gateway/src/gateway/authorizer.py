"""The one place that says who may do what: action by right, and whose things are whose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from gateway.principals import Principal, Right
from gateway.problems import Refused
from gateway.questions import LedgerCard

Action = Literal[
    "initialise_platform",
    "register_merchant",
    "publish_program",
    "open_store",
    "set_join_form",
    "issue_key",
    "revoke_key",
    "enroll_customer",
    "earn_points",
    "give_stamps",
    "see_ticket",
    "see_card",
    "find_card",
    "list_cards",
    "see_person",
    "see_command",
]

_OWNERS: frozenset[Right] = frozenset({"super_admin", "merchant_key", "merchant_owner"})
_TILL: frozenset[Right] = frozenset({"merchant_key", "merchant_owner", "store_manager", "staff"})
_ALL: frozenset[Right] = _OWNERS | _TILL

TABLE: Mapping[Action, frozenset[Right]] = {
    "initialise_platform": frozenset({"anonymous"}),  # who holds the set-up token, once
    "register_merchant": frozenset({"super_admin"}),
    "publish_program": _OWNERS,
    "open_store": _OWNERS,
    "set_join_form": _OWNERS,
    "issue_key": _OWNERS,
    "revoke_key": _OWNERS,
    "enroll_customer": _TILL,
    "earn_points": _TILL,
    "give_stamps": _TILL,
    "see_ticket": _TILL,
    "see_card": _ALL,
    "find_card": _ALL,
    "list_cards": _OWNERS | {"store_manager"},
    "see_person": _ALL,
    "see_command": _ALL,
}


WHOLE_MERCHANT: frozenset[Action] = frozenset(
    {"publish_program", "open_store", "set_join_form", "issue_key", "revoke_key"}
)
"""What concerns a merchant as a whole is not for a key that is bound to some of its stores."""


def permit(principal: Principal, action: Action) -> None:
    """401 for nobody in particular, 403 for a right that is missing."""
    if principal.right in TABLE[action] and not (principal.stores and action in WHOLE_MERCHANT):
        return
    raise Refused("credential_missing" if principal.right == "anonymous" else "not_permitted")


def tenant(principal: Principal, action: Action, merchant: UUID) -> UUID:
    """The merchant to act for; a stranger's does not exist. The tenant is looked at first: 403 would confirm it."""
    if principal.right != "anonymous" and not principal.everywhere and principal.merchant != merchant:
        raise Refused("not_found")
    permit(principal, action)
    return merchant


def own_tenant(principal: Principal, action: Action, merchant: UUID | None) -> UUID:
    """The principal's own merchant; the super admin, who has none, must name one."""
    permit(principal, action)
    if merchant is not None:
        return tenant(principal, action, merchant)
    if principal.everywhere:
        raise Refused("parameter_invalid", "A super admin says which merchant: ?merchant=<id>.")
    return principal.merchant


def sees_person(principal: Principal, card: LedgerCard) -> bool:
    """Whoever works in one store sees who a customer is if the customer is one of that store."""
    if principal.right not in TABLE["see_person"]:
        return False
    return not principal.stores or not principal.stores.isdisjoint(card.store_ids)
