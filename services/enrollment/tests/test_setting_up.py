"""The platform, merchants, stores, forms and keys."""

from uuid import UUID, uuid4

import pytest
from told import HUB, MERCHANT, OUTLET, PROGRAM, SETUP, STRANGER, TEXTS, kinds, opening, realm, store, told

from enrollment.domain.realm import Realm
from stampbook_events.enrollment import InitialisePlatform, IssueKey, RegisterMerchant, RevokeKey, SetJoinForm
from stampbook_events.ids import PLATFORM

KEY = UUID(int=0x99)


def first_key(token: str = SETUP) -> InitialisePlatform:
    return InitialisePlatform(key_id=KEY, key_hash="a" * 64, setup_token_hash=token)


def staff_key(**changed: object) -> IssueKey:
    fields = {"kind": "staff", "role": "staff", "staff_id": uuid4(), "store_ids": (HUB,)}
    return IssueKey(**{"key_id": KEY, "key_hash": "b" * 64, **fields, **changed})


def form_of(**changed: object) -> SetJoinForm:
    fields = {"asked": ("first_name", "email"), "required": ("email",), "terms_version": "1", "terms": TEXTS}
    return SetJoinForm(**{"program_id": PROGRAM, "privacy": TEXTS, **fields, **changed})


def test_the_platform_is_set_up_once() -> None:
    known = Realm(SETUP)
    assert kinds(told(known, first_key())) == ["PlatformInitialised", "KeyChanged"]
    assert told(known, first_key()).refused == "already_initialised"


def test_only_with_the_token() -> None:
    assert told(Realm(SETUP), first_key("0" * 64)).refused == "setup_token_wrong"


def test_registering_twice_is_registering_once() -> None:
    known, command = Realm(SETUP), RegisterMerchant(merchant_id=MERCHANT, name="Fashion Group S.A.")
    assert kinds(told(known, command)) == ["MerchantRegistered"]
    again = told(known, command)
    assert (again.facts, again.refused) == ((), None)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (opening(OUTLET, subdomain="shop-51"), "subdomain_taken"),
        (opening(subdomain="api"), "subdomain_reserved"),
        (opening(time_zone="Europe/Atlantis"), "time_zone_unknown"),
        (opening(currency="XYZ"), "currency_unknown"),
        (opening(merchant_id=STRANGER), "merchant_unknown"),
        (opening(descriptions={"en": "a"}), "description_missing"),
    ],
)
def test_a_store_that_cannot_be_is_refused(command: object, code: str) -> None:
    assert told(realm(), command).refused == code


def test_a_store_keeps_its_host_name_when_it_changes() -> None:
    changed = told(realm(), opening(subdomain="shop-51", name="HUB"))
    assert (changed.refused, kinds(changed)) == (None, ["StoreChanged"])
    assert changed.facts[0].merchant == MERCHANT


def test_a_host_name_that_was_given_up_is_free() -> None:
    known = realm()
    told(known, opening(subdomain="elsewhere"))
    assert told(known, opening(OUTLET, subdomain="shop-51")).refused is None


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (form_of(required=("phone",)), "required_but_not_asked"),
        (form_of(asked=("first_name",), required=()), "nobody_could_be_told_apart"),
        (form_of(terms={"en": "a"}), "translation_missing"),
    ],
)
def test_a_form_that_cannot_work_is_refused(command: SetJoinForm, code: str) -> None:
    assert told(realm(), command, MERCHANT).refused == code


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (staff_key(store_ids=(OUTLET,)), "store_unknown"),
        (staff_key(role=None), "role_missing"),
        (staff_key(store_ids=()), "store_missing"),
        (staff_key(kind="super_admin", role=None, staff_id=None), "kind_not_given_here"),
        (staff_key(kind="merchant_key"), "role_not_for_systems"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(command: IssueKey, code: str) -> None:
    assert told(realm(), command, MERCHANT).refused == code


def test_a_key_is_issued_revoked_and_stays_known() -> None:
    known = realm()
    assert told(known, staff_key(), MERCHANT).facts[0].event.active
    assert not told(known, RevokeKey(key_id=KEY), MERCHANT).facts[0].event.active
    assert told(known, RevokeKey(key_id=KEY), MERCHANT).facts == ()


def test_a_strangers_key_does_not_exist() -> None:
    known = realm()
    told(known, staff_key(), MERCHANT)
    assert told(known, RevokeKey(key_id=KEY), STRANGER).refused == "key_unknown"


def test_a_hash_belongs_to_one_key() -> None:
    known = realm()
    told(known, staff_key(), MERCHANT)
    assert told(known, staff_key(key_id=uuid4()), MERCHANT).refused == "key_already_in_use"


def test_platform_commands_are_refused_in_a_merchants_name() -> None:
    assert told(realm(), opening(), MERCHANT).refused == "wrong_tenant"
    assert told(realm(), form_of(), PLATFORM).refused == "wrong_tenant"
    assert store().merchant_id == MERCHANT
