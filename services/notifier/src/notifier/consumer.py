"""Turn what enrollment and the ledger recorded into mails that must be delivered, and learn what mails need to know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec

from notifier.domain.demands import SAYS, Customer, Known, demand_for
from notifier.domain.kinds import KINDS
from notifier.store import statements as sql
from stampbook_events.enrollment import CustomerEnrolled, CustomerRecognised, MerchantRegistered, StoreChanged
from stampbook_events.ledger import CardOpened, CardReopened, CardReplaced, ProgramPublished, ProgramWithdrawn
from stampbook_events.notifier import MailKind
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Db, Demand


class LoyaltyEvents:
    """The row is the promise: it is written in the transaction that moves the cursor."""

    consumer = "notifier"
    handles: Collection[type[msgspec.Struct]] = (
        MerchantRegistered,
        StoreChanged,
        CustomerEnrolled,
        ProgramPublished,
        ProgramWithdrawn,
        CardReplaced,
        *SAYS,
    )

    async def react(self, db: Db, events: Sequence[Recorded]) -> Sequence[Demand]:
        await _learn(db, events)
        known = Known(has_email=await _have_email(db, events))
        for kind in KINDS.values():
            if kind.once_in is not None:
                known.recent |= await _recent(db, events, kind.name)
        demands = (demand_for(recorded, known) for recorded in events)
        return [demand for demand in demands if demand is not None]


async def _learn(db: Db, events: Sequence[Recorded]) -> None:
    await _put(db, sql.PUT_MERCHANTS, [
        (event.merchant_id, event.name, recorded.envelope.version)
        for recorded, event in _newest(events, MerchantRegistered)
    ])  # fmt: skip
    await _put(db, sql.PUT_STORES, [
        (event.merchant_id, event.store_id, event.name, event.subdomain, event.accent, event.default_language,
         recorded.envelope.version)
        for recorded, event in _newest(events, StoreChanged)
    ])  # fmt: skip
    await _put(db, sql.PUT_PROGRAMS, [
        (recorded.envelope.merchant, event.program_id, event.program_version, event.names,
         event.effective_from or recorded.envelope.recorded_at)
        for recorded, event in _all(events, ProgramPublished)
    ])  # fmt: skip
    await _put(db, sql.WITHDRAW_PROGRAMS, [
        (recorded.envelope.merchant, event.program_id, event.program_version)
        for recorded, event in _all(events, ProgramWithdrawn)
    ])  # fmt: skip
    await _put(db, sql.PUT_CUSTOMERS, [
        (recorded.envelope.merchant, event.customer_id, event.language, event.store_id, event.has_email, event.test)
        for recorded, event in _newest(events, CustomerEnrolled)
    ])  # fmt: skip
    await _put(db, sql.PUT_CARDS, [
        (recorded.envelope.merchant, event.card_id, event.customer_id, event.program_id, event.card_number,
         recorded.envelope.version)
        for recorded, event in _newest(events, CardOpened, CardReopened, CardReplaced)
    ])  # fmt: skip


async def _have_email(db: Db, events: Sequence[Recorded]) -> dict[Customer, bool]:
    asked = _customers(events, *(kind for kind in SAYS if kind is not CustomerRecognised))
    if not asked:
        return {}
    rows = await db.fetch(sql.HAVE_EMAIL, *map(list, zip(*sorted(asked), strict=True)))
    return {(row["merchant"], row["customer_id"]): row["has_email"] for row in rows}


async def _recent(db: Db, events: Sequence[Recorded], kind: MailKind) -> set[tuple[UUID, UUID, MailKind]]:
    asked = _customers(events, CustomerRecognised)
    if not asked:
        return set()
    rows = await db.fetch(
        sql.RECENTLY_DEMANDED, *map(list, zip(*sorted(asked), strict=True)), kind, KINDS[kind].once_in
    )
    return {(row["merchant"], row["recipient"], kind) for row in rows}


def _customers(events: Sequence[Recorded], *kinds: type[Any]) -> set[Customer]:
    return {(recorded.envelope.merchant, event.customer_id) for recorded, event in _all(events, *kinds)}


def _newest(events: Sequence[Recorded], *kinds: type[Any]) -> list[tuple[Recorded, Any]]:
    """The last event of *kinds* of each aggregate: one statement must not touch a row twice."""
    found = {
        (recorded.envelope.merchant, recorded.envelope.aggregate): (recorded, event)
        for recorded, event in _all(events, *kinds)
    }
    return list(found.values())


def _all(events: Sequence[Recorded], *kinds: type[Any]) -> list[tuple[Recorded, Any]]:
    return [(recorded, recorded.event) for recorded in events if isinstance(recorded.event, kinds)]


async def _put(db: Db, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await db.execute(statement, *map(list, zip(*rows, strict=True)))
