"""The checks of a log find what they are for: something taken out, put in, changed, or never answered."""

from uuid import uuid4

import pytest
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works

from stampbook_messaging.log_checks import check_commands, check_ends, check_log, check_stream
from stampbook_messaging.streams import command_config, event_config

MERCHANT, CARD = merchant_in(8), uuid4()


@pytest.fixture
async def whole(works: Works) -> House:
    """Five commands applied and relayed, and nothing runs any more."""
    works.start()
    for _ in range(5):
        await works.house.send(earn(CARD), MERCHANT)
    await works.answered(5)
    await works.relayed()
    await works.rest()
    return works.house


async def found(house: House) -> str:
    checks = [
        *await check_log(house.db, "ledger"),
        await check_stream(house.db, house.operator, "ledger"),
        await check_commands(house.db, house.operator, "ledger"),
        *await check_ends(house.db, "ledger"),
    ]
    return "\n".join(what for check in checks for what in check.found)


async def test_nothing_is_found_where_nothing_is_wrong(whole: House) -> None:
    assert await found(whole) == ""
    (gapless, hashes) = await check_log(whole.db, "ledger")
    assert (gapless.counted, hashes.counted, gapless.ok) == (5, 5, True)


TAMPERING = {
    "DELETE FROM event WHERE pos = 3": "follows position 2",
    "DELETE FROM event WHERE pos = 5": "the row says 5, the log ends at 4",
    "UPDATE event SET body = replace(convert_from(body, 'UTF8'), '100', '999')::bytea WHERE pos = 2": "hash does not",
    "UPDATE event SET version = 9 WHERE pos = 5": "version 9 follows 4",
    "UPDATE event SET hash = decode(repeat('ab', 32), 'hex') WHERE pos = 4": "not the event of the log at 8/4",
    "UPDATE partition SET head = decode(repeat('ab', 32), 'hex') WHERE id = 8": "the running head differs",
    "UPDATE partition SET head = decode(repeat('ab', 32), 'hex') WHERE id = 9": "partition 9: the running head differs",
    "UPDATE aggregate SET version = 4": "its row differs from the log",
    "DELETE FROM aggregate": "0 aggregate rows for 1 aggregates",
    "DELETE FROM inbox WHERE cmd_seq = 2": "on the stream without an inbox row",
    "INSERT INTO alarm VALUES (gen_random_uuid(), 'command_parked', '{}', stampbook_now())": "command_parked",
}


@pytest.mark.parametrize(("sql", "complaint"), TAMPERING.items(), ids=lambda text: text[:40])
async def test_what_was_tampered_with_is_found(whole: House, sql: str, complaint: str) -> None:
    await whole.db.execute(sql)
    assert complaint in await found(whole)


async def test_a_stream_that_lost_its_events_is_found(whole: House) -> None:
    await whole.new_stream(event_config("ledger", 64))
    assert "the stream ends at None, the log at 5" in await found(whole)


async def test_an_unanswered_command_is_found(whole: House) -> None:
    await whole.new_stream(command_config("ledger", 64))
    for _ in range(6):
        await whole.send(earn(), merchant_in(1))
    assert (await found(whole)).count("without an inbox row") == 1
