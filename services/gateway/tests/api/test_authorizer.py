"""Who may do what, cell by cell."""

from typing import get_args
from uuid import UUID

import places
import pytest

from gateway.authorizer import TABLE, WHOLE_MERCHANT, Action, own_tenant, permit, sees_person, tenant
from gateway.map import PlatformMap
from gateway.principals import ANONYMOUS, Principal, Right, bearer_of, principal_of
from gateway.problems import Refused


def holder(name: str) -> Principal:
    platform = PlatformMap()
    places.furnish(platform)
    return principal_of(next(held for held in platform.keys.values() if held.key == _key(platform, name)))


def _key(platform: PlatformMap, name: str) -> object:
    from hashlib import sha256

    return platform.keys[sha256(places.KEYS[name].encode()).hexdigest()].key


MAY: dict[Action, str] = {
    "initialise_platform": "anonymous",
    "register_merchant": "super_admin",
    "publish_program": "super_admin merchant_key merchant_owner",
    "withdraw_program": "super_admin merchant_key merchant_owner",
    "end_program": "super_admin merchant_key merchant_owner",
    "publish_campaign": "super_admin merchant_key merchant_owner",
    "withdraw_campaign": "super_admin merchant_key merchant_owner",
    "publish_reward": "super_admin merchant_key merchant_owner",
    "withdraw_reward": "super_admin merchant_key merchant_owner",
    "retire_reward": "super_admin merchant_key merchant_owner",
    "open_store": "super_admin merchant_key merchant_owner",
    "set_join_form": "super_admin merchant_key merchant_owner",
    "issue_key": "super_admin merchant_key merchant_owner",
    "revoke_key": "super_admin merchant_key merchant_owner",
    "enroll_customer": "merchant_key merchant_owner store_manager staff",
    "set_birthday_consent": "super_admin merchant_key merchant_owner store_manager staff",
    "change_birthday": "super_admin merchant_key merchant_owner store_manager",
    "earn_points": "super_admin merchant_key merchant_owner store_manager staff",
    "give_stamps": "super_admin merchant_key merchant_owner store_manager staff",
    "hold_reward": "super_admin merchant_key merchant_owner store_manager staff",
    "capture_reservation": "super_admin merchant_key merchant_owner store_manager staff",
    "release_reservation": "super_admin merchant_key merchant_owner store_manager staff",
    "redeem_reward": "super_admin merchant_key merchant_owner store_manager staff",
    "use_code": "super_admin merchant_key merchant_owner store_manager staff",
    "void_operation": "super_admin merchant_key merchant_owner store_manager staff",
    "refund_purchase": "super_admin merchant_key merchant_owner store_manager staff",
    "replace_card": "super_admin merchant_key merchant_owner store_manager staff",
    "check_holder": "super_admin merchant_key merchant_owner store_manager staff",
    "adjust_points": "super_admin merchant_key merchant_owner store_manager",
    "adjust_stamps": "super_admin merchant_key merchant_owner store_manager",
    "forgive_debt": "super_admin merchant_key merchant_owner store_manager",
    "freeze_card": "super_admin merchant_key merchant_owner store_manager",
    "unfreeze_card": "super_admin merchant_key merchant_owner store_manager",
    "close_card": "super_admin merchant_key merchant_owner store_manager",
    "merge_cards": "super_admin merchant_key merchant_owner store_manager",
    "lower_cycle": "super_admin merchant_key merchant_owner",
    "extend_lots": "super_admin merchant_key merchant_owner",
    "see_ticket": "merchant_key merchant_owner store_manager staff",
    "see_card": "super_admin merchant_key merchant_owner store_manager staff",
    "find_card": "super_admin merchant_key merchant_owner store_manager staff",
    "list_cards": "super_admin merchant_key merchant_owner store_manager",
    "see_person": "super_admin merchant_key merchant_owner store_manager staff",
    "see_statement": "super_admin merchant_key merchant_owner store_manager staff",
    "see_card_as_of": "super_admin merchant_key merchant_owner store_manager staff",
    "explain_figure": "super_admin merchant_key merchant_owner store_manager staff",
    "list_programs": "super_admin merchant_key merchant_owner store_manager staff",
    "see_program": "super_admin merchant_key merchant_owner store_manager staff",
    "list_campaigns": "super_admin merchant_key merchant_owner store_manager staff",
    "see_campaign": "super_admin merchant_key merchant_owner store_manager staff",
    "list_rewards": "super_admin merchant_key merchant_owner store_manager staff",
    "see_reward": "super_admin merchant_key merchant_owner store_manager staff",
    "see_reports": "super_admin merchant_key merchant_owner",
    "see_command": "super_admin merchant_key merchant_owner store_manager staff",
}


def test_the_table_names_every_action() -> None:
    assert set(TABLE) == set(get_args(Action)) == set(MAY)


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("right", get_args(Right))
def test_each_right_may_do_what_the_table_says_and_nothing_else(action: Action, right: Right) -> None:
    principal = ANONYMOUS if right == "anonymous" else holder(right)
    if right in MAY[action].split():
        permit(principal, action)
        return
    with pytest.raises(Refused) as refused:
        permit(principal, action)
    assert refused.value.status == (401 if right == "anonymous" else 403)


@pytest.mark.parametrize("action", sorted(set(get_args(Action)) - {"initialise_platform"}))
def test_another_merchants_things_do_not_exist(action: Action) -> None:
    with pytest.raises(Refused) as refused:
        tenant(holder("stranger"), action, places.FASHION)
    assert refused.value.status == 404


def test_a_super_admin_names_the_merchant() -> None:
    with pytest.raises(Refused, match="parameter_invalid"):
        own_tenant(holder("super_admin"), "see_card", None)
    assert own_tenant(holder("super_admin"), "see_card", places.BOOKS) == places.BOOKS


def test_naming_the_own_merchant_is_no_offence() -> None:
    assert own_tenant(holder("staff"), "see_card", places.FASHION) == places.FASHION


def test_a_key_bound_to_some_stores_does_not_change_the_merchant() -> None:
    bound = Principal(
        right="merchant_key", id="x", merchant=places.FASHION, key_id=UUID(int=1), stores=frozenset({places.HUB})
    )
    for action in WHOLE_MERCHANT:
        with pytest.raises(Refused, match="not_permitted"):
            permit(bound, action)


def test_staff_see_the_persons_of_their_own_stores_only() -> None:
    assert sees_person(holder("staff"), places.card(store_ids=[places.HUB]))
    assert not sees_person(holder("staff"), places.card(store_ids=[places.OUTLET]))
    assert sees_person(holder("merchant_owner"), places.card(store_ids=[places.OUTLET]))


def test_another_key_of_the_same_person_is_the_same_actor() -> None:
    assert holder("staff").actor(places.HUB).id == str(places.STAFF)
    assert holder("staff").actor(places.HUB).kind == "staff"
    assert holder("store_manager").actor().kind == "staff"


@pytest.mark.parametrize("role", ["merchant_owner", "store_manager", "staff"])
def test_the_ledger_is_told_the_role_whose_limits_hold(role: str) -> None:
    assert holder(role).actor().role == role
    assert holder("merchant_key").actor().role is None


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer short", "Basic " + "a" * 40, "Bearer " + "a" * 40 + " b", "Bearer " + "é" * 40]
)
def test_what_is_no_bearer_is_none(header: str) -> None:
    assert bearer_of(header) is None
