"""What callers see of cards: one contract for the platform's, the merchant's and the store's eyes."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from gateway.histories import LedgerWholeCard, OpenLot, OpenReservation, OpenReward
from gateway.principals import Principal
from gateway.questions import LedgerCard
from stampbook_events.enrollment import Contact, Language

C = TypeVar("C", bound=LedgerCard)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    first_name: str | None
    surname: str | None
    email: str | None
    phone: str | None
    birthday: str | None

    def __repr__(self) -> str:
        return "Person()"


class CardDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A card as it stands. *balance* holds what is *held* and is less by the *debt*; *available* can be spent (R39).

    *person* is None for whoever may not see it, and for an erased customer.
    """

    card_id: UUID
    customer_id: UUID
    program_id: UUID
    card_number: str
    state: str
    balance: int
    available: int
    held: int
    debt: int
    stamps: int
    stamp_target: int | None
    owed_stamps: int
    store_id: UUID
    store_ids: list[UUID]
    language: Language
    test: bool
    opened_at: datetime
    version: int
    person: Person | None


class WholeCardDetail(CardDetail, frozen=True, kw_only=True):
    """A card with what waits on it. *lots*: the ten that are used first, of *lots_in_all*. *rewards*: the 500 that waited for
    longest, of *rewards_in_all*.
    """

    rewards: list[OpenReward]
    rewards_in_all: int
    reservations: list[OpenReservation]
    lots: list[OpenLot]
    lots_in_all: int


class CardPage(msgspec.Struct, frozen=True, kw_only=True):
    """*next*: the cursor of the page behind this one, None on the last."""

    cards: list[CardDetail]
    next: str | None = None


class TicketCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket shows of the card behind it: enough to earn, nothing of the person."""

    ticket: str
    expires_at: datetime
    card_id: UUID
    program_id: UUID
    card_number: str
    state: str
    balance: int
    stamps: int
    stamp_target: int | None


def person_of(contact: Contact) -> Person:
    return Person(
        first_name=contact.first_name,
        surname=contact.surname,
        email=contact.email,
        phone=contact.phone,
        birthday=contact.birthday,
    )


def detail_of(card: LedgerCard, person: Person | None) -> CardDetail:
    return CardDetail(**msgspec.structs.asdict(card), person=person)


def whole_detail_of(card: LedgerWholeCard, person: Person | None) -> WholeCardDetail:
    return WholeCardDetail(**msgspec.structs.asdict(card), person=person)


def stores_shown(principal: Principal, card: C) -> C:
    """Whoever works in some stores only is not told in which others a customer is known."""
    if not principal.stores:
        return card
    return msgspec.structs.replace(card, store_ids=[store for store in card.store_ids if store in principal.stores])


class TestForm(msgspec.Struct, frozen=True, kw_only=True):
    """The hidden fields of one join form; its customer is a test customer."""

    form_token: str
    idempotency_key: str
