"""The peer: the package ``eventsourcing`` appends the same events to the same PostgreSQL.

By its recorder alone, with the bytes ready made: nothing is decided, folded or encoded. As its applications do it saves what
one command led to in a transaction of its own, under the lock by which it keeps its notifications in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from stampbook_messaging.event_store import Row
from tests.bench.ground import Ground

_COMMAND = Row._fields.index("command_id")
Saves = Sequence[Sequence[StoredEvent]]


def saves(rows: Sequence[Any]) -> Saves:
    """Rows of the log, as what each command led to."""
    told = [[Row(*row) for row in found] for _, found in groupby(rows, itemgetter(_COMMAND))]
    return [[StoredEvent(row.aggregate, row.version, row.type, row.body) for row in found] for found in told]


async def rate(ground: Ground, wanted: Saves) -> float:
    """Events a second, into tables of their own."""
    return await asyncio.to_thread(_rate, ground.servers.dsn(), wanted)


def _rate(dsn: str, wanted: Saves) -> float:
    where = urlsplit(dsn)
    with PostgresDatastore(
        where.path.lstrip("/"), where.hostname or "", where.port or "", where.username or "", where.password or ""
    ) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name=f"peer_{uuid4().hex[:8]}")
        recorder.create_table()
        began = time.perf_counter()
        for events in wanted:
            recorder.insert_events(events)
        return sum(map(len, wanted)) / (time.perf_counter() - began)
