"""The statement of a card, like a bank's: in recorded order, with both times, page by page in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.statement import KINDS, amounts, stamps_after
from ledger.queries.cursors import version
from ledger.queries.questions import AskStatement
from ledger.store.logs import Told, beyond, cards_of_one
from stampbook_events import Actor
from stampbook_messaging.queries import Answers, Refusal


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event. *points*, *held* and *stamps* are by how much it changed them; *balance*, *available*, *stamp_count* of
    *stamp_target* what they were after it, where it says so. *card_id*, *version*: of two cards that became one, whose it was.

    *operation_id*: the operation that it took back, or the purchase of a refund.
    """

    event_id: UUID
    kind: str
    card_id: UUID
    version: int
    recorded_at: datetime
    occurred_at: datetime
    actor: Actor
    points: int
    held: int
    stamps: int
    store_id: UUID | None = None
    balance: int | None = None
    available: int | None = None
    stamp_count: int | None = None
    stamp_target: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    receipt: str | None = None
    refund_number: str | None = None
    reason: str | None = None
    cause: str | None = None
    not_given: int = 0
    because: str | None = None
    reward_id: UUID | None = None
    quantity: int | None = None
    unlocked: tuple[UUID, ...] = ()
    reservation_id: UUID | None = None
    operation_id: UUID | None = None
    other_card: UUID | None = None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """*entries*: the newest first. *older*: the cursor of the page behind, None at the beginning. *newer*: of what came
    since, and will come; None on a page without entries.
    """

    card_id: UUID
    entries: list[Entry]
    older: str | None = None
    newer: str | None = None


@dataclass(frozen=True, slots=True)
class StatementQueries:
    pool: Any

    def answers(self) -> Answers:
        return {"statement": (AskStatement, self.statement)}

    async def statement(self, request: AskStatement) -> Statement:
        """What is written meanwhile moves no page: a cursor is an event of the card."""
        at = version(request.cursor)
        async with self.pool.acquire() as db:
            cards = await cards_of_one(db, request.merchant, request.card_id)
            if not cards:
                raise Refusal("card_unknown")
            found = await beyond(db, request.merchant, cards, KINDS, at, request.limit + 1, newer=request.newer)
        if found is None:
            raise Refusal("cursor_invalid")
        page = found[: request.limit]
        if request.newer:
            page.reverse()
        return Statement(
            card_id=cards[0],
            entries=[entry_of(one) for one in page],
            older=_cursor(page[-1]) if page and (at is not None if request.newer else len(found) > len(page)) else None,
            newer=_cursor(page[0]) if page else request.cursor,
        )


def _cursor(told: Told) -> str:
    """Nothing that its reader does not know: how many events there are of others is nobody's business."""
    return f"{told.envelope.aggregate}~{told.envelope.version}"


def entry_of(told: Told) -> Entry:
    envelope, event, moved = told.envelope, told.event, amounts(told.event)
    stamps = stamps_after(event)
    return Entry(
        event_id=envelope.id,
        kind=told.kind,
        card_id=envelope.aggregate,
        version=envelope.version,
        recorded_at=envelope.recorded_at,
        occurred_at=envelope.occurred_at,
        actor=envelope.actor,
        points=moved.points,
        held=moved.held,
        stamps=moved.stamps,
        stamp_count=stamps[0] if stamps else None,
        stamp_target=stamps[1] if stamps else None,
        unlocked=_unlocked(event),
        other_card=getattr(event, "other", None) or getattr(event, "into", None),
        **{name: getattr(event, name) for name in _PLAIN if hasattr(event, name)},
    )


_PLAIN = (
    "store_id",
    "balance",
    "available",
    "amount_minor",
    "currency",
    "receipt",
    "refund_number",
    "reason",
    "cause",
    "not_given",
    "because",
    "reward_id",
    "quantity",
    "reservation_id",
    "operation_id",
)
"""What an entry says in the event's own words."""


def _unlocked(event: Any) -> tuple[UUID, ...]:
    """The unlocked rewards that it is about."""
    one: UUID | None = getattr(event, "unlocked_id", None)
    several: Mapping[str, Any] = {name: getattr(event, name, ()) for name in ("rewards", "withdrawn")}
    return (
        *((one,) if one else ()),
        *(reward.unlocked_id for reward in several["rewards"]),
        *several["withdrawn"],
    )
