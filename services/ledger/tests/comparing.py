"""What a batch knew at its end, beside what the tables say and what the log adds up to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from ledger.commands import LedgerCommands
from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.fold import Logged, fold
from ledger.domain.tenant import Tenant
from ledger.store.loading import Books, load, whole_cards
from stampbook_events import EventEnvelope
from stampbook_events.upcasters import decode_event
from stampbook_messaging.messages import Received

_LOG = "SELECT type, body FROM event WHERE merchant = $1 AND aggregate = ANY($2) ORDER BY partition, pos"


class Remembering(LedgerCommands):
    """Keeps what the batch knew, and holds it against the tables when it has been saved."""

    def __init__(self) -> None:
        self.batch: Sequence[Received] = ()
        self.wrong: list[str] = []

    async def load(self, db: Any, batch: Sequence[Received]) -> Books:
        self.batch = batch
        return await super().load(db, batch)

    async def save(self, db: Any, state: Books) -> None:
        await super().save(db, state)
        for merchant, fresh in (await load(db, self.batch)).items():
            self.wrong.extend(differences(state[merchant], fresh))
            self.wrong.extend([found async for found in _cards(db, state[merchant])])


def differences(known: Tenant, fresh: Tenant) -> Iterator[str]:
    """What the next batch would know otherwise than this one knew it at its end."""
    for name in ("programs", "campaigns", "rewards"):
        if (before := getattr(known, name)) != (after := getattr(fresh, name)):
            yield f"{name}: knew {before}, kept {after}"
    for name in ("stores", "numbers", "tallies", "operations", "welcomed", "receipts", "given"):
        before, after = getattr(known, name), getattr(fresh, name)
        for key in before.keys() & after.keys():
            if _differ(before[key], after[key]):
                yield f"{name} {key}: knew {before[key]}, kept {after[key]}"
    for name in ("links", "birthdays"):
        if more := getattr(fresh, name) - getattr(known, name):
            yield f"{name}: kept {more} besides"


def _differ(known: Any, kept: Any) -> bool:
    """Of what came under one key only that is compared which both sides have."""
    if isinstance(known, list):
        return any(one not in kept and _known(one, kept) for one in known)
    return bool(known != kept)


def _known(use: Any, uses: Sequence[Any]) -> bool:
    return any(use.operation_id == other.operation_id for other in uses)


async def _cards(db: Any, known: Tenant) -> AsyncIterator[str]:
    keys = [(known.merchant, card_id) for card_id in known.cards]
    if not keys:
        return
    kept = await whole_cards(db, keys)
    for key in keys:
        for found in of_card(known.cards[key[1]], kept[key]):
            yield f"card {key[1]}: {found}"


def of_card(known: Card, kept: Card) -> Iterator[str]:
    """*kept* has all that ever lay on the card, *known* what the batch needed."""
    for name in known.__struct_fields__:
        before, after = getattr(known, name), getattr(kept, name)
        if name == "holdings":
            yield from _of_holdings(before, after)
        elif name in {"unlocked", "holds"}:
            for key, one in before.items():
                if still(one) != after.get(key):
                    yield f"{name} {key}: knew {one}, kept {after.get(key)}"
        elif before != after:
            yield f"{name}: knew {before}, kept {after}"


def _of_holdings(known: Any, kept: Any) -> Iterator[str]:
    if known.totals != kept.totals:
        yield f"totals: knew {known.totals}, kept {kept.totals}"
    for lot_id, lot in known.lots.items():
        if still(lot) != kept.lots.get(lot_id):
            yield f"lot: knew {lot}, kept {kept.lots.get(lot_id)}"
    free = known.elsewhere + sum(lot.free for lot in known.lots.values())
    if free != sum(lot.free for lot in kept.lots.values()):
        yield f"free: knew {free}, kept {kept.lots}"


def still(one: Any) -> Any:
    """Whether its clock stands is found anew whenever it is asked."""
    return msgspec.structs.replace(one, stands=False) if hasattr(one, "stands") else one


async def recorded(db: Any, merchant: UUID) -> list[tuple[UUID, Any]]:
    """Every event of the merchant's log, with its aggregate."""
    rows = await db.fetch("SELECT type, body FROM event WHERE merchant = $1 ORDER BY partition, pos", merchant)
    return [(one.aggregate, one.event) for one in map(_logged, rows)]


async def not_the_fold(db: Any, merchant: UUID) -> list[str]:
    """Cards that are not what their events add up to."""
    ids = [row["card_id"] for row in await db.fetch("SELECT card_id FROM card WHERE merchant = $1", merchant)]
    kept = await whole_cards(db, [(merchant, card_id) for card_id in ids])
    folded = fold([_logged(row) for row in await db.fetch(_LOG, merchant, ids)])
    return [
        f"card {card_id}: {found}"
        for card_id in ids
        for found in of_card(folded[card_id].card, kept[merchant, card_id])
    ]


def _logged(row: Any) -> Logged:
    envelope = msgspec.json.decode(row["body"], type=EventEnvelope)
    place = Place(envelope.id, envelope.recorded_at, envelope.occurred_at)
    return Logged(envelope.aggregate, envelope.version, place, decode_event(row["type"], envelope.data))
