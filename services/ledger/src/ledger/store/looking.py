"""Cards for whoever only looks: loaded as for a command, seen as of an instant, and left as they are."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.looking import Glance, Seen, glance, seen
from ledger.domain.tenant import Tenant
from ledger.store.loading import load
from stampbook_events.ledger import BookDue

Db = Any
NO_CARD = UUID(int=0)


@asynccontextmanager
async def one_moment(pool: Any) -> AsyncIterator[Db]:
    """All that is read within is of one moment."""
    async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        yield db


async def tenant_of(db: Db, merchant: UUID, card_ids: Iterable[UUID], at: datetime, kind: Glance = BookDue) -> Tenant:
    """All that the merchant set up, and those of the cards that there are."""
    glances = [glance(merchant, card_id, at, kind) for card_id in card_ids]
    return (await load(db, glances or [glance(merchant, NO_CARD, at)]))[merchant]


async def look(
    db: Db, merchant: UUID, card_ids: Iterable[UUID], at: datetime, kind: Glance = BookDue
) -> dict[UUID, Seen]:
    """By the ids asked for; of a card that was merged the survivor (R64). What there is not is left out."""
    asked = list(card_ids)
    tenant = await tenant_of(db, merchant, asked, at, kind)
    survivors = {card_id: survivor(tenant, card_id) for card_id in asked if card_id in tenant.cards}
    once = {card.card_id: seen(tenant, card, at) for card in survivors.values()}
    return {card_id: once[card.card_id] for card_id, card in survivors.items()}


def survivor(tenant: Tenant, card_id: UUID) -> Card:
    card = tenant.cards[card_id]
    while card.merged_into is not None:
        card = tenant.cards[card.merged_into]
    return card
