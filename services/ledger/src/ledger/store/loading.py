"""Fetching what a batch of commands touches: one query for most, and none for what it does not touch."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from ledger.domain.deciding import card_of
from ledger.domain.program import Program, Terms
from ledger.domain.receipts import Purpose, normalised
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
    if batch:
        await _fill(db, books, batch)
    await _openings(db, books, batch)
    await _links(db, books, batch)
    return books


async def _fill(db: Db, books: Books, batch: Sequence[Received]) -> None:
    """Cards, stores, receipts, and the programs that commands name and those of the cards."""
    keys: list[set[tuple[Any, ...]]] = [set(), set(), set(), set()]
    cards, stores, programs, receipts = keys
    for one in batch:
        merchant, command = one.envelope.merchant, one.command
        if (card_id := card_of(command)) is not None:
            cards.add((merchant, card_id))
        if isinstance(command, PublishProgram | OpenCard):  # the card may be opened within the batch
            programs.add((merchant, command.program_id))
        if isinstance(command, EarnPoints | GiveStamps):
            stores.add((merchant, command.store_id))
            if (receipt := _receipt_of(command)) is not None:
                receipts.add((merchant, command.store_id, *receipt))
    columns = [part for asked, width in zip(keys, (2, 2, 2, 4), strict=True) for part in _columns(asked, width)]
    _enter(books, [rows or () for rows in await db.fetchrow(statements.BOOKS, *columns)])


def _enter(books: Books, found: Sequence[Sequence[Any]]) -> None:
    for merchant, card in map(card_from, found[0]):
        books[merchant].cards[card.card_id] = card
    for merchant, store in map(store_from, found[1]):
        books[merchant].stores[store.store_id] = store
    versions: dict[tuple[UUID, UUID], list[Terms]] = {}
    for merchant, program_id, terms in map(terms_from, found[2]):
        versions.setdefault((merchant, program_id), []).append(terms)
    for (merchant, program_id), published in versions.items():
        books[merchant].programs[program_id] = Program(program_id, tuple(published))
    for merchant, key, first in map(receipt_from, found[3]):
        books[merchant].receipts[key] = first


def _columns(keys: Collection[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """*keys* as a column per part; sorted, so that equal batches read alike."""
    return [list(column) for column in zip(*sorted(keys), strict=True)] if keys else [[] for _ in range(width)]


def _receipt_of(command: EarnPoints | GiveStamps) -> tuple[Purpose, str] | None:
    if command.receipt is None:
        return None
    try:
        return "points" if isinstance(command, EarnPoints) else "stamps", normalised(command.receipt)
    except Refused:
        return None  # The decider refuses it, with its code.


async def _rows(db: Db, statement: str, keys: Collection[tuple[Any, ...]]) -> Sequence[Any]:
    if not keys:
        return ()
    rows: Sequence[Any] = await db.fetch(statement, *_columns(keys, 0))
    return rows


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
