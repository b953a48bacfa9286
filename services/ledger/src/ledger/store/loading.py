"""Fetching what a batch of commands touches: one query a table, and none for what it does not touch."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from ledger.domain.deciding import card_of
from ledger.domain.program import Program, Terms
from ledger.domain.receipts import Purpose, ReceiptKey, normalised
from ledger.domain.refusals import Refused
from ledger.domain.tenant import Tenant
from ledger.store import statements
from ledger.store.rows import card_from, receipt_from, store_from, terms_from
from stampbook_events.ledger import EarnPoints, GiveStamps, LinkStore, OpenCard, PublishProgram
from stampbook_messaging.messages import Received

Db = Any
Books = dict[UUID, Tenant]
"""The merchants of one batch."""


async def load(db: Db, batch: Sequence[Received]) -> Books:
    books = {received.envelope.merchant: Tenant(received.envelope.merchant) for received in batch}
    await _cards(db, books, batch)
    await _stores(db, books, batch)
    await _programs(db, books, batch)
    await _receipts(db, books, batch)
    await _openings(db, books, batch)
    await _links(db, books, batch)
    return books


async def _rows(db: Db, statement: str, keys: Collection[tuple[Any, ...]]) -> Sequence[Any]:
    """The rows for *keys*, each a column per part; sorted, so that equal batches read alike."""
    if not keys:
        return ()
    rows: Sequence[Any] = await db.fetch(statement, *map(list, zip(*sorted(keys), strict=True)))
    return rows


async def _cards(db: Db, books: Books, batch: Sequence[Received]) -> None:
    keys = {(one.envelope.merchant, card) for one in batch if (card := card_of(one.command)) is not None}
    for row in await _rows(db, statements.CARDS, keys):
        books[row["merchant"]].cards[row["card_id"]] = card_from(row)


async def _stores(db: Db, books: Books, batch: Sequence[Received]) -> None:
    keys = {
        (one.envelope.merchant, one.command.store_id)
        for one in batch
        if isinstance(one.command, EarnPoints | GiveStamps)
    }
    for row in await _rows(db, statements.STORES, keys):
        books[row["merchant"]].stores[row["store_id"]] = store_from(row)


async def _programs(db: Db, books: Books, batch: Sequence[Received]) -> None:
    """The programs that commands name, and those of the cards; a card may be opened within the batch."""
    keys = {(merchant, card.program_id) for merchant, tenant in books.items() for card in tenant.cards.values()}
    for one in batch:
        if isinstance(one.command, PublishProgram | OpenCard):
            keys.add((one.envelope.merchant, one.command.program_id))
    versions: dict[tuple[UUID, UUID], list[Terms]] = {}
    for row in await _rows(db, statements.PROGRAMS, keys):
        versions.setdefault((row["merchant"], row["program_id"]), []).append(terms_from(row))
    for (merchant, program_id), terms in versions.items():
        books[merchant].programs[program_id] = Program(program_id, tuple(terms))


async def _receipts(db: Db, books: Books, batch: Sequence[Received]) -> None:
    """The receipt numbers asked for. A card is only ever stamped in a store of its own program, so the store tells it."""
    keys = set()
    for one in batch:
        command = one.command
        if isinstance(command, EarnPoints | GiveStamps) and command.receipt is not None:
            store = books[one.envelope.merchant].stores.get(command.store_id)
            key = None if store is None else _receipt_key(store.program_id, command)
            if key is not None:
                keys.add((one.envelope.merchant, *key))
    for row in await _rows(db, statements.RECEIPTS, keys):
        key, first = receipt_from(row)
        books[row["merchant"]].receipts[key] = first


def _receipt_key(program_id: UUID, command: EarnPoints | GiveStamps) -> ReceiptKey | None:
    purpose: Purpose = "points" if isinstance(command, EarnPoints) else "stamps"
    assert command.receipt is not None
    try:
        return ReceiptKey(program_id, command.store_id, purpose, normalised(command.receipt))
    except Refused:
        return None  # The decider refuses it, with its code.


async def _openings(db: Db, books: Books, batch: Sequence[Received]) -> None:
    opens = [one for one in batch if isinstance(one.command, OpenCard)]
    numbers = {(one.envelope.merchant, one.command.card_number) for one in opens}
    for row in await _rows(db, statements.NUMBERS, numbers):
        books[row["merchant"]].numbers.add(row["number"])
    customers = {(one.envelope.merchant, one.command.customer_id) for one in opens}
    for row in await _rows(db, statements.WELCOMED, customers):
        books[row["merchant"]].welcomed.add(row["customer_id"])


async def _links(db: Db, books: Books, batch: Sequence[Received]) -> None:
    keys = {
        (one.envelope.merchant, card_of(one.command), one.command.store_id)
        for one in batch
        if isinstance(one.command, LinkStore)
    }
    for row in await _rows(db, statements.LINKS, keys):
        books[row["merchant"]].links.add((row["card_id"], row["store_id"]))
