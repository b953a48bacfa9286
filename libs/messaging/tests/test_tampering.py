"""Whatever somebody does to a log, with every right there is on its tables, is found, named and placed."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works
from forging import Forger
from sealing_days import midnight, process

from stampbook_events import ids
from stampbook_events.subjects import partition_of
from stampbook_messaging.daily_seals import files
from stampbook_messaging.log_checks import Finding, LogReport, report_log

MERCHANTS = [merchant_in(partition) for partition in (3, 8, partition_of(ids.PLATFORM))]
CARDS = [uuid4() for _ in range(4)]
ROUNDS, DAYS = 10, 3
LOG = ("event", "aggregate", "partition", "seal")


@pytest_asyncio.fixture(scope="module")
async def kept(built_house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """Three days with 120 purchases each, each day sealed, and some more purchases; returns the folder of the seals."""
    folder = tmp_path_factory.mktemp("seals")
    await built_house.empty()
    works = Works.of(built_house)
    works.start("keeper", "worker")
    async with process(built_house, "sealer", folder) as sealer:
        for day in range(1, DAYS + 1):
            await shop(works, day * ROUNDS * 12)
            await (await sealer.at(await midnight(built_house, day))).sealer.look()
    await shop(works, (DAYS + 1) * ROUNDS * 12)
    await works.rest()
    for name in LOG:
        await built_house.db.execute(f"CREATE TABLE kept_{name} AS TABLE {name}")
    yield folder
    for name in LOG:
        await built_house.db.execute(f"DROP TABLE kept_{name}")


async def shop(works: Works, until: int) -> None:
    for _ in range(ROUNDS):
        for merchant in MERCHANTS:
            for card in CARDS:
                await works.house.send(earn(card), merchant)
    await works.answered(until)


@dataclass
class Log:
    house: House
    file: Path

    async def do(self, statements: str) -> None:
        await self.house.db.execute(statements)

    async def report(self, *outside: Path) -> LogReport:
        return await report_log(self.house.db, "ledger", [seal for path in outside for seal in files.read(path)])

    async def found(self, *outside: Path) -> list[Finding]:
        return [finding for check in (await self.report(*outside)).checks for finding in check.findings]


@pytest.fixture
async def log(kept: Path, house: House, tmp_path: Path) -> Log:
    for name in LOG:
        await house.db.execute(f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM kept_{name}")
    file = tmp_path / "ledger.jsonl"
    shutil.copy(kept / "ledger.jsonl", file)
    return Log(house, file)


async def test_a_log_as_it_was_recorded_is_whole_and_confirmed_by_its_last_seal(log: Log) -> None:
    report = await log.report(log.file)
    assert [(check.found, check.counted) for check in report.checks] == [([], 483), ([], 483), ([], 6)]
    standings = {one.partition: one for one in report.standings}
    assert {one.doubtful_from for one in standings.values()} == {None}
    confirmed = [standings[partition].confirmed for partition in (3, 8, 14)]
    assert [(one.seal, one.position) for one in confirmed if one is not None] == [(3, 120), (3, 120), (3, 122)]


AT = "partition = 8 AND pos = 57"
ONE_NAMED = "position 57 event .* aggregate .* version 1[0-9]"
SWAP = "UPDATE event SET pos = pos - 1000 WHERE {0} OR partition = 8 AND pos = {1}; UPDATE event SET pos = {1} - 943 - pos WHERE pos < 0"
EDIT_SEAL = """
UPDATE seal SET body = replace(convert_from(body, 'UTF8'), '"position":80', '"position":81')::bytea WHERE number = 2
"""
FLIP = "set_byte(body, 300, get_byte(body, 300) # 1)"
PLANTED: dict[str, tuple[str, str, str]] = {
    "a byte flipped": (
        f"UPDATE event SET body = {FLIP} WHERE {AT}",
        "altered",
        f"{ONE_NAMED}: hash does not cover its bytes and its predecessor: its bytes were altered",
    ),
    "a byte of the last event flipped": (
        f"UPDATE event SET body = {FLIP} WHERE partition = 8 AND pos = 160",
        "altered",
        "position 160 event .* version 40: hash .*: its bytes were altered",
    ),
    "an event dropped": (
        f"DELETE FROM event WHERE {AT}",
        "missing",
        "position 57 merchant .* aggregate .* version 1[0-9]: is not in the log: position 58 follows position 56; version",
    ),
    "the last event of a card dropped": (
        "DELETE FROM event WHERE partition = 8 AND pos = 158",
        "missing",
        "position 158 merchant .* version 40: is not in the log: .*; the aggregate's row says version 40, the log ends",
    ),
    "the last event of a partition dropped": (
        "DELETE FROM event WHERE partition = 8 AND pos = 160",
        "missing",
        "position 160 merchant .* version 40: is not in the log: the row says 160, the log ends at 159; the aggregate",
    ),
    "two events swapped": (
        SWAP.format(AT, 58),
        "reordered",
        "position 57 event .*: its bytes say position 58, its row 57",
    ),
    "two events of one card swapped": (
        SWAP.format(AT, 61),
        "reordered",
        "position 57 event .*: version 16 stands before version 15, at position 61",
    ),
    "an event put before all others": (
        f"UPDATE event SET pos = -5 WHERE {AT}",
        "reordered",
        "position -5 event .*: its bytes say position 57, its row -5",
    ),
    "an event of another partition": (
        f"UPDATE event SET partition = 9, pos = 1 WHERE {AT}",
        "reordered",
        "partition 9 position 1 event .*: its bytes say partition 8, its row 9",
    ),
    "a hash altered": (
        f"UPDATE event SET hash = set_byte(hash, 5, get_byte(hash, 5) # 1) WHERE {AT}",
        "altered",
        f"{ONE_NAMED}: hash does not cover its bytes and its predecessor: its hash was altered",
    ),
    "the hash of a card's last event altered": (
        "UPDATE event SET hash = set_byte(hash, 5, get_byte(hash, 5) # 1) WHERE partition = 8 AND pos = 160",
        "altered",
        "position 160 event .* version 40: hash does not cover .*: its hash was altered",
    ),
    "the head of a partition edited": (
        "UPDATE partition SET head = set_byte(head, 0, get_byte(head, 0) # 1) WHERE id = 8",
        "head_differs",
        "partition 8: the running head differs from the log; seal 3 of .* agrees up to position 120",
    ),
    "the row of a partition dropped": ("DELETE FROM partition WHERE id = 8", "row_differs", "partition 8: .* no row"),
    "a seal's row edited": (
        EDIT_SEAL,
        "seal_differs",
        "seal 2: the table's row is not what its hash covers: it was altered",
    ),
    "a seal's row edited with its hash": (
        f"{EDIT_SEAL}; UPDATE seal SET hash = sha256(body) WHERE number = 2",
        "seal_differs",
        "seal 2: its event in the log says otherwise than the table",
    ),
    "a seal's day edited": (
        "UPDATE seal SET day = day - 100 WHERE number = 2",
        "seal_differs",
        "seal 2: the table's row says otherwise than its own text: it was altered",
    ),
    "a seal dropped": (
        "DELETE FROM seal WHERE number = 2",
        "seal_missing",
        "seal 2: is not in the table, later ones are",
    ),
    "the last seal dropped": (
        "DELETE FROM seal WHERE number = 3",
        "seal_missing",
        "seal 3: its event is in the log, and the table has no such seal",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_what_was_done_to_the_log_is_found_and_named_without_a_seal_outside(log: Log, fault: str) -> None:
    statements, what, words = PLANTED[fault]
    await log.do(statements)
    found = await log.found()
    assert [one for one in found if one.what == what and re.search(words, one.text)], [one.text for one in found]


@pytest.mark.parametrize("fault", ["a byte flipped", "an event dropped", "a hash altered", "a seal's day edited"])
async def test_one_thing_that_is_wrong_is_one_finding(log: Log, fault: str) -> None:
    await log.do(PLANTED[fault][0])
    assert len(await log.found(log.file)) == 1


async def test_two_events_that_were_swapped_are_two_findings(log: Log) -> None:
    await log.do(PLANTED["two events swapped"][0])
    assert [(one.what, one.partition, one.position) for one in await log.found(log.file)] == [
        ("reordered", 8, 57),
        ("reordered", 8, 58),
    ]


async def test_from_where_on_the_heads_confirm_nothing_is_told(log: Log) -> None:
    await log.do(PLANTED["an event dropped"][0])
    (doubtful,) = [one for one in (await log.report(log.file)).standings if one.doubtful_from is not None]
    assert (doubtful.partition, doubtful.doubtful_from) == (8, 57)
    assert doubtful.confirmed is not None
    assert (doubtful.confirmed.seal, doubtful.confirmed.position) == (1, 40)


async def test_a_flipped_byte_casts_no_doubt_on_any_other_event(log: Log) -> None:
    """Hashes and heads still stand: they tell that all the others are what was recorded."""
    await log.do(PLANTED["a byte flipped"][0])
    assert {one.doubtful_from for one in (await log.report(log.file)).standings} == {None}


async def rewrite(log: Log) -> None:
    """Change an amount of the second day, and everything that would betray it, seals and their events included."""
    forger = await Forger.of(log.house)
    (event,) = [one for one in forger.events if (one["partition"], one["pos"]) == (8, 57)]
    event["body"] = event["body"].replace(b'"amount_minor":100', b'"amount_minor":999')
    forger.rehash()
    await forger.write()


async def test_a_log_rewritten_as_a_whole_is_found_by_a_seal_outside_alone(log: Log) -> None:
    await rewrite(log)
    assert await log.found() == []
    report = await log.report(log.file)
    found = [finding.text for finding in report.seals.findings]
    assert [re.sub("of [-0-9]+ ", "", one.partition(": ")[2]) for one in found if "partition" not in one] == [
        f"is another one in ledger.jsonl line {number}" for number in (2, 3)
    ]
    assert re.search(
        "partition 8 position 41 seal 2: of .* in ledger.jsonl has another head: the events from 41 to 80",
        "\n".join(found),
    )


async def test_from_where_on_a_rewritten_log_cannot_be_trusted_is_told(log: Log) -> None:
    await rewrite(log)
    standings = {one.partition: one for one in (await log.report(log.file)).standings}
    assert {partition: one.doubtful_from for partition, one in standings.items() if one.doubtful_from is not None} == {
        8: 41,
        14: 82,
    }
    assert standings[8].confirmed is not None
    assert (standings[8].confirmed.seal, standings[8].confirmed.source) == (1, "ledger.jsonl")


async def test_a_single_seal_that_somebody_kept_is_enough(log: Log) -> None:
    await rewrite(log)
    log.file.write_bytes(log.file.read_bytes().splitlines(keepends=True)[2])
    assert "the events from 1 to 120 are not what was sealed" in "\n".join(
        one.text for one in await log.found(log.file)
    )


async def restore(log: Log) -> None:
    """As a backup of the second day would leave it."""
    seal: Any = await log.house.db.fetchval("SELECT body FROM kept_seal WHERE number = 2")
    forger = await Forger.of(log.house)
    for one in msgspec.json.decode(seal)["partitions"]:
        await log.house.db.execute("DELETE FROM event WHERE partition = $1 AND pos > $2", one["id"], one["position"])
        head = forger.head(one["id"], one["position"])
        await log.house.db.execute(
            "UPDATE partition SET pos = $2, head = $3 WHERE id = $1", one["id"], one["position"], head
        )
    await log.do("DELETE FROM seal WHERE number >= 2")
    await log.do(
        "UPDATE aggregate a SET (version, hash) = (SELECT version, hash FROM event e WHERE e.merchant = a.merchant"
        " AND e.aggregate = a.id ORDER BY version DESC LIMIT 1)"
    )


async def test_a_database_restored_to_an_older_state_is_noticed_by_the_newer_seals(log: Log) -> None:
    await restore(log)
    assert await log.found() == []
    found = [finding.text for finding in await log.found(log.file)]
    missing = "stands in ledger.jsonl line {} and not in the table: deleted, or of a newer log than this"
    for number in (2, 3):
        assert any(f"seal {number}" in one and missing.format(number) in one for one in found)
    assert any(
        re.search("partition 8 position 81 seal 3: .* was made at position 120, the log ends at 80", one)
        for one in found
    )


async def test_a_line_of_the_file_that_was_altered_is_named(log: Log) -> None:
    log.file.write_bytes(log.file.read_bytes().replace(b'"position":80', b'"position":81', 1))
    assert [one.text for one in await log.found(log.file)] == [
        "ledger: ledger.jsonl line 2 is not what its hash covers"
    ]


async def test_seals_of_other_services_are_passed_over(log: Log) -> None:
    report = await report_log(log.house.db, "wallet", list(files.read(log.file)))
    assert {finding.what for finding in report.seals.findings} == {"seal_differs"}
    assert all("the table's row says otherwise" in text for text in report.seals.found if "no event" not in text)


async def test_what_is_found_is_named_up_to_twenty_and_counted_beyond(log: Log) -> None:
    await log.do("UPDATE event SET body = set_byte(body, 300, get_byte(body, 300) # 1) WHERE partition = 8")
    report = await log.report()
    assert (len(report.hashes.findings), report.hashes.wrong) == (20, 160)


async def test_a_log_that_grows_while_it_is_read_is_whole(works: Works) -> None:
    """Read again and again while 400 commands are applied."""
    works.start("keeper", "worker")
    for _ in range(400):
        await works.house.send(earn(CARDS[0]), MERCHANTS[1])
    while await works.house.inbox() < 400:
        works.must_run("worker", "keeper")
        report = await report_log(works.house.db, "ledger")
        assert [check.found for check in report.checks] == [[], [], []]
    await works.answered(400)
