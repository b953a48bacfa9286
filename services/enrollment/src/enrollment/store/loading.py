"""Fetching what a batch of commands touches, and opening what was sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from enrollment.domain.realm import Joining, Realm
from enrollment.personal import Vault
from enrollment.sealing_keys import SealingKeyUnknown, unwrapped
from enrollment.store import people, statements
from enrollment.store.people import customer_of
from stampbook_events.enrollment import (
    ChangeBirthday,
    EnrollCustomer,
    InitialisePlatform,
    IssueKey,
    JoinFormChanged,
    KeyChanged,
    MerchantRegistered,
    OpenStore,
    Personal,
    RegisterMerchant,
    RevokeKey,
    SetJoinForm,
    StoreChanged,
)
from stampbook_messaging.messages import Received
from stampbook_messaging.sealing import BoxUnreadable, open_box

Db = Any


async def load(db: Db, batch: Sequence[Received], vault: Vault, setup_token_hash: str) -> Realm:
    """Raises ``SealingKeyUnknown``: what cannot be opened yet must wait, not be refused."""
    realm = Realm(setup_token_hash)
    if any(isinstance(one.command, InitialisePlatform) for one in batch):
        realm.initialised = await db.fetchval(statements.PLATFORM) > 0
    await _merchants(db, realm, batch)
    await _stores(db, realm, batch)
    await _forms(db, realm, batch)
    await _keys(db, realm, batch)
    await _joinings(db, realm, batch, vault)
    await people.load(db, realm, batch, vault)
    return realm


def _of(batch: Sequence[Received], *kinds: type[msgspec.Struct]) -> list[Received]:
    return [one for one in batch if isinstance(one.command, kinds)]


async def _merchants(db: Db, realm: Realm, batch: Sequence[Received]) -> None:
    wanted = {one.envelope.merchant for one in _of(batch, EnrollCustomer, SetJoinForm, IssueKey)}
    wanted |= {one.command.merchant_id for one in _of(batch, RegisterMerchant, OpenStore)}
    if wanted:
        for row in await db.fetch(statements.MERCHANTS, sorted(wanted)):
            merchant = msgspec.convert(row["event"], MerchantRegistered)
            realm.merchants[merchant.merchant_id] = merchant


async def _stores(db: Db, realm: Realm, batch: Sequence[Received]) -> None:
    ids = {one.command.store_id for one in _of(batch, EnrollCustomer, OpenStore, ChangeBirthday)}
    ids |= {store_id for one in _of(batch, IssueKey) for store_id in one.command.store_ids}
    subdomains = {one.command.subdomain for one in _of(batch, OpenStore)}
    if ids:
        for row in await db.fetch(statements.STORES, sorted(ids), sorted(subdomains)):
            store = msgspec.convert(row["event"], StoreChanged)
            realm.stores[store.store_id] = store
            realm.subdomains[store.subdomain] = store.store_id


async def _forms(db: Db, realm: Realm, batch: Sequence[Received]) -> None:
    wanted = sorted(
        {
            (one.envelope.merchant, one.command.program_id)
            for one in _of(batch, EnrollCustomer, SetJoinForm, ChangeBirthday)
        }
    )
    if wanted:
        for row in await db.fetch(statements.FORMS, *map(list, zip(*wanted, strict=True))):
            form = msgspec.convert(row["event"], JoinFormChanged)
            realm.forms[row["merchant"], form.program_id] = form


async def _keys(db: Db, realm: Realm, batch: Sequence[Received]) -> None:
    touching = _of(batch, InitialisePlatform, IssueKey, RevokeKey)
    if touching:
        hashes = {one.command.key_hash for one in _of(batch, InitialisePlatform, IssueKey)}
        ids = sorted({one.command.key_id for one in touching})
        for row in await db.fetch(statements.KEYS, ids, sorted(hashes)):
            key = msgspec.convert(row["event"], KeyChanged)
            realm.keys[key.key_id] = (row["merchant"], key)
            realm.key_hashes[key.key_hash] = key.key_id


async def _joinings(db: Db, realm: Realm, batch: Sequence[Received], vault: Vault) -> None:
    sealed = [one for one in _of(batch, EnrollCustomer, ChangeBirthday) if one.command.personal is not None]
    if not sealed:
        return
    key_ids = sorted({one.command.personal.key_id for one in sealed})
    privates = {
        row["key_id"]: unwrapped(vault.keyring, row["wrapped_private"])
        for row in await db.fetch(statements.SEALING_KEYS, key_ids)
    }
    if missing := [key_id for key_id in key_ids if key_id not in privates]:
        raise SealingKeyUnknown(", ".join(missing))
    for one in sealed:
        realm.joinings[one.envelope.id] = _opened(one.command, privates, vault)
    await _identities(db, realm, _of(sealed, EnrollCustomer))


def _opened(command: EnrollCustomer | ChangeBirthday, privates: dict[str, bytes], vault: Vault) -> Joining:
    assert command.personal is not None
    try:
        plain = open_box(privates[command.personal.key_id], command.personal.box)
        return vault.joining(msgspec.json.decode(plain, type=Personal))
    except (BoxUnreadable, msgspec.MsgspecError):
        return Joining(None)


async def _identities(db: Db, realm: Realm, joins: Sequence[Received]) -> None:
    wanted: set[tuple[UUID, bytes]] = set()
    for one in joins:
        identity = realm.joinings[one.envelope.id].identity
        if identity is not None:
            wanted.add((one.envelope.merchant, identity))
    if wanted:
        for row in await db.fetch(statements.IDENTITIES, *map(list, zip(*sorted(wanted), strict=True))):
            realm.identities[row["merchant"], row["hash"]] = row["customer_id"]
            realm.customers[row["merchant"], row["customer_id"]] = customer_of(row)
