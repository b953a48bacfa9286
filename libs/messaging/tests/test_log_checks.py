"""The checks of a log find what they are for, and name it: something lost, doubled, swapped, changed, never answered."""

import re
from uuid import uuid4

import pytest
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works

from stampbook_messaging.log_checks import check_commands, check_effects, check_ends, check_log, check_stream
from stampbook_messaging.streams import command_config, event_config

MERCHANT, CARD, OTHER = merchant_in(8), uuid4(), uuid4()


@pytest.fixture
async def whole(works: Works) -> House:
    """Five commands applied to one card, one refused, one applied to another; relayed, and nothing runs any more."""
    works.start()
    for _ in range(5):
        await works.house.send(earn(CARD), MERCHANT)
    await works.house.send(earn(CARD, amount=-1), MERCHANT)
    await works.house.send(earn(OTHER), MERCHANT)
    await works.answered(6)
    await works.answered(1, "refused")
    await works.relayed()
    await works.rest()
    return works.house


async def found(house: House) -> dict[str, list[str]]:
    checks = [
        *await check_log(house.db, "ledger"),
        await check_stream(house.db, house.operator, "ledger"),
        await check_commands(house.db, house.operator, "ledger"),
        await check_effects(house.db, "ledger"),
        *await check_ends(house.db, "ledger"),
    ]
    return {check.name: check.found for check in checks if not check.ok}


async def test_nothing_is_found_where_nothing_is_wrong(whole: House) -> None:
    assert await found(whole) == {}
    (gapless, hashes, seals), effects = await check_log(whole.db, "ledger"), await check_effects(whole.db, "ledger")
    assert (gapless.counted, hashes.counted, seals.counted, effects.counted) == (6, 6, 0, 7)


