"""What the notifier asks other services at the moment of sending: whom to write to, and the links of that mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Contact
from stampbook_messaging.queries import Queries
from stampbook_messaging.sealing import ReplyKey


class ContactRequest(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    reply_key: bytes


class ContactReply(msgspec.Struct, frozen=True, kw_only=True):
    """A ``Contact``, sealed to the reply key: nobody on the way can read it."""

    box: bytes


class CardLinkRequest(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    customer_id: UUID


class CardLinkReply(msgspec.Struct, frozen=True, kw_only=True):
    token: str


class CardRequest(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID


class CardReply(msgspec.Struct, frozen=True, kw_only=True):
    card_number: str


class SaveLinkRequest(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID


class SaveLinkReply(msgspec.Struct, frozen=True, kw_only=True):
    """*available*: the wallet takes passes of the public, so that mails may offer it."""

    available: bool
    url_path: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Raises ``QueryUnavailable`` when a service is silent and ``QueryRefused`` when it does not know."""

    queries: Queries

    async def contact(self, merchant: UUID, customer_id: UUID) -> Contact:
        key = ReplyKey()
        request = ContactRequest(merchant=merchant, customer_id=customer_id, reply_key=key.public)
        reply = await self.queries.ask("enrollment", "contact", request, ContactReply)
        return msgspec.json.decode(key.open(reply.box), type=Contact)

    async def card_number(self, merchant: UUID, card_id: UUID) -> str:
        request = CardRequest(merchant=merchant, card_id=card_id)
        return (await self.queries.ask("ledger", "card", request, CardReply)).card_number

    async def card_path(self, merchant: UUID, card_id: UUID, customer_id: UUID) -> str:
        request = CardLinkRequest(merchant=merchant, card_id=card_id, customer_id=customer_id)
        return f"/c/{(await self.queries.ask('enrollment', 'card_link', request, CardLinkReply)).token}"

    async def wallet_path(self, merchant: UUID, card_id: UUID) -> str | None:
        """The short link's path, or None while the wallet is not open to the public."""
        request = SaveLinkRequest(merchant=merchant, card_id=card_id)
        reply = await self.queries.ask("wallet", "save_link", request, SaveLinkReply)
        return reply.url_path if reply.available else None
