"""Fetching what a batch of commands touches: one look for most batches, more only where what was found asks for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.tenant import Tenant
from ledger.store.asking import Asked, whole_columns
from ledger.store.entering import enter
from ledger.store.following import settled
from ledger.store.needs import need
from ledger.store.parts import together
from stampbook_messaging.messages import Received

Db = Any
Books = dict[UUID, Tenant]
"""The merchants of one batch."""


async def load(db: Db, batch: Sequence[Received]) -> Books:
    books = {merchant: Tenant(merchant) for merchant in {received.envelope.merchant for received in batch}}
    if not batch:
        return books
    asked, open_questions = Asked(batch), batch
    deep: set[UUID] = set()
    while True:
        for received in open_questions:
            need(asked, books[received.envelope.merchant], received)
        names, columns = asked.take()
        if not names:
            break
        enter(books, names, await db.fetchrow(together(names), *columns))
        # What is settled stays so, but for a merchant whose cards are all wanted whole from here on.
        again = open_questions if asked.deep == deep else batch
        deep = set(asked.deep)
        open_questions = [one for one in again if not settled(asked, books[one.envelope.merchant], one)]
    for tenant in books.values():
        _leave_the_rest(tenant)
    return books


async def whole_cards(db: Db, keys: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Card]:
    """Cards by merchant and id with all that they ever held, to be compared with what their events say."""
    found = await db.fetchrow(together(("cards",)), *whole_columns(keys))
    books = {merchant: Tenant(merchant) for merchant, _ in keys}
    enter(books, ("cards",), found)
    return {(merchant, card_id): card for merchant, tenant in books.items() for card_id, card in tenant.cards.items()}


def _leave_the_rest(tenant: Tenant) -> None:
    """Whatever is free and was not asked for lies in lots that nothing in the batch touches."""
    for card in tenant.cards.values():
        holdings = card.holdings
        holdings.elsewhere = holdings.totals.issued - sum(lot.free for lot in holdings.lots.values())
