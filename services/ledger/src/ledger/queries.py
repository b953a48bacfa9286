"""What the ledger tells others about cards and programs, each merchant about its own alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from ledger.recount import Recount, recount
from ledger.store import reading
from stampbook_events.enrollment import Language, Texts
from stampbook_events.ledger import Rate
from stampbook_messaging.queries import Refusal

CARDS_PER_PAGE = 50
CUSTOMERS_AT_ONCE = 200
PROGRAMS_PER_PAGE = 1000

_First = TypeVar("_First", datetime, UUID)
Handler = Callable[[Any], Awaitable[msgspec.Struct]]


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """A card as it stands; *store_ids* are the stores it is known in, *version* that of its last event."""

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
    stamps: int
    stamp_target: int | None
    opened_at: datetime
    version: int


class CardList(msgspec.Struct, frozen=True, kw_only=True):
    """*next* is the cursor of the page behind this one, None on the last."""

    cards: list[CardView]
    next: str | None = None


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a program."""

    merchant: UUID
    program_id: UUID
    version: int
    effective_from: datetime
    names: Texts
    rates: dict[str, Rate]
    rounding: str
    welcome_points: int
    stamp_target: int | None


class ProgramList(msgspec.Struct, frozen=True, kw_only=True):
    """*positions*: how far each partition of the ledger's log was when this was read."""

    programs: list[ProgramView]
    positions: dict[int, int]
    next: str | None = None


class AskCard(msgspec.Struct, frozen=True, kw_only=True):
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
    limit: Annotated[int, msgspec.Meta(ge=1, le=CARDS_PER_PAGE)] = CARDS_PER_PAGE


class AskProgram(msgspec.Struct, frozen=True, kw_only=True):
    merchant: UUID
    program_id: UUID


class AskPrograms(msgspec.Struct, frozen=True, kw_only=True):
    """All merchants' programs: for the gateway alone."""

    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerQueries:
    pool: Any

    def answers(self) -> Mapping[str, tuple[type[msgspec.Struct], Handler]]:
        return {
            "card": (AskCard, self.card),
            "card_by_number": (AskCardByNumber, self.card_by_number),
            "cards_of": (AskCardsOf, self.cards_of),
            "cards": (AskCards, self.cards),
            "program": (AskProgram, self.program),
            "programs": (AskPrograms, self.programs),
            "recount": (AskCard, self.recount),
        }

    async def card(self, request: AskCard) -> CardView:
        return _only(await self.pool.fetch(reading.CARD, request.merchant, request.card_id))

    async def card_by_number(self, request: AskCardByNumber) -> CardView:
        return _only(await self.pool.fetch(reading.CARD_BY_NUMBER, request.merchant, request.number))

    async def cards_of(self, request: AskCardsOf) -> CardList:
        rows = await self.pool.fetch(reading.CARDS_OF, request.merchant, request.customer_ids)
        return CardList(cards=[_view(row) for row in rows])

    async def cards(self, request: AskCards) -> CardList:
        """The merchant's cards, newest first."""
        opened_at, card_id = _place(request.cursor, datetime)
        rows = await self.pool.fetch(reading.CARDS, request.merchant, opened_at, card_id, request.limit + 1)
        page = [_view(row) for row in rows[: request.limit]]
        more = len(rows) > request.limit
        return CardList(cards=page, next=_cursor(page[-1].opened_at, page[-1].card_id) if more else None)

    async def program(self, request: AskProgram) -> ProgramView:
        row = await self.pool.fetchrow(reading.PROGRAM, request.merchant, request.program_id)
        if row is None:
            raise Refusal("program_unknown")
        return _program(row)

    async def programs(self, request: AskPrograms) -> ProgramList:
        """A page of them, and the positions they were read at, so that events from there complete the picture."""
        merchant, program_id = _place(request.cursor, UUID)
        async with self.pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
            positions = await db.fetch(reading.POSITIONS)
            rows = await db.fetch(reading.PROGRAMS, merchant, program_id, PROGRAMS_PER_PAGE + 1)
        page = [_program(row) for row in rows[:PROGRAMS_PER_PAGE]]
        more = len(rows) > PROGRAMS_PER_PAGE
        return ProgramList(
            programs=page,
            positions={row["id"]: row["pos"] for row in positions},
            next=_cursor(page[-1].merchant, page[-1].program_id) if more else None,
        )

    async def recount(self, request: AskCard) -> Recount:
        async with self.pool.acquire() as db:
            found = await recount(db, request.merchant, request.card_id)
        if found is None:
            raise Refusal("card_unknown")
        return found


def _only(rows: Sequence[Any]) -> CardView:
    if not rows:
        raise Refusal("card_unknown")
    return _view(rows[0])


def _view(row: Any) -> CardView:
    return CardView(**dict(row))


def _program(row: Any) -> ProgramView:
    return msgspec.convert(dict(row), ProgramView)


def _cursor(first: datetime | UUID, second: UUID) -> str:
    return f"{first.isoformat() if isinstance(first, datetime) else first}~{second}"


def _place(cursor: str | None, kind: type[_First]) -> tuple[_First | None, UUID | None]:
    """The last row of the page before; a cursor that we did not make is refused."""
    if cursor is None:
        return None, None
    first, _, second = cursor.partition("~")
    try:
        return msgspec.convert(first, kind), UUID(second)
    except (msgspec.ValidationError, ValueError):
        raise Refusal("cursor_invalid") from None
