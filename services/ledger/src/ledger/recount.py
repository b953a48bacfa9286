"""Counts a card again from the log, for whoever doubts a balance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.checks.words import differences, named
from ledger.domain.recording import record
from ledger.domain.tenant import Tenant
from ledger.rebuilding.projections import OWNED, Rows, add_rows
from ledger.store import shapes
from ledger.store.logs import cards_of_one, forward
from ledger.store.looking import NO_CARD, tenant_of
from ledger.store.shapes import Shape

Db = Any
_EVER = datetime.max.replace(tzinfo=UTC)
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_COMPARED: Sequence[Shape] = (
    shapes.CARD,
    shapes.CARD_STORE,
    shapes.LOT,
    shapes.UNLOCKED,
    shapes.RESERVATION,
    shapes.POSTING,
)
SHOWN = 20


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """What the log adds up to beside what the tables hold; *agrees* when all of it is the same, row by row.

    *balance* is free and held points less what is owed, whatever has lapsed since. *events*: also of the cards that were
    merged with it. *differing*: what is not the same, in words, at most ``SHOWN`` of it.
    """

    card_id: UUID
    events: int
    version: int
    balance: int
    stamps: int
    kept_version: int
    kept_balance: int
    kept_stamps: int
    free_in_lots: int
    issued_points: int
    issued_stamps: int
    agrees: bool
    differing: list[str] = []


async def recount(db: Db, merchant: UUID, card_id: UUID) -> Recount | None:
    """None when there is no such card. Within a transaction; of cards that were merged all are counted together."""
    cards = await cards_of_one(db, merchant, card_id)
    if not cards:
        return None
    tenant, events = Tenant(merchant, rewards=(await tenant_of(db, merchant, [NO_CARD], _SOME_DAY)).rewards), 0
    async for told in forward(db, merchant, cards, _EVER):
        record(tenant, told.envelope.aggregate, told.event, told.logged.place, told.envelope.actor)
        events += 1
    said: Rows = {}
    add_rows(said, tenant, OWNED)
    differing: list[str] = []
    kept: dict[str, list[Mapping[str, Any]]] = {}
    for shape in _COMPARED:
        statement = (
            f"SELECT {', '.join(shape.names)} FROM {shape.table} WHERE merchant = $1 AND card_id = ANY($2::uuid[])"
        )
        kept[shape.table] = [dict(row) for row in await db.fetch(statement, merchant, cards)]
        differing += _compared(shape, said.get(shape.table, []), kept[shape.table])
    return _recount(tenant, card_id, events, kept, differing)


def _compared(shape: Shape, said: Sequence[Sequence[Any]], kept: Sequence[Mapping[str, Any]]) -> list[str]:
    key = shape.key.split()[::2]
    by_log = {
        tuple(row[name] for name in key): row for row in (dict(zip(shape.names, one, strict=True)) for one in said)
    }
    in_table = {tuple(row[name] for name in key): row for row in kept}
    return [
        f"{named(shape, by_log.get(place) or in_table[place])}: {what}"
        for place in sorted(by_log.keys() | in_table.keys(), key=str)
        for what in differences(shape, by_log.get(place), in_table.get(place))
    ]


def _recount(
    tenant: Tenant,
    card_id: UUID,
    events: int,
    kept: Mapping[str, Sequence[Mapping[str, Any]]],
    differing: Sequence[str],
) -> Recount:
    card = tenant.cards.get(card_id)
    row = next(row for row in kept["card"] if row["card_id"] == card_id)
    totals = card.holdings.totals if card is not None else None
    lines = [line for line in kept["posting"] if line["card_id"] == card_id and line["account"] == "issued"]
    return Recount(
        card_id=card_id,
        events=events,
        version=card.version if card is not None else 0,
        balance=totals.issued + totals.held - totals.owed if totals is not None else 0,
        stamps=card.count if card is not None else 0,
        kept_version=row["version"],
        kept_balance=row["balance"],
        kept_stamps=row["stamps"],
        free_in_lots=sum(lot["free"] for lot in kept["lot"] if lot["card_id"] == card_id),
        issued_points=sum(line["amount"] for line in lines if line["unit"] == "points"),
        issued_stamps=sum(line["amount"] for line in lines if line["unit"] == "stamps"),
        agrees=not differing,
        differing=list(differing[:SHOWN]),
    )
