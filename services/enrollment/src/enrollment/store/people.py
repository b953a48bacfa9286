"""Fetching whoever is known already, as far as a batch asks for their date of birth, their consent or their address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from enrollment.domain.realm import Consent, Customer, Realm
from enrollment.personal import Vault
from enrollment.store import statements
from stampbook_events.enrollment import ChangeBirthday, ConfirmEmail, EnrollCustomer, SetBirthdayConsent
from stampbook_messaging.messages import Received

Db = Any


async def load(db: Db, realm: Realm, batch: Sequence[Received], vault: Vault) -> None:
    wanted = sorted(_named(batch) | _joining_for_a_gift(realm, batch))
    if not wanted:
        return
    keys = [list(column) for column in zip(*wanted, strict=True)]
    for row in await db.fetch(statements.PEOPLE, *keys):
        key = row["merchant"], row["customer_id"]
        realm.customers[key] = customer_of(row)
        if row["erased_at"] is None and row["wrapped_key"] is not None:
            personal = vault.opened(*key, row["wrapped_key"], row["ciphertext"])
            realm.people[key] = vault.person(personal, row["birthday_entered_at"])
    for row in await db.fetch(statements.CONSENTS, *keys):
        consent = Consent(row["given_at"], row["day"], row["withdrawn_at"])
        realm.consents[row["merchant"], row["customer_id"], row["program_id"]] = consent


def customer_of(row: Any) -> Customer:
    return Customer(row["customer_id"], row["has_email"], frozenset(row["programs"]), row["confirmed"])


def _named(batch: Sequence[Received]) -> set[tuple[UUID, UUID]]:
    return {
        (one.envelope.merchant, one.command.customer_id)
        for one in batch
        if isinstance(one.command, SetBirthdayConsent | ChangeBirthday | ConfirmEmail)
    }


def _joining_for_a_gift(realm: Realm, batch: Sequence[Received]) -> set[tuple[UUID, UUID]]:
    """Known customers who join one more program and agree to its gift: the date of birth that is kept counts."""
    found = set()
    for one in batch:
        if isinstance(one.command, EnrollCustomer) and one.command.birthday_gift:
            identity = realm.joinings[one.envelope.id].identity
            customer_id = realm.identities.get((one.envelope.merchant, identity)) if identity else None
            if customer_id is not None:
                found.add((one.envelope.merchant, customer_id))
    return found
