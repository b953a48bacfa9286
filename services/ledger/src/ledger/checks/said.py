"""What the log says, as rows: every event is folded again, page by page, into tables that last as long as a transaction."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.card import Card
from ledger.domain.evolving import Place
from ledger.domain.recording import record
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Reward
from ledger.rebuilding import reading
from ledger.rebuilding.folding import MERGES, LogRow, other_of
from ledger.rebuilding.lanes import IN_THE_ORDER_OF_KEYS, groups, uncollected
from ledger.rebuilding.projections import ALL, TABLES, Rows, add_rows
from ledger.rebuilding.reading import Key
from ledger.store.looking import NO_CARD, tenant_of
from stampbook_events import Actor, EventEnvelope, tag_of
from stampbook_events.ledger import CardTakenOver, Standing
from stampbook_events.subjects import PARTITIONS
from stampbook_events.upcasters import decode_event
from stampbook_messaging.log_checks import Check

Db = Any
PAGE = 5000
"""So many events are in memory at a time, and one card if it has more."""
_EVERY = [2**62] * PARTITIONS
_BEGIN = UUID(int=0), UUID(int=0)
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_TOOK_OVER = "SELECT e.merchant, e.aggregate, e.body FROM ledger.event e WHERE e.type = $1"
_BY_THE_INDEX = IN_THE_ORDER_OF_KEYS.replace("SET ", "SET LOCAL ")
_AS_IT_SEES_FIT = re.sub(r"TO \w+", "TO DEFAULT", _BY_THE_INDEX)
_WRONG = (msgspec.MsgspecError, LookupError, ValueError, TypeError, AttributeError, AssertionError)
_SHAPES = {projection.shape.table: projection.shape for projection in ALL}
UNREADABLE, UNCONNECTED = "its events cannot be read", "its events do not follow on one another"
_envelopes = msgspec.json.Decoder(EventEnvelope)
Broken = dict[Key, str]
"""What is wrong with the log of an aggregate, so that nothing can be said of its rows."""


def said(table: str) -> str:
    return f"said_{table}"


async def tell(db: Db, stated: Check, broken: Broken) -> None:
    """Fill the tables; *stated* is told of figures in events that their cards did not have, *broken* of logs that are
    none. Within a transaction, whose snapshot it is.
    """
    for table in TABLES:
        await db.execute(f"DROP TABLE IF EXISTS pg_temp.{said(table)}")
        await db.execute(f"CREATE TEMP TABLE {said(table)} (LIKE ledger.{table}) ON COMMIT DROP")
    await db.execute(_BY_THE_INDEX)
    async for logs in _pages(db):
        rows: Rows = {}
        with uncollected():
            for (merchant, aggregate), log in logs:
                if not any(row[4] in MERGES for row in log):
                    _fold(rows, merchant, [(merchant, aggregate)], log, {}, stated, broken)
        await _write(db, rows)
    await db.execute(_AS_IT_SEES_FIT)
    await _tell_merged(db, stated, broken)
    for table in TABLES:
        await db.execute(f"ANALYZE {said(table)}")


async def _pages(db: Db) -> AsyncIterator[Iterable[tuple[Key, list[LogRow]]]]:
    after: Key | None = _BEGIN
    while after is not None:
        rows, after = await reading.page(db, after, reading.share(0, 1), _EVERY, PAGE)
        yield reading.by_aggregate(rows)


async def _tell_merged(db: Db, stated: Check, broken: Broken) -> None:
    """Cards that became one, in the order of their recording; merges are rare."""
    edges = []
    for merchant, aggregate, body in await db.fetch(_TOOK_OVER, tag_of(CardTakenOver)):
        try:
            edges.append((merchant, aggregate, other_of(body)))
        except _WRONG:
            broken[merchant, aggregate] = UNREADABLE
    rewards: dict[UUID, Mapping[UUID, Reward]] = {}
    for group in groups(edges):
        merchant = group[0][0]
        if merchant not in rewards:
            rewards[merchant] = await _rewards(db, merchant)
        log = sorted(await reading.logs(db, group, _EVERY), key=reading.position_of)
        rows: Rows = {}
        _fold(rows, merchant, group, log, rewards[merchant], stated, broken)
        await _write(db, rows)


async def _rewards(db: Db, merchant: UUID) -> dict[UUID, Reward]:
    """Which ones there are, of which program; nothing that became of them."""
    known = (await tenant_of(db, merchant, [NO_CARD], _SOME_DAY)).rewards.values()
    return {reward.id: Reward(id=reward.id, versions=reward.versions) for reward in known}


def _fold(
    rows: Rows,
    merchant: UUID,
    group: Sequence[Key],
    log: Sequence[LogRow],
    rewards: Mapping[UUID, Reward],
    stated: Check,
    broken: Broken,
) -> None:
    tenant = Tenant(merchant, rewards=dict(rewards))
    try:
        events = [(row[1], *_event_of(row)) for row in log]
    except _WRONG:
        broken.update(dict.fromkeys(group, UNREADABLE))
        return
    try:
        for aggregate, event, place, actor in events:
            record(tenant, aggregate, event, place, actor)
            if isinstance(event, Standing):
                _hold_to(stated, tenant.cards[aggregate], event, place)
        add_rows(rows, tenant, ALL)
    except _WRONG:
        broken.update(dict.fromkeys(group, UNCONNECTED))


def _event_of(row: LogRow) -> tuple[Any, Place, Actor]:
    """Of an envelope that can be read in all its parts."""
    _, _, _, event_id, tag, recorded_at, body = row
    envelope = _envelopes.decode(body)
    return decode_event(tag, envelope.data), Place(event_id, recorded_at, envelope.occurred_at), envelope.actor


def _hold_to(stated: Check, card: Card, event: Standing, place: Place) -> None:
    """The balance that *event* states. Points whose day is over count on where their clock stands, which the log does
    not say: so far it may be less.
    """
    stated.counted += 1
    totals = card.holdings.totals
    most = totals.issued + totals.held - totals.owed
    if event.balance == most:
        return
    over = sum(
        lot.free for lot in card.holdings.lots.values() if lot.expires_at and lot.expires_at <= place.recorded_at
    )
    if not most - over <= event.balance <= most:
        stated.blame(
            f"event {place.event_id} of card {card.card_id}: states a balance of {event.balance}, by its events it is {most}"
        )


async def _write(db: Db, rows: Rows) -> None:
    for table, records in rows.items():
        if not records:
            continue
        shape = _SHAPES[table]
        if "jsonb" in shape.everything.split():
            await db.execute(shape._replace(table=said(table)).insert, *map(list, zip(*records, strict=True)))
        else:
            await db.copy_records_to_table(said(table), records=records, columns=shape.names)
