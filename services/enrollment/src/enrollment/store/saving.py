"""Writing what a batch changed: one statement a table, and none for a table it left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from enrollment.domain.realm import Changes, Realm
from enrollment.personal import Vault
from enrollment.store import statements

Db = Any
Values = tuple[Any, ...]


async def save(db: Db, realm: Realm, vault: Vault) -> None:
    for statement, rows_of in _TABLES:
        await _write(db, statement, list(rows_of(realm.changes)))
    await _write(db, statements.KEEP_PERSONAL, list(_personal(realm.changes, vault)))
    await _write(db, statements.REWRITE_PERSONAL, list(_rewritten(realm.changes, vault)))


async def _write(db: Db, statement: str, rows: list[Values]) -> None:
    if rows:
        await db.execute(statement, *map(list, zip(*rows, strict=True)))


def _platform(changes: Changes) -> Iterator[Values]:
    if changes.platform is not None:
        yield (changes.platform.key_id,)


def _merchants(changes: Changes) -> Iterator[Values]:
    for merchant_id, event in changes.merchants.items():
        yield merchant_id, msgspec.to_builtins(event)


def _stores(changes: Changes) -> Iterator[Values]:
    for store_id, event in changes.stores.items():
        yield event.merchant_id, store_id, event.subdomain, msgspec.to_builtins(event)


def _forms(changes: Changes) -> Iterator[Values]:
    for (merchant, program_id), event in changes.forms.items():
        yield merchant, program_id, msgspec.to_builtins(event)


def _keys(changes: Changes) -> Iterator[Values]:
    for key_id, (merchant, event) in changes.keys.items():
        yield merchant, key_id, event.key_hash, msgspec.to_builtins(event)


def _customers(changes: Changes) -> Iterator[Values]:
    for new in changes.customers:
        assert new.joining.personal is not None
        has_email = new.joining.personal.email is not None
        yield new.merchant, new.customer_id, new.language, has_email, new.test, new.enrolled_at


def _identities(changes: Changes) -> Iterator[Values]:
    for new in changes.customers:
        for kind, hashed in new.joining.hashes:
            yield new.merchant, kind, hashed, new.customer_id, hashed == new.joining.identity


def _memberships(changes: Changes) -> Iterator[Values]:
    for one in changes.memberships:
        yield (
            one.merchant,
            one.customer_id,
            one.store_id,
            one.program_id,
            one.marketing,
            one.terms_version,
            one.joined_at,
        )


def _tickets(changes: Changes) -> Iterator[Values]:
    for one in changes.tickets:
        yield one.hash, one.merchant, one.customer_id, one.store_id, one.program_id, one.expires_at


def _personal(changes: Changes, vault: Vault) -> Iterator[Values]:
    for new in changes.customers:
        assert new.joining.personal is not None
        closed = vault.closed(new.merchant, new.customer_id, new.joining.personal)
        told_at = new.enrolled_at if new.joining.personal.birthday is not None else None
        yield new.merchant, new.customer_id, *closed, new.enrolled_at, told_at


def _rewritten(changes: Changes, vault: Vault) -> Iterator[Values]:
    """With a data key of its own: the one before opens nothing that is kept."""
    for (merchant, customer_id), (person, at) in changes.rewritten.items():
        yield merchant, customer_id, *vault.closed(merchant, customer_id, person.personal), at, person.entered_at


def _consents(changes: Changes) -> Iterator[Values]:
    for key, consent in changes.consents.items():
        yield *key, consent.day, consent.given_at, consent.withdrawn_at


def _confirmed(changes: Changes) -> Iterator[Values]:
    for key, at in changes.confirmed.items():
        yield *key, at


_TABLES: tuple[tuple[str, Callable[[Changes], Iterator[Values]]], ...] = (
    (statements.KEEP_PLATFORM, _platform),
    (statements.KEEP_MERCHANTS, _merchants),
    (statements.KEEP_STORES, _stores),
    (statements.KEEP_FORMS, _forms),
    (statements.KEEP_KEYS, _keys),
    (statements.KEEP_CUSTOMERS, _customers),
    (statements.KEEP_IDENTITIES, _identities),
    (statements.KEEP_MEMBERSHIPS, _memberships),
    (statements.KEEP_TICKETS, _tickets),
    (statements.KEEP_CONSENTS, _consents),
    (statements.CONFIRM, _confirmed),
)
