"""Tickets and card links: what somebody holds in their hand and what it leads to. Kept as keyed hashes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from enrollment.personal import Vault
from stampbook_events import ids
from stampbook_messaging.queries import Refusal

_TICKET = """
SELECT merchant, customer_id, store_id, program_id, expires_at FROM ticket
WHERE merchant = $1 AND hash = $2 AND expires_at > stampbook_now()
"""
_JOINED = """
SELECT store_id, program_id FROM membership WHERE merchant = $1 AND customer_id = $2 ORDER BY joined_at, store_id
"""
_LINK = "SELECT wrapped_token FROM card_link WHERE merchant = $1 AND card_id = $2"
_KEEP = """
INSERT INTO card_link (hash, merchant, customer_id, card_id, wrapped_token, made_at)
VALUES ($1, $2, $3, $4, $5, stampbook_now()) ON CONFLICT (merchant, card_id) DO NOTHING
"""
_TARGET = """
SELECT l.merchant, l.customer_id, l.card_id, NOT c.has_email OR c.confirmed_at IS NOT NULL AS confirmed
FROM card_link l JOIN customer c USING (merchant, customer_id) WHERE l.hash = $1
"""
ALL = (_TICKET, _JOINED, _LINK, _KEEP, _TARGET)


class AskTicket(msgspec.Struct, frozen=True, kw_only=True):
    """*merchant* is the asker's own: a ticket of another merchant does not exist for them."""

    merchant: UUID
    ticket: str


class TicketTarget(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    store_id: UUID
    program_id: UUID
    card_id: UUID
    expires_at: datetime


class AskCardLink(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    card_id: UUID


class CardLink(msgspec.Struct, frozen=True, kw_only=True):
    token: str


class AskCardLinkTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Without a merchant: the token is all that its holder has, and it says whose it is."""

    token: str


class CardLinkTarget(msgspec.Struct, frozen=True, kw_only=True):
    """*store_ids*: where the customer joined the card's program, the first one first; that one is *store_id*.

    *confirmed*: there is no address that opening the link would confirm.
    """

    merchant: UUID
    customer_id: UUID
    card_id: UUID
    store_id: UUID
    store_ids: list[UUID]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Links:
    pool: Any
    vault: Vault

    async def ticket(self, request: AskTicket) -> TicketTarget:
        row = await self.pool.fetchrow(_TICKET, request.merchant, self.vault.ticket_hash(request.ticket))
        if row is None:
            raise Refusal("ticket_unknown")
        return TicketTarget(card_id=ids.card_id(row["customer_id"], row["program_id"]), **dict(row))

    async def card_link(self, request: AskCardLink) -> CardLink:
        """The card's one link: a mail that is sent again carries the same. Only for a card that a join leads to."""
        if not await self._stores_of(request.merchant, request.customer_id, request.card_id):
            raise Refusal("card_unknown")
        token = await self._kept(request)
        if token is None:
            await self._make(request)
            token = await self._kept(request)
        assert token is not None
        return CardLink(token=token)

    async def card_link_target(self, request: AskCardLinkTarget) -> CardLinkTarget:
        row = await self.pool.fetchrow(_TARGET, self.vault.card_link_hash(request.token))
        store_ids = [] if row is None else await self._stores_of(row["merchant"], row["customer_id"], row["card_id"])
        if not store_ids:
            raise Refusal("card_link_unknown")
        return CardLinkTarget(store_id=store_ids[0], store_ids=store_ids, **dict(row))

    async def _stores_of(self, merchant: UUID, customer_id: UUID, card_id: UUID) -> list[UUID]:
        rows = await self.pool.fetch(_JOINED, merchant, customer_id)
        return [row["store_id"] for row in rows if ids.card_id(customer_id, row["program_id"]) == card_id]

    async def _kept(self, request: AskCardLink) -> str | None:
        wrapped = await self.pool.fetchval(_LINK, request.merchant, request.card_id)
        return None if wrapped is None else self.vault.keyring.unwrap(wrapped, _whose(request)).decode()

    async def _make(self, request: AskCardLink) -> None:
        """Of two who make it at once the first one's stays."""
        token = secrets.token_urlsafe(16)
        await self.pool.execute(
            _KEEP,
            self.vault.card_link_hash(token),
            request.merchant,
            request.customer_id,
            request.card_id,
            self.vault.keyring.wrap(token.encode(), _whose(request)),
        )


def _whose(request: AskCardLink) -> bytes:
    return b"card link" + request.merchant.bytes + request.card_id.bytes
