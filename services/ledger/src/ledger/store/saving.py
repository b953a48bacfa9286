"""Writing what a batch changed: one statement a table, and none for a table it left alone.

Many plain new rows go by COPY, which costs both sides half of what an INSERT from arrays does. Few of everything go
together in one statement, for a COPY alone takes two round trips.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.card import Card
from ledger.domain.tenant import Tenant
from ledger.store import statements
from ledger.store.loading import Books
from stampbook_messaging.event_store import SMALL

Db = Any
Values = tuple[Any, ...]
RowsOf = Callable[[UUID, Tenant], Iterator[Values]]


async def save(db: Db, books: Books) -> None:
    changed = {table: rows for table, (_, rows_of) in _TABLES.items() if (rows := _rows(books, rows_of))}
    if not changed:
        return
    if max(map(len, changed.values())) <= SMALL:
        values = [list(column) for rows in changed.values() for column in zip(*rows, strict=True)]
        await db.execute(_together(tuple(changed)), *values)
        return
    for table, rows in changed.items():
        if table in _COPIED:
            await db.copy_records_to_table(table.split()[-1], records=rows, columns=_COPIED[table].split()[::2])
        else:
            await db.execute(_TABLES[table][0], *map(list, zip(*rows, strict=True)))


@cache
def _together(tables: tuple[str, ...]) -> str:
    """Their statements as one: no row is written by two of them, so it does not matter that none sees the others'."""
    parts: list[str] = []
    width = 0
    for number, table in enumerate(tables):
        statement = _TABLES[table][0]
        parts.append(f"part{number} AS ({_shifted(statement, width)})")
        width += len(set(_PLACE.findall(statement)))
    return f"WITH {', '.join(parts)} SELECT"


def _shifted(statement: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", statement)


def _rows(books: Books, rows_of: RowsOf) -> list[Values]:
    return [row for tenant in books.values() for row in rows_of(tenant.merchant, tenant)]


def _programs(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for program_id, terms in tenant.changes.terms:
        yield (
            merchant,
            program_id,
            terms.version,
            terms.effective_from,
            terms.names,
            msgspec.to_builtins(terms.rates),
            terms.rounding,
            terms.welcome_points,
            terms.stamp_target,
        )


def _opened(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for card_id in tenant.changes.opened:
        card = tenant.cards[card_id]
        yield (
            merchant,
            card_id,
            card.customer_id,
            card.program_id,
            card.store_id,
            card.number,
            card.balance,
            card.stamps,
            card.stamp_target,
            card.language,
            card.state,
            card.test,
            card.opened_at,
            card.version,
        )


def _moved(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    """In the order of their ids, so that two writers of the same cards could never wait for each other."""
    for card_id in sorted(tenant.changes.touched.difference(tenant.changes.opened)):
        card: Card = tenant.cards[card_id]
        yield (merchant, card_id, card.balance, card.stamps, card.stamp_target, card.version)


def _links(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for link in tenant.changes.links:
        yield (merchant, *link)


def _lots(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for lot in tenant.changes.lots:
        yield (
            merchant,
            lot.card_id,
            lot.lot_id,
            lot.program_id,
            lot.store_id,
            lot.points,
            lot.points,
            lot.effective_at,
            lot.program_version,
        )


def _postings(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for posted in tenant.changes.posted:
        for line in posted.lines:
            yield (
                merchant,
                posted.card_id,
                posted.version,
                line.unit,
                line.account,
                line.amount,
                posted.program_id,
                posted.store_id,
                posted.event_id,
                posted.recorded_at,
            )


def _receipts(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for key, first in tenant.changes.receipts:
        yield (merchant, *key, *first)


def _welcomed(merchant: UUID, tenant: Tenant) -> Iterator[Values]:
    for welcomed in tenant.changes.welcomed:
        yield (merchant, *welcomed)


_PLACE = re.compile(r"\$(\d+)")
_COPIED = {
    "new card": "merchant uuid card_id uuid customer_id uuid program_id uuid store_id uuid number text balance bigint"
    " stamps int stamp_target int language text state text test bool opened_at timestamptz version int",
    "card_store": "merchant uuid card_id uuid store_id uuid linked_at timestamptz",
    "lot": "merchant uuid card_id uuid lot_id uuid program_id uuid store_id uuid points bigint free bigint"
    " effective_at timestamptz program_version int",
    "posting": "merchant uuid card_id uuid version int unit text account text amount bigint program_id uuid"
    " store_id uuid event_id uuid recorded_at timestamptz",
    "receipt": "merchant uuid program_id uuid store_id uuid purpose text receipt text operation_id uuid card_id uuid"
    " recorded_at timestamptz",
    "welcome": "merchant uuid customer_id uuid card_id uuid event_id uuid",
}
"""Plain new rows: each column with its type."""


def _insert(table: str) -> str:
    words = _COPIED[table].split()
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(words[1::2], start=1))
    return f"INSERT INTO {table.rsplit(maxsplit=1)[-1]} ({', '.join(words[::2])}) SELECT * FROM unnest({arrays})"


_TABLES: dict[str, tuple[str, RowsOf]] = {
    "program": (statements.INSERT_PROGRAMS, _programs),
    "card": (statements.MOVE_CARDS, _moved),
    "new card": (_insert("new card"), _opened),
    "card_store": (_insert("card_store"), _links),
    "lot": (_insert("lot"), _lots),
    "posting": (_insert("posting"), _postings),
    "receipt": (_insert("receipt"), _receipts),
    "welcome": (_insert("welcome"), _welcomed),
}
