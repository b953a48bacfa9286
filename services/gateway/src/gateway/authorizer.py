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
    "withdraw_program",
    "end_program",
    "publish_campaign",
    "withdraw_campaign",
    "publish_reward",
    "withdraw_reward",
    "retire_reward",
    "open_store",
    "set_join_form",
    "issue_key",
    "revoke_key",
    "enroll_customer",
    "set_birthday_consent",
    "change_birthday",
    "earn_points",
    "give_stamps",
    "hold_reward",
    "capture_reservation",
    "release_reservation",
    "redeem_reward",
    "use_code",
    "void_operation",
    "refund_purchase",
    "adjust_points",
    "adjust_stamps",
    "forgive_debt",
    "freeze_card",
    "unfreeze_card",
    "close_card",
    "replace_card",
    "check_holder",
    "merge_cards",
    "lower_cycle",
    "extend_lots",
    "see_ticket",
    "see_card",
    "find_card",
    "list_cards",
    "see_person",
    "see_statement",
    "see_card_as_of",
    "explain_figure",
    "list_programs",
    "see_program",
    "list_campaigns",
    "see_campaign",
    "list_rewards",
    "see_reward",
    "see_reports",
    "see_command",
]

_OWNERS: frozenset[Right] = frozenset({"super_admin", "merchant_key", "merchant_owner"})
_TILL: frozenset[Right] = frozenset({"merchant_key", "merchant_owner", "store_manager", "staff"})
_ALL: frozenset[Right] = _OWNERS | _TILL
_MANAGERS: frozenset[Right] = _OWNERS | {"store_manager"}

TABLE: Mapping[Action, frozenset[Right]] = {
    "initialise_platform": frozenset({"anonymous"}),  # who holds the set-up token, once
    "register_merchant": frozenset({"super_admin"}),
    "publish_program": _OWNERS,
    "withdraw_program": _OWNERS,
    "end_program": _OWNERS,
    "publish_campaign": _OWNERS,
    "withdraw_campaign": _OWNERS,
    "publish_reward": _OWNERS,
    "withdraw_reward": _OWNERS,
    "retire_reward": _OWNERS,
    "open_store": _OWNERS,
    "set_join_form": _OWNERS,
    "issue_key": _OWNERS,
    "revoke_key": _OWNERS,
    "enroll_customer": _TILL,
    "set_birthday_consent": _ALL,
    "change_birthday": _MANAGERS,  # a gift goes by it
    "earn_points": _ALL,
    "give_stamps": _ALL,
    "hold_reward": _ALL,
    "capture_reservation": _ALL,
    "release_reservation": _ALL,
    "redeem_reward": _ALL,
    "use_code": _ALL,
    "void_operation": _ALL,  # how far back, the ledger limits by role (R61)
    "refund_purchase": _ALL,
    "adjust_points": _MANAGERS,  # how much, the ledger limits by role (R61)
    "adjust_stamps": _MANAGERS,
    "forgive_debt": _MANAGERS,
    "freeze_card": _MANAGERS,
    "unfreeze_card": _MANAGERS,
    "close_card": _MANAGERS,
    "replace_card": _ALL,  # whoever lost a card stands at a till
    "check_holder": _ALL,
    "merge_cards": _MANAGERS,
    "lower_cycle": _OWNERS,
    "extend_lots": _OWNERS,
    "see_ticket": _TILL,
    "see_card": _ALL,
    "find_card": _ALL,
    "list_cards": _MANAGERS,
    "see_person": _ALL,
    "see_statement": _ALL,  # of what happened in other stores, not where and by whom
    "see_card_as_of": _ALL,
    "explain_figure": _ALL,
    "list_programs": _ALL,
    "see_program": _ALL,
    "list_campaigns": _ALL,
    "see_campaign": _ALL,
    "list_rewards": _ALL,
    "see_reward": _ALL,
    "see_reports": _OWNERS,
    "see_command": _ALL,
}


WHOLE_MERCHANT: frozenset[Action] = frozenset(
    {
        "publish_program",
        "withdraw_program",
        "end_program",
        "publish_campaign",
        "withdraw_campaign",
        "publish_reward",
        "withdraw_reward",
        "retire_reward",
        "open_store",
        "set_join_form",
        "issue_key",
        "revoke_key",
        "see_reports",
    }
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
