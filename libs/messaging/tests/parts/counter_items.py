"""Messages of the command stream made by hand, for what a server would not easily bring about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from counter_house import TILL
from counter_service import earn

from stampbook_events import CommandEnvelope, tag_of
from stampbook_events.subjects import partition_of
from stampbook_messaging.batch import Applied
from stampbook_messaging.intake import Item

RECORDED_AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def command_item(
    seq: int,
    command: msgspec.Struct | None = None,
    *,
    merchant: UUID,
    id: UUID | None = None,
    answer_to: str | None = None,
    fingerprint: bytes = b"one body",
    **changed: Any,
) -> Item:
    """*changed* replaces fields of the item afterwards: its subject, headers or data."""
    command = command if command is not None else earn()
    type_ = tag_of(type(command))
    envelope = CommandEnvelope(
        id=id or uuid4(),
        type=type_,
        merchant=merchant,
        actor=TILL,
        correlation=uuid4(),
        fingerprint=fingerprint,
        data=msgspec.Raw(msgspec.json.encode(command)),
        keys=(getattr(command, "card_id", uuid4()),),
        answer_to=answer_to,
    )
    partition = partition_of(merchant)
    item = Item(
        partition=partition,
        seq=seq,
        recorded_at=RECORDED_AT + timedelta(seconds=seq),
        subject=f"cmd.ledger.{partition}.{merchant}.{type_.split('.')[1]}",
        data=msgspec.json.encode(envelope),
        headers={"Nats-Msg-Id": str(envelope.id)},
        after=seq - 1,
    )
    return Item(**{name: changed.get(name, getattr(item, name)) for name in Item.__slots__})


async def apply(works: Any, items: Sequence[Item]) -> Applied:
    """Apply *items* as one batch, with the leases the process has."""
    async with works.house.db.acquire() as db:
        applied: Applied = await works.worker.writer.apply(db, items, works.leases.held)
    return applied
