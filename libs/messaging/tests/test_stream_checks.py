"""Whatever else lies on an event stream than its log, in its order, is found and named."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from counter_house import House, merchant_in
from counter_reader import publish_rows
from counter_service import earn
from counter_works import Works

from stampbook_messaging.event_store import Row
from stampbook_messaging.log_checks import Check, check_stream
from stampbook_messaging.streams import event_config

MERCHANT = merchant_in(8)
Planting = Callable[[list[Row]], list[Row]]


@pytest.fixture
async def rows(works: Works) -> list[Row]:
    """A log of five events; its stream is still to be told."""
    works.start("keeper", "worker")
    for _ in range(5):
        await works.house.send(earn(), MERCHANT)
    await works.answered(5)
    await works.rest()
    await works.house.new_stream(event_config("ledger", 64))
    return [Row(**dict(row)) for row in await works.house.db.fetch("SELECT * FROM event ORDER BY pos")]


async def told(house: House, rows: list[Row]) -> Check:
    await publish_rows(house, rows)
    return await check_stream(house.db, house.operator, "ledger")


def foreign(rows: list[Row]) -> list[Row]:
    changed = rows[2].body.replace(b'"amount_minor":100', b'"amount_minor":999')
    return [*rows[:2], rows[2]._replace(body=changed), *rows[3:]]


PLANTED: dict[str, tuple[Planting, str]] = {
    "the first is missing": (lambda rows: rows[1:], "stream 1: position 2 after 0"),
    "one is missing": (lambda rows: [*rows[:2], *rows[3:]], "stream 3: position 4 after 2"),
    "the last is missing": (lambda rows: rows[:-1], "partition 8: the stream ends at 4, the log at 5"),
    "two are swapped": (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "stream 2: position 3 after 1"),
    "one is there twice": (
        lambda rows: [*rows[:2], rows[1]._replace(id=uuid4()), *rows[2:]],
        "stream 3: position 2 after 2",
    ),
    "one has other bytes": (foreign, "stream 3: not the event of the log at 8/3"),
    "one has another hash": (
        lambda rows: [*rows[:4], rows[4]._replace(hash=bytes(32))],
        "stream 5: not the event of the log at 8/5",
    ),
    "one is in no log": (
        lambda rows: [*rows, rows[4]._replace(id=uuid4(), body=rows[4].body.replace(b'"position":5', b'"position":6'))],
        "stream 6: not the event of the log at 8/6",
    ),
    "one is no event": (lambda rows: [*rows, rows[4]._replace(id=uuid4(), body=b"rubbish")], "stream 6: no event"),
    "one is of no partition": (
        lambda rows: [
            *rows,
            rows[4]._replace(id=uuid4(), body=rows[4].body.replace(b'"partition":8', b'"partition":88')),
        ],
        "stream 6: there is no partition 88",
    ),
}


async def test_nothing_is_found_where_nothing_is_wrong(works: Works, rows: list[Row]) -> None:
    check = await told(works.house, rows)
    assert (check.ok, check.counted) == (True, 5)


@pytest.mark.parametrize("fault", PLANTED)
async def test_what_was_planted_is_found_and_named(works: Works, rows: list[Row], fault: str) -> None:
    plant, words = PLANTED[fault]
    check: Any = await told(works.house, plant(rows))
    assert check.name == "ledger.stream_equals_log"
    assert any(re.search(words, complaint) for complaint in check.found), check.found
