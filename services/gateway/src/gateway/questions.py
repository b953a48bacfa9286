"""What the gateway asks other services and what it reads of their answers; its own shapes of their words."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import (
    JoinFormChanged,
    KeyChanged,
    Language,
    MerchantRegistered,
    Sealed,
    StoreChanged,
    Texts,
)
from stampbook_events.ledger import Rate

SnapshotKind = Literal["merchant", "store", "join_form", "access_key"]


class AskSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    kind: SnapshotKind
    after: UUID = UUID(int=0)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    event: MerchantRegistered | StoreChanged | JoinFormChanged | KeyChanged


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[Entry]
    positions: dict[int, int]
    next: UUID | None = None


class AskStoreByHost(msgspec.Struct, frozen=True, kw_only=True):
    subdomain: str


class KnownStore(msgspec.Struct, frozen=True, kw_only=True):
    merchant: MerchantRegistered
    store: StoreChanged
    form: JoinFormChanged | None = None


class AskKeyByHash(msgspec.Struct, frozen=True, kw_only=True):
    hash: str


class KnownKey(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    key: KeyChanged


class AskTicket(msgspec.Struct, frozen=True, kw_only=True):
    ticket: str
    merchant: UUID


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
    token: str


class CardLinkTarget(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_id: UUID
    card_id: UUID
    store_ids: list[UUID]
    confirmed: bool = True


class FindCustomer(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    kind: Literal["email", "phone"]
    value: Sealed


class Found(msgspec.Struct, frozen=True, kw_only=True):
    customer_ids: list[UUID]


class AskCustomers(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_ids: list[UUID]
    reply_key: bytes


class CustomerBox(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: UUID
    box: bytes


class CustomerBoxes(msgspec.Struct, frozen=True, kw_only=True):
    customers: list[CustomerBox]


class LedgerCard(msgspec.Struct, frozen=True, kw_only=True):
    card_id: UUID
    customer_id: UUID
    program_id: UUID
    store_id: UUID
    store_ids: list[UUID]
    card_number: str
    language: Language
    state: str
    test: bool
    balance: int
    available: int
    held: int
    debt: int
    stamps: int
    stamp_target: int | None
    owed_stamps: int
    opened_at: datetime
    version: int


class CardList(msgspec.Struct, frozen=True, kw_only=True):
    cards: list[LedgerCard]
    next: str | None = None


class AskCard(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID


class AskCardByNumber(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    number: str


class AskCardsOf(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    customer_ids: list[UUID]


class AskCards(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    cursor: str | None = None
    limit: int = 50


class AskProgram(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a program, as far as pages and cards show it. From *ends_at* on nobody joins it (R12)."""

    merchant: UUID
    program_id: UUID
    names: Texts
    rates: dict[str, Rate]
    welcome_points: int
    stamp_target: int | None
    birthday_gift: bool = False
    ends_at: datetime | None = None


class AskPrograms(msgspec.Struct, frozen=True, kw_only=True):
    cursor: str | None = None


class ProgramList(msgspec.Struct, frozen=True, kw_only=True):
    programs: list[Program]
    positions: dict[int, int]
    next: str | None = None


class AskSaveLink(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID


class SaveLink(msgspec.Struct, frozen=True, kw_only=True):
    available: bool
    url_path: str | None = None


class AskSaveTarget(msgspec.Struct, frozen=True, kw_only=True):
    token: str


class SaveTarget(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    card_id: UUID
    save_url: str | None = None


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """A question without words."""


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    positions: dict[int, int]
