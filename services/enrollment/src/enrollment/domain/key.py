"""Keys: given to a merchant's systems and staff, known here by their hash alone."""

from uuid import UUID

import msgspec

from enrollment.domain.realm import Realm
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import IssueKey, KeyChanged, RevokeKey
from stampbook_messaging.messages import Decision, Fact


def issue(realm: Realm, merchant: UUID, command: IssueKey) -> Decision:
    if merchant not in realm.merchants:
        raise Refused("merchant_unknown")
    _must_fit(realm, merchant, command)
    event = KeyChanged(
        key_id=command.key_id,
        key_hash=command.key_hash,
        kind=command.kind,
        active=True,
        role=command.role,
        staff_id=command.staff_id,
        store_ids=command.store_ids,
    )
    result = {"key_id": command.key_id}
    if realm.keys.get(command.key_id) == (merchant, event):
        return Decision(facts=(), result=result)
    if command.key_id in realm.keys or command.key_hash in realm.key_hashes:
        raise Refused("key_already_in_use")
    return Decision(facts=(Fact(aggregate=command.key_id, event=event),), result=result)


def revoke(realm: Realm, merchant: UUID, command: RevokeKey) -> Decision:
    owner, key = realm.keys.get(command.key_id, (None, None))
    if key is None or owner != merchant:
        raise Refused("key_unknown")
    result = {"key_id": command.key_id}
    if not key.active:
        return Decision(facts=(), result=result)
    event = msgspec.structs.replace(key, active=False)
    return Decision(facts=(Fact(aggregate=command.key_id, event=event),), result=result)


def _must_fit(realm: Realm, merchant: UUID, command: IssueKey) -> None:
    """A super admin's key is not a merchant's to give; a member of staff has a role and, below owner, stores."""
    if command.kind == "super_admin":
        raise Refused("kind_not_given_here")
    if command.kind == "staff":
        if command.role is None or command.staff_id is None:
            raise Refused("role_missing")
        if not command.store_ids and command.role != "merchant_owner":
            raise Refused("store_missing")
    elif command.role is not None or command.staff_id is not None:
        raise Refused("role_not_for_systems")
    if any(realm.store_of(merchant, store_id) is None for store_id in command.store_ids):
        raise Refused("store_unknown")
