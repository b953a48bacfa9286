"""Personal data at rest: under a key of the customer's own, wrapped by the keyring. Without that key it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from enrollment.domain.person import email_identity
from enrollment.domain.realm import Joining, Person
from stampbook_events.enrollment import Personal
from stampbook_messaging.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Vault:
    keyring: Keyring

    def closed(self, merchant: UUID, customer_id: UUID, personal: Personal) -> tuple[bytes, bytes]:
        """The wrapped key and the ciphertext; both open for this customer alone."""
        whose = _whose(merchant, customer_id)
        data_key = self.keyring.new_data_key()
        without_ticket = msgspec.structs.replace(personal, ticket=None)
        ciphertext = self.keyring.encrypt(data_key, msgspec.json.encode(without_ticket), whose)
        return self.keyring.wrap(data_key, whose), ciphertext

    def opened(self, merchant: UUID, customer_id: UUID, wrapped_key: bytes, ciphertext: bytes) -> Personal:
        """Raises ``Undecryptable``."""
        whose = _whose(merchant, customer_id)
        plain = self.keyring.decrypt(self.keyring.unwrap(wrapped_key, whose), ciphertext, whose)
        return msgspec.json.decode(plain, type=Personal)

    def day_hash(self, day: str) -> bytes:
        """*day* of birth without its year, ``MM-DD``: who has it can be found, and nobody's can be read."""
        return self.keyring.index("birthday", day)

    def email_hash(self, address: str) -> bytes:
        return self.keyring.index("email", email_identity(address))

    def phone_hash(self, number: str) -> bytes:
        return self.keyring.index("phone", number)

    def ticket_hash(self, ticket: str) -> bytes:
        return self.keyring.index("ticket", ticket)

    def card_link_hash(self, token: str) -> bytes:
        return self.keyring.index("card link", token)

    def joining(self, personal: Personal) -> Joining:
        """An address tells customers apart; without one the phone does (B5)."""
        hashes = []
        if personal.email:
            hashes.append(("email", self.email_hash(personal.email)))
        if personal.phone:
            hashes.append(("phone", self.phone_hash(personal.phone)))
        ticket = self.ticket_hash(personal.ticket) if personal.ticket else None
        day = self.day_hash(personal.birthday[5:]) if personal.birthday else None
        return Joining(personal, hashes[0][1] if hashes else None, tuple(hashes), ticket, day)

    def person(self, personal: Personal, entered_at: datetime | None) -> Person:
        day = self.day_hash(personal.birthday[5:]) if personal.birthday else None
        return Person(personal, day, entered_at)


def _whose(merchant: UUID, customer_id: UUID) -> bytes:
    return merchant.bytes + customer_id.bytes
