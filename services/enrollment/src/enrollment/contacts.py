"""Who customers are, told to those who may ask, sealed to the key of their question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from enrollment.personal import Vault
from enrollment.sealing_keys import SealingKeyUnknown, unwrapped
from stampbook_events.enrollment import Contact, Sealed
from stampbook_messaging.queries import Refusal
from stampbook_messaging.sealing import BoxUnreadable, open_box, seal_to

AT_ONCE = 200
ReplyTo = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
"""The public half of a key pair that its asker made for this one question."""

_CUSTOMERS = """
SELECT c.customer_id, c.language, p.wrapped_key, p.ciphertext, p.erased_at
FROM customer c JOIN personal p USING (merchant, customer_id)
WHERE c.merchant = $1 AND c.customer_id = ANY($2::uuid[])
"""
_FIND = """
SELECT customer_id FROM identity WHERE merchant = $1 AND kind = $2 AND hash = $3 ORDER BY decides DESC, customer_id
"""
_SEALING_KEY = "SELECT wrapped_private FROM sealing_key WHERE key_id = $1"
ALL = (_CUSTOMERS, _FIND, _SEALING_KEY)


class AskContact(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    reply_key: ReplyTo


class ContactBox(msgspec.Struct, frozen=True, kw_only=True):
    """*box*: a ``Contact``, sealed to the asker; of somebody who was erased it says that and nothing else."""

    box: bytes


class AskCustomers(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_ids: Annotated[list[UUID], msgspec.Meta(max_length=AT_ONCE)]
    reply_key: ReplyTo


class CustomerBox(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: UUID
    box: bytes


class CustomerBoxes(msgspec.Struct, frozen=True, kw_only=True):
    """Those that are this merchant's; a stranger's are left out."""

    customers: list[CustomerBox]


class FindCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """*value*: an address or an E.164 number, sealed like a join; *kind* says which it is."""

    merchant: UUID
    kind: Literal["email", "phone"]
    value: Sealed


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Several when a phone is shared; the one it identifies comes first."""

    customer_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class Contacts:
    pool: Any
    vault: Vault

    async def contact(self, request: AskContact) -> ContactBox:
        boxes = await self._boxes(request.merchant, [request.customer_id], request.reply_key)
        if not boxes:
            raise Refusal("customer_unknown")
        return ContactBox(box=boxes[0].box)

    async def customers(self, request: AskCustomers) -> CustomerBoxes:
        return CustomerBoxes(customers=await self._boxes(request.merchant, request.customer_ids, request.reply_key))

    async def find(self, request: FindCustomer) -> Found:
        row = await self.pool.fetchrow(_SEALING_KEY, request.value.key_id)
        if row is None:
            raise SealingKeyUnknown(request.value.key_id)
        try:
            value = open_box(unwrapped(self.vault.keyring, row["wrapped_private"]), request.value.box).decode()
        except (BoxUnreadable, UnicodeDecodeError):
            raise Refusal("value_unreadable") from None
        hashed = self.vault.email_hash(value) if request.kind == "email" else self.vault.phone_hash(value)
        rows = await self.pool.fetch(_FIND, request.merchant, request.kind, hashed)
        return Found(customer_ids=[found["customer_id"] for found in rows])

    async def _boxes(self, merchant: UUID, customer_ids: list[UUID], reply_key: bytes) -> list[CustomerBox]:
        rows = await self.pool.fetch(_CUSTOMERS, merchant, customer_ids)
        return [
            CustomerBox(
                customer_id=row["customer_id"],
                box=seal_to(reply_key, msgspec.json.encode(self._contact(merchant, row))),
            )
            for row in rows
        ]

    def _contact(self, merchant: UUID, row: Any) -> Contact:
        customer_id, language = row["customer_id"], row["language"]
        if row["erased_at"] is not None:
            return Contact(customer_id=customer_id, language=language, erased_at=row["erased_at"])
        person = self.vault.opened(merchant, customer_id, row["wrapped_key"], row["ciphertext"])
        return Contact(
            customer_id=customer_id,
            language=language,
            first_name=person.first_name,
            surname=person.surname,
            email=person.email,
            phone=person.phone,
            birthday=person.birthday,
        )
