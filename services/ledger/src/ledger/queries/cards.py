"""Cards as they stand: one, those of some customers, all of a merchant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.domain.looking import Seen
from ledger.queries.cursors import cursor, place
from ledger.queries.questions import AskCard, AskCardByNumber, AskCards, AskCardsOf
from ledger.queries.views import CardList, CardView, WholeCard, view_of, whole_view_of
from ledger.recount import Recount, recount
from ledger.store import reading
from ledger.store.looking import look, one_moment
from stampbook_events.ledger import WarnOfExpiry
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

Db = Any
Stores = Mapping[UUID, Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class CardQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {
            "card": (AskCard, self.card),
            "card_by_number": (AskCardByNumber, self.card_by_number),
            "cards_of": (AskCardsOf, self.cards_of),
            "cards": (AskCards, self.cards),
            "recount": (AskCard, self.recount),
        }

    async def card(self, request: AskCard) -> WholeCard:
        async with one_moment(self.pool) as db:
            return await self._whole(db, request.merchant, request.card_id)

    async def card_by_number(self, request: AskCardByNumber) -> WholeCard:
        """A number that was replaced finds nothing any more: who shows it is to be checked (R67)."""
        async with one_moment(self.pool) as db:
            row = await db.fetchrow(reading.CARD_BY_NUMBER, request.merchant, request.number)
            if row is None:
                raise Refusal("card_unknown")
            if row["until"] is not None:
                raise Refusal("card_number_blocked")
            return await self._whole(db, request.merchant, row["card_id"])

    async def cards_of(self, request: AskCardsOf) -> CardList:
        async with one_moment(self.pool) as db:
            rows = await db.fetch(reading.CARDS_OF, request.merchant, request.customer_ids)
            return CardList(cards=await self._views(db, request.merchant, [row["card_id"] for row in rows]))

    async def cards(self, request: AskCards) -> CardList:
        """The merchant's cards, newest first."""
        opened_at, card_id = place(request.cursor, datetime)
        async with one_moment(self.pool) as db:
            rows = await db.fetch(reading.CARDS, request.merchant, opened_at, card_id, request.limit + 1)
            page = rows[: request.limit]
            views = await self._views(db, request.merchant, [row["card_id"] for row in page])
        more = len(rows) > request.limit
        return CardList(cards=views, next=cursor(page[-1]["opened_at"], page[-1]["card_id"]) if more else None)

    async def recount(self, request: AskCard) -> Recount:
        async with one_moment(self.pool) as db:
            found = await recount(db, request.merchant, request.card_id)
        if found is None:
            raise Refusal("card_unknown")
        return found

    async def _whole(self, db: Db, merchant: UUID, card_id: UUID) -> WholeCard:
        found = await look(db, merchant, [card_id], self.clock.now(), WarnOfExpiry)
        if not found:
            raise Refusal("card_unknown")
        seen = found[card_id]
        return whole_view_of(seen, (await _stores(db, merchant, [seen])).get(seen.card.card_id, ()))

    async def _views(self, db: Db, merchant: UUID, card_ids: Sequence[UUID]) -> list[CardView]:
        """In that order, each card once."""
        found = await look(db, merchant, card_ids, self.clock.now())
        seen = {found[card_id].card.card_id: found[card_id] for card_id in card_ids if card_id in found}
        stores = await _stores(db, merchant, list(seen.values()))
        return [view_of(one, stores.get(card_id, ())) for card_id, one in seen.items()]


async def _stores(db: Db, merchant: UUID, cards: Sequence[Seen]) -> Stores:
    """Each store once, in the order in which the cards came to be known there."""
    rows = await db.fetch(reading.STORES_OF_CARDS, merchant, [seen.card.card_id for seen in cards])
    return {row["root"]: list(dict.fromkeys(row["store_ids"])) for row in rows}
