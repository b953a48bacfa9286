"""Short links to a pass: random, stored hashed, redirecting to a freshly signed save link."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Refusal
from wallet_sync.domain.passes import class_id, object_id
from wallet_sync.google_wallet import GoogleWallet
from wallet_sync.settings import Access
from wallet_sync.store import passes

_KEEP = "INSERT INTO save_link (token_hash, merchant, card_id, made_at) VALUES ($1, $2, $3, stampbook_now())"
_FIND = "SELECT merchant, card_id FROM save_link WHERE token_hash = $1"


class AskSaveLink(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID


class SaveLink(msgspec.Struct, frozen=True, kw_only=True):
    """*available*: false while Google's access is 'demo': the mail then leaves the wallet block out."""

    available: bool
    url_path: str | None = None


class AskSaveTarget(msgspec.Struct, frozen=True, kw_only=True):
    token: str


class SaveTarget(msgspec.Struct, frozen=True, kw_only=True):
    """*save_url* is None while the pass cannot be saved: the link then leads to the card's page."""

    merchant: UUID
    card_id: UUID
    save_url: str | None = None


def hash_of_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    pool: Any
    clock: Clock
    wallet: GoogleWallet
    access: Access

    async def save_link(self, request: AskSaveLink) -> SaveLink:
        """Make a new short link for a card; several may be valid at once.

        The asker knows the card from the ledger's own event, perhaps before we have read it: the link may be the
        quicker one, what it leads to is looked up when it is opened.
        """
        if self.access == "demo":
            return SaveLink(available=False)
        token = secrets.token_urlsafe(16)
        await self.pool.execute(_KEEP, hash_of_token(token), request.merchant, request.card_id)
        return SaveLink(available=True, url_path=f"/w/{token}")

    async def save_target(self, request: AskSaveTarget) -> SaveTarget:
        row = await self.pool.fetchrow(_FIND, hash_of_token(request.token))
        if row is None:
            raise Refusal("link_unknown")
        card = await passes.pass_of(self.pool, row["merchant"], row["card_id"])
        if card is None or not card.created or self.access == "demo":
            return SaveTarget(merchant=row["merchant"], card_id=row["card_id"])
        issuer = self.wallet.issuer_id
        link = self.wallet.save_link(
            object_id(issuer, card.card_id), class_id(issuer, card.program_id), int(self.clock.now().timestamp())
        )
        return SaveTarget(merchant=card.merchant, card_id=card.card_id, save_url=link)
