"""Cards with their persons, asked of ledger and enrollment; personal data comes sealed to the question's own key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from gateway.api.context import Parts
from gateway.api.elsewhere import waiting_shown
from gateway.api.views import (
    CardDetail,
    Person,
    WholeCardDetail,
    detail_of,
    person_of,
    stores_shown,
    whole_detail_of,
)
from gateway.authorizer import sees_person
from gateway.histories import LedgerWholeCard
from gateway.principals import Principal
from gateway.problems import Refused
from gateway.questions import AskCard, AskCustomers, CustomerBoxes, LedgerCard
from stampbook_events.enrollment import Contact
from stampbook_messaging.queries import QueryRefused, QueryUnavailable
from stampbook_messaging.sealing import ReplyKey

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""For what the owner has to read a long log for."""


async def ask(
    parts: Parts,
    service: str,
    name: str,
    question: msgspec.Struct,
    reply: type[T],
    *,
    timeout_seconds: float = 2.0,
) -> T:
    """Raises ``Refused``: with the owner's own code, or unavailable."""
    try:
        return await parts.queries.ask(service, name, question, reply, timeout_seconds=timeout_seconds)
    except QueryRefused as refused:
        raise Refused(refused.code) from None
    except QueryUnavailable:
        raise Refused("unavailable") from None


async def ledger_card(parts: Parts, merchant: UUID, card_id: UUID) -> LedgerCard:
    return await ask(parts, "ledger", "card", AskCard(merchant=merchant, card_id=card_id), LedgerCard)


async def details(parts: Parts, principal: Principal, merchant: UUID, cards: Sequence[LedgerCard]) -> list[CardDetail]:
    """One question for all persons that this principal may see."""
    seen = {card.customer_id for card in cards if sees_person(principal, card)}
    persons = await _persons(parts, merchant, sorted(seen)) if seen else {}
    return [
        detail_of(
            stores_shown(principal, card), persons.get(card.customer_id) if sees_person(principal, card) else None
        )
        for card in cards
    ]


async def whole_detail(parts: Parts, principal: Principal, merchant: UUID, card_id: UUID) -> WholeCardDetail:
    card = await ask(parts, "ledger", "card", AskCard(merchant=merchant, card_id=card_id), LedgerWholeCard)
    seen = sees_person(principal, card)
    persons = await _persons(parts, merchant, [card.customer_id]) if seen else {}
    shown = waiting_shown(principal, stores_shown(principal, card))
    return whole_detail_of(shown, persons.get(card.customer_id))


async def _persons(parts: Parts, merchant: UUID, customer_ids: list[UUID]) -> dict[UUID, Person]:
    key = ReplyKey()
    question = AskCustomers(merchant=merchant, customer_ids=customer_ids, reply_key=key.public)
    answer = await ask(parts, "enrollment", "customers", question, CustomerBoxes)
    opened = (msgspec.json.decode(key.open(one.box), type=Contact) for one in answer.customers)
    return {contact.customer_id: person_of(contact) for contact in opened}
