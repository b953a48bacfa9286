"""Several processes of each service: partitions shared, taken over, handed over, and everything restarted under load."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.processes import Processes
from stampbook_cli.embedded.services import DOMAIN_SERVICES
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.faults.tills import PATIENCE_SECONDS, all_counted, clean, open_street
from tests.platform import Platform

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

TWO = dict.fromkeys((*DOMAIN_SERVICES, "gateway"), 2)
FOUR = {**dict.fromkeys(DOMAIN_SERVICES, 4), "gateway": 2}
_OWNERS = "SELECT id, owner FROM {schema}.partition ORDER BY id"
_LIVING = "SELECT id FROM {schema}.worker WHERE seen_at > {schema}.stampbook_now() - interval '10 seconds'"
_HELD = "SELECT count(*) FROM notifier.delivery WHERE state IN ('claimed', 'sending')"


@asynccontextmanager
async def platform_of(folder: Any, processes: Processes) -> AsyncIterator[Platform]:
    directory = DataDirectory(folder / "data")
    async with stack(directory, processes=processes) as running, client() as http:
        attached, keys = attach(directory), keep_keys(directory)
        await seed(http, attached, keys)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keys)


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with platform_of(tmp_path_factory.mktemp("two"), TWO) as platform:
        yield platform


async def query(platform: Platform, statement: str) -> list[Any]:
    db = await asyncpg.connect(platform.attached.dsn())
    try:
        return list(await db.fetch(statement))
    finally:
        await db.close()


async def shares(platform: Platform, schema: str) -> Counter[str]:
    """How many partitions each living process of *schema* holds; what nobody living holds is under the empty name."""
    living = {row["id"] for row in await query(platform, _LIVING.format(schema=schema))}
    owners = [row["owner"] for row in await query(platform, _OWNERS.format(schema=schema))]
    return Counter(owner if owner in living else "" for owner in owners)


async def shared_evenly(platform: Platform, processes: Processes) -> bool | None:
    found = [(await shares(platform, schema), processes[schema]) for schema in DOMAIN_SERVICES]
    even = all(sorted(share.values()) == [16 // count] * count and "" not in share for share, count in found)
    return True if even else None


def process(platform: Platform, name: str) -> int:
    [entry] = [entry for entry in platform.running.status()["services"] if entry["name"] == name]
    pid: int = entry["pid"]
    return pid


async def all_up(platform: Platform) -> bool | None:
    return True if platform.running.status()["ok"] else None


async def joined_with_two_mails(platform: Platform, emails: list[str]) -> bool | None:
    counts = [len(await platform.doors.mails_to(email)) for email in emails]
    assert max(counts) <= 2, counts  # a third would be one that was sent twice
    return True if set(counts) == {2} else None


async def test_two_processes_share_all_partitions_evenly(two: Platform) -> None:
    await until(lambda: shared_evenly(two, TWO), within_seconds=PATIENCE_SECONDS, what="even shares")


async def test_four_processes_share_all_partitions_evenly(tmp_path: Any) -> None:
    async with platform_of(tmp_path, FOUR) as four:
        await until(lambda: shared_evenly(four, FOUR), within_seconds=PATIENCE_SECONDS, what="even shares")
        email = four.new_address()
        assert (await four.join(email)).status_code == 303
        await until(lambda: joined_with_two_mails(four, [email]), within_seconds=PATIENCE_SECONDS, what="both mails")
        os.kill(process(four, "ledger-3"), signal.SIGKILL)
        await until(lambda: shared_evenly(four, FOUR), within_seconds=PATIENCE_SECONDS, what="even shares again")
        assert await four.audit() == []


@pytest.mark.parametrize("service", list(DOMAIN_SERVICES))
async def test_what_a_killed_process_held_is_held_by_others(two: Platform, service: str) -> None:
    await until(lambda: shared_evenly(two, TWO), within_seconds=PATIENCE_SECONDS, what="even shares")
    pid = process(two, f"{service}-2")
    [dead] = [name for name in await shares(two, service) if f"-{pid}-" in name]
    os.kill(pid, signal.SIGKILL)

    async def taken() -> bool | None:
        found = await shares(two, service)
        return True if dead not in found and "" not in found else None

    await until(taken, within_seconds=PATIENCE_SECONDS, what="partitions of a dead process")
    email = two.new_address()
    assert (await two.join(email)).status_code == 303
    await until(lambda: joined_with_two_mails(two, [email]), within_seconds=PATIENCE_SECONDS, what="both mails")
    await until(lambda: clean(two), within_seconds=PATIENCE_SECONDS, what="a clean audit")


async def test_mails_that_a_killed_process_had_claimed_leave_once(two: Platform) -> None:
    faults = f"{two.attached.urls['inbox']}/api/faults"
    rule = {"match": "test.", "stage": "rcpt", "delay_seconds": 4}
    (await two.doors.http.put(faults, json={"rules": [rule]})).raise_for_status()
    emails = [two.new_address() for _ in range(6)]
    try:
        answers = await asyncio.gather(*(two.join(email) for email in emails))
        assert {answer.status_code for answer in answers} == {303}

        async def held() -> bool | None:
            return True if (await query(two, _HELD))[0][0] >= len(emails) else None

        await until(held, within_seconds=PATIENCE_SECONDS, what="claimed mails")
        os.kill(process(two, "notifier"), signal.SIGKILL)
    finally:
        (await two.doors.http.delete(faults)).raise_for_status()
    await until(lambda: joined_with_two_mails(two, emails), within_seconds=PATIENCE_SECONDS, what="both mails of all")
    await until(lambda: clean(two), within_seconds=PATIENCE_SECONDS, what="a clean audit")


async def test_a_graceful_stop_hands_over_in_order_and_completely(two: Platform) -> None:
    await until(lambda: all_up(two), within_seconds=PATIENCE_SECONDS, what="all processes")
    async with open_street(two, tills=4, visitors=0) as (street, tills):
        await asyncio.sleep(2)
        quiet = street.longest_gap_seconds()
        await two.running.restart("ledger")
        await two.running.restart("ledger-2")
        await asyncio.sleep(4)
    print(
        f"longest gap between answers: {street.longest_gap_seconds():.3f} s over two hand-overs, {quiet:.3f} s before"
    )
    assert street.failed == []
    assert [till.sums for till in tills] == [sorted(set(till.sums)) for till in tills]
    await until(lambda: all_counted(two, tills), within_seconds=PATIENCE_SECONDS, what="every purchase once")


async def test_row_21_everything_is_restarted_under_load_without_one_failed_request(two: Platform) -> None:
    await until(lambda: all_up(two), within_seconds=PATIENCE_SECONDS, what="all processes")
    async with open_street(two, tills=8, visitors=2) as (street, tills):
        await two.running.roll()
        await asyncio.sleep(2)
    print(f"{street.requests} requests, {len(street.joined)} joins, longest gap {street.longest_gap_seconds():.3f} s")
    assert street.failed == []
    assert [till.sums for till in tills] == [sorted(set(till.sums)) for till in tills]
    await until(lambda: all_counted(two, tills), within_seconds=PATIENCE_SECONDS, what="every purchase once")
    await until(lambda: joined_with_two_mails(two, street.joined), within_seconds=PATIENCE_SECONDS, what="all mails")
    await until(lambda: clean(two), within_seconds=PATIENCE_SECONDS, what="a clean audit")
