"""What can be asked of the ledger; each question names its merchant, and finds nothing of any other."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

CARDS_PER_PAGE = 50
CUSTOMERS_AT_ONCE = 200
ENTRIES_PER_PAGE = 100
OFFERS_PER_PAGE = 50

Limit = Annotated[int, msgspec.Meta(ge=1, le=CARDS_PER_PAGE)]


class AskCard(msgspec.Struct, frozen=True, kw_only=True):
    """Of a card that was merged into another one the survivor is told (R64)."""

    merchant: UUID
    card_id: UUID


class AskCardByNumber(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    number: str


class AskCardsOf(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_ids: Annotated[list[UUID], msgspec.Meta(max_length=CUSTOMERS_AT_ONCE)]


class AskCards(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    cursor: str | None = None
    limit: Limit = CARDS_PER_PAGE


class AskCardAsOf(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    at: datetime


class AskStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Entries older than the *cursor*, or *newer* ones; without a cursor the newest there are, or the oldest."""

    merchant: UUID
    card_id: UUID
    cursor: str | None = None
    newer: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=ENTRIES_PER_PAGE)] = 50


Figure = Literal["balance", "stamps", "lot", "reward", "operation"]


class AskExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """How a figure came about: balance or stamps, or the lot, unlocked reward or operation called *subject*."""

    merchant: UUID
    card_id: UUID
    figure: Figure
    subject: UUID | None = None
    at: datetime | None = None
    cursor: str | None = None


class AskProgram(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID


class AskPrograms(msgspec.Struct, frozen=True, kw_only=True):
    """All merchants' programs: for the gateway alone."""

    cursor: str | None = None


class AskOffers(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's programs, campaigns or rewards; of one program only, if it is named."""

    merchant: UUID
    program_id: UUID | None = None
    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=OFFERS_PER_PAGE)] = OFFERS_PER_PAGE


class AskOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One program, campaign or reward, with its versions older than *before*, or the newest there are."""

    merchant: UUID
    offer_id: UUID
    before: Annotated[int, msgspec.Meta(ge=2)] | None = None


class AskLiability(msgspec.Struct, frozen=True, kw_only=True):
    """As of *at*, or now; of one program, or of each."""

    merchant: UUID
    program_id: UUID | None = None
    at: datetime | None = None


class AskPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """From *first_day* to *last_day*, which belongs to it, each store's own; of one program, or of each."""

    merchant: UUID
    first_day: date
    last_day: date
    program_id: UUID | None = None


class AskCohorts(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID | None = None
