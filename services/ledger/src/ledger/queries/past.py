"""A card as of any past instant: what was recorded up to then, folded, and what had fallen due by then (R39)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.fold import Folding
from ledger.domain.looking import Seen, seen
from ledger.domain.tenant import Tenant
from ledger.queries.questions import AskCardAsOf
from ledger.queries.views import CardThen, then_of
from ledger.store.logs import cards_of_one, forward
from ledger.store.looking import one_moment, survivor, tenant_of
from stampbook_events.ledger import ExtendLots
from stampbook_messaging.clock import Clock
from stampbook_messaging.queries import Answers, Refusal

Db = Any


@dataclass(frozen=True, slots=True)
class PastQueries:
    pool: Any
    clock: Clock

    def answers(self) -> Answers:
        return {"card_as_of": (AskCardAsOf, self.card_as_of)}

    async def card_as_of(self, request: AskCardAsOf) -> CardThen:
        at = past(request.at, self.clock)
        async with one_moment(self.pool) as db:
            return then_of((await card_then(db, request.merchant, request.card_id, at)).seen)


def past(at: datetime, clock: Clock) -> datetime:
    if at.tzinfo is None:
        raise Refusal("time_without_zone")
    if at > clock.now():
        raise Refusal("time_in_future")
    return at


class Then(NamedTuple):
    """*members*: the cards that were one by then, so that all their events tell of it."""

    tenant: Tenant
    seen: Seen
    members: frozenset[UUID]


async def card_then(db: Db, merchant: UUID, card_id: UUID, at: datetime) -> Then:
    """Of a card that was merged by then the survivor (R64). Versions of programs are what they were: none changes later."""
    one = await cards_of_one(db, merchant, card_id)
    if not one:
        raise Refusal("card_unknown")
    cards = await folded(db, merchant, one, at)
    if card_id not in cards:
        raise Refusal("before_card_opened")
    tenant = await tenant_of(db, merchant, one, at, ExtendLots)
    then = Tenant(merchant, programs=tenant.programs, rewards=tenant.rewards, stores=tenant.stores, cards=cards)
    card = survivor(then, card_id)
    members = frozenset(one for one in cards if survivor(then, one) is card)
    return Then(then, seen(then, card, at), members)


async def folded(db: Db, merchant: UUID, card_ids: list[UUID], at: datetime) -> dict[UUID, Card]:
    """Page by page, so that the process goes on with its other work while a long log is folded."""
    folding = Folding()
    async for told in forward(db, merchant, card_ids, at):
        folding.add(told.logged)
    return folding.cards
