"""The platform, its merchants and their stores: decided in the platform's partition, where host names are."""

import hmac
from zoneinfo import available_timezones

from enrollment.domain.currencies import CURRENCIES
from enrollment.domain.realm import Realm
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import (
    InitialisePlatform,
    KeyChanged,
    MerchantRegistered,
    OpenStore,
    PlatformInitialised,
    RegisterMerchant,
    StoreChanged,
)
from stampbook_events.ids import PLATFORM
from stampbook_messaging.messages import Decision, Fact

RESERVED_SUBDOMAINS = frozenset({"www", "api", "admin", "app", "mail", "static", "status", "docs", "login", "platform"})
"""Names that the platform keeps for itself."""

_ZONES = available_timezones()


def initialise(realm: Realm, command: InitialisePlatform) -> Decision:
    """Once for the life of the platform; whoever has the setup token gives the first super admin's key."""
    if not hmac.compare_digest(command.setup_token_hash, realm.setup_token_hash):
        raise Refused("setup_token_wrong")
    if realm.initialised:
        raise Refused("already_initialised")
    if command.key_hash in realm.key_hashes:
        raise Refused("key_already_in_use")
    key = KeyChanged(key_id=command.key_id, key_hash=command.key_hash, kind="super_admin", active=True)
    facts = (
        Fact(aggregate=PLATFORM, event=PlatformInitialised(key_id=command.key_id)),
        Fact(aggregate=command.key_id, event=key),
    )
    return Decision(facts=facts, result={"key_id": command.key_id})


def register(realm: Realm, command: RegisterMerchant) -> Decision:
    if command.merchant_id == PLATFORM:
        raise Refused("merchant_id_reserved")
    event = MerchantRegistered(merchant_id=command.merchant_id, name=command.name, state=command.state)
    result = {"merchant_id": command.merchant_id}
    if realm.merchants.get(command.merchant_id) == event:
        return Decision(facts=(), result=result)
    fact = Fact(aggregate=command.merchant_id, event=event, merchant=command.merchant_id)
    return Decision(facts=(fact,), result=result)


def open_store(realm: Realm, command: OpenStore) -> Decision:
    _must_be_possible(realm, command)
    event = StoreChanged(
        merchant_id=command.merchant_id,
        store_id=command.store_id,
        program_id=command.program_id,
        subdomain=command.subdomain,
        name=command.name,
        loyalty=command.loyalty,
        time_zone=command.time_zone,
        currency=command.currency,
        default_language=command.default_language,
        descriptions=command.descriptions,
        taglines=command.taglines,
        accent=command.accent,
        has_catalog=command.has_catalog,
        logo_url=command.logo_url,
        receipt_scope=command.receipt_scope,
        offline_points=command.offline_points,
        offline_operations=command.offline_operations,
    )
    result = {"store_id": command.store_id, "subdomain": command.subdomain}
    if realm.stores.get(command.store_id) == event:
        return Decision(facts=(), result=result)
    fact = Fact(aggregate=command.store_id, event=event, merchant=command.merchant_id)
    return Decision(facts=(fact,), result=result)


def _must_be_possible(realm: Realm, command: OpenStore) -> None:
    if command.merchant_id not in realm.merchants:
        raise Refused("merchant_unknown")
    known = realm.stores.get(command.store_id)
    if known is not None and known.merchant_id != command.merchant_id:
        raise Refused("store_unknown")  # A stranger's store does not exist for this merchant.
    if command.subdomain in RESERVED_SUBDOMAINS:
        raise Refused("subdomain_reserved")
    if realm.subdomains.get(command.subdomain, command.store_id) != command.store_id:
        raise Refused("subdomain_taken")
    if command.time_zone not in _ZONES:
        raise Refused("time_zone_unknown")
    if command.currency not in CURRENCIES:
        raise Refused("currency_unknown")
    if command.default_language not in command.descriptions:
        raise Refused("description_missing", language=command.default_language)