GAPS, HASHES = "ledger.positions_and_versions_gapless", "ledger.hashes_whole"
STREAM, ANSWERS, EFFECTS = (
    "ledger.stream_equals_log",
    "ledger.commands_answered_once",
    "ledger.commands_have_one_effect",
)
COPY = """
INSERT INTO event SELECT partition, 7, gen_random_uuid(), merchant, aggregate, 2, type, recorded_at, command_id,
cmd_seq, body, hash, traceparent FROM event WHERE pos = 6
"""
ANOTHER_ROW = """
INSERT INTO inbox SELECT gen_random_uuid(), merchant, partition, cmd_seq, type, fingerprint, status, code, result,
recorded_at, applied_at FROM inbox WHERE cmd_seq = 2
"""
PROMISED = """
UPDATE inbox SET result = '{"operation_id": "00000000-0000-4000-8000-000000000009"}' WHERE cmd_seq = 2
"""
PLANTED = {
    "event lost": (
        "DELETE FROM event WHERE pos = 3",
        GAPS,
        "position 3 .* version 3: is not in the log: position 4 follows position 2; version 4 follows 2",
    ),
    "last event lost": ("DELETE FROM event WHERE pos = 6", GAPS, "the row says 6, the log ends at 5"),
    "gap in positions": ("UPDATE event SET pos = 9 WHERE pos = 6", GAPS, "position 9 event .*: follows position 5"),
    "gap in versions": ("UPDATE event SET version = 9 WHERE pos = 5", GAPS, "position 5 event .*: version 9 follows 4"),
    "events of one card swapped": (
        "UPDATE event SET pos = -pos WHERE pos IN (2, 3); UPDATE event SET pos = 5 + pos WHERE pos < 0",
        GAPS,
        "position 2 event .*: version 3 stands before version 2, at position 3",
    ),
    "events of two cards swapped": (
        "UPDATE event SET pos = -pos WHERE pos IN (5, 6); UPDATE event SET pos = 11 + pos WHERE pos < 0",
        GAPS,
        "position 5 event .*: its bytes say position 6, its row 5",
    ),
    "type changed": (
        "UPDATE event SET type = 'ledger.stamps_earned.v1' WHERE pos = 4",
        GAPS,
        "position 4 event .*: its bytes say type ledger.points_earned.v1",
    ),
    "byte flipped": (
        "UPDATE event SET body = set_byte(body, 20, get_byte(body, 20) # 1) WHERE pos = 2",
        HASHES,
        "position 2 event .*: hash does not cover its bytes",
    ),
    "amount changed": (
        "UPDATE event SET body = replace(convert_from(body, 'UTF8'), '100', '999')::bytea WHERE pos = 2",
        STREAM,
        "not the event of the log at 8/2",
    ),
    "bytes are rubbish": (
        "UPDATE event SET body = 'rubbish' WHERE pos = 2",
        HASHES,
        "position 2 event .*: hash does not cover .*: its bytes were altered",
    ),
    "hash changed": (
        "UPDATE event SET hash = decode(repeat('ab', 32), 'hex') WHERE pos = 4",
        STREAM,
        "not the event of the log at 8/4",
    ),
    "head changed": (
        "UPDATE partition SET head = decode(repeat('ab', 32), 'hex') WHERE id = 8",
        HASHES,
        "partition 8: the running head differs",
    ),
    "head of an empty partition changed": (
        "UPDATE partition SET head = decode(repeat('ab', 32), 'hex') WHERE id = 9",
        HASHES,
        "partition 9: the running head differs",
    ),
    "version of an aggregate changed": (
        "UPDATE aggregate SET version = 4",
        GAPS,
        f"aggregate {CARD} version 4: its row differs",
    ),
    "aggregates lost": ("DELETE FROM aggregate", GAPS, "position 1 event .*: its aggregate has no row"),
    "inbox row lost": (
        "DELETE FROM inbox WHERE cmd_seq = 2",
        ANSWERS,
        "command 2 .* on the stream without an inbox row",
    ),
    "inbox row lost, events there": (
        "DELETE FROM inbox WHERE cmd_seq = 2",
        EFFECTS,
        "1 events, but it was never answered",
    ),
    "command answered twice": (ANOTHER_ROW, ANSWERS, "command 2: answered 2 times"),
    "effect doubled": (COPY, EFFECTS, "event .* ledger.points_earned.v1 is not its event number 1"),
    "effect lost": (PROMISED, EFFECTS, "operation 00000000-0000-4000-8000-000000000009, which is not in the log"),
    "effect of a refused command": (
        "UPDATE inbox SET status = 'refused' WHERE cmd_seq = 2",
        EFFECTS,
        "refused, and yet ledger.points_earned.v1",
    ),
    "open alarm": (
        "INSERT INTO alarm VALUES (gen_random_uuid(), 'command_parked', '{}', stampbook_now())",
        "ledger.no_open_alarm",
        "command_parked",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_what_was_planted_is_found_and_named(whole: House, fault: str) -> None:
    sql, check, words = PLANTED[fault]
    await whole.db.execute(sql)
    complaints = (await found(whole)).get(check, [])
    assert any(re.search(words, complaint) for complaint in complaints), complaints


async def test_a_stream_that_lost_its_events_is_found(whole: House) -> None:
    await whole.new_stream(event_config("ledger", 64))
    assert "partition 8: the stream ends at None, the log at 6" in (await found(whole))[STREAM][0]


async def test_a_command_of_a_stream_that_was_made_anew_is_no_second_answer(whole: House) -> None:
    later = ANOTHER_ROW.replace("recorded_at, applied_at FROM", "recorded_at + interval '1 day', applied_at FROM")
    await whole.db.execute(later)
    assert ANSWERS not in await found(whole)


async def test_an_unanswered_command_is_found(whole: House) -> None:
    await whole.new_stream(command_config("ledger", 64))
    for _ in range(8):
        await whole.send(earn(), merchant_in(1))
    complaints = (await found(whole))[ANSWERS]
    assert len(complaints) == 8
    assert re.search("command 8 .*: on the stream without an inbox row", complaints[7])
