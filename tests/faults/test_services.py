"""Services are killed, stopped, doubled and taken away while customers join and buy: rows 1, 2, 3, C1, C4-C6, C9, C10."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from stampbook_messaging.partitions import HEARTBEAT_SECONDS
from tests.faults.parts.load import Load, buy, insist, join
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, rows, sound
from tests.faults.parts.processes import kill, one_more, pid_of, ready_at, running_again, stopped
from tests.platform import Platform

pytestmark = pytest.mark.timeout(300)

KILLS = 2
_OWNERS = "SELECT owner, count(*) AS held FROM partition GROUP BY owner"
_VERSIONS = "SELECT version FROM event WHERE aggregate = $1 ORDER BY pos"


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with own_stack(tmp_path_factory.mktemp("services")) as platform:
        yield platform


async def killed_under_load(own: Platform, name: str) -> None:
    async with Load(own).going() as load:
        for _ in range(KILLS):
            await load.flows()
            assert kill(own, name) == [name]
            await running_again(own, name)
        await load.flows()
    await load.settled()


async def held_by(own: Platform, service: str) -> dict[str, int]:
    return {row["owner"]: row["held"] for row in await rows(own, service, _OWNERS)}


async def holds_all(own: Platform, service: str, instance: str) -> None:
    async def all_of_them() -> bool | None:
        return True if await held_by(own, service) == {instance: 16} else None

    await until(all_of_them, within_seconds=RECOVERY_SECONDS, what=f"{instance} holding every partition")


async def test_row_01_c01_gateway_killed_under_load_and_the_same_key_sent_again(own: Platform) -> None:
    await killed_under_load(own, "gateway")


async def test_row_01_c01_an_answer_that_was_lost_is_given_again_for_the_same_key(own: Platform) -> None:
    email = own.new_address()
    await join(own, email)
    card = await until(lambda: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")
    first = await insist(lambda: buy(own, card["card_id"], "till-1-receipt-7", wait_seconds=10))
    kill(own, "gateway")
    await running_again(own, "gateway")
    again = await insist(lambda: buy(own, card["card_id"], "till-1-receipt-7", wait_seconds=10))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["result"] == first.json()["result"]
    assert (await own.card_of(email) or {})["balance"] == 70


@pytest.mark.long
@pytest.mark.parametrize("name", ["ledger", "enrollment", "notifier", "wallet"])
async def test_rows_02_03_c04_c05_c06_killed_under_load(own: Platform, name: str) -> None:
    await killed_under_load(own, name)


@pytest.mark.long
async def test_rows_02_03_all_services_killed_together_under_load(own: Platform) -> None:
    names = ("enrollment", "ledger", "notifier", "wallet", "gateway")
    async with Load(own).going() as load:
        await load.flows()
        assert set(kill(own, *names)) == set(names)
        await running_again(own, *names)
        await load.flows()
    await load.settled()


@pytest.mark.long
@pytest.mark.parametrize("name", ["ledger", "notifier", "wallet"])
async def test_c09_a_zombie_commits_nothing_after_another_took_over(own: Platform, name: str) -> None:
    successor = f"{name}-successor"
    async with Load(own).going() as load:
        await load.flows()
        with stopped(own, name) as pid, one_more(own, name, successor) as port:
            await holds_all(own, name, successor)
            await ready_at(port)
            await load.flows()
            os.kill(pid, signal.SIGCONT)  # It wakes up in the belief that it still holds everything.
            await until(lambda: found_out(own, name), within_seconds=RECOVERY_SECONDS, what="a zombie that knows")
            await load.flows()
            assert pid_of(own, name) == pid
        await load.flows()
    await load.settled()


async def found_out(own: Platform, name: str) -> bool | None:
    """The zombie says in its log that its leases are gone, or that the database refused it."""
    log = (own.directory.logs / f"{name}.log").read_text()
    return True if "keeper.leases_expired" in log or "worker.fenced" in log else None


@pytest.mark.long
async def test_c10_ledgers_that_come_and_go_leave_every_card_in_order(own: Platform) -> None:
    async with Load(own).going() as load:
        for turn in range(3):
            with one_more(own, "ledger", f"ledger-guest-{turn}") as port:
                await ready_at(port)
                await shared(own)
                await load.flows(10)
            await load.flows()
    await load.settled()
    for customer in load.customers:
        versions = [row["version"] for row in await rows(own, "ledger", _VERSIONS, UUID(customer.card))]
        assert versions == list(range(1, len(versions) + 1))


async def shared(own: Platform) -> None:
    async def both() -> bool | None:
        return True if len(await held_by(own, "ledger")) == 2 else None

    await until(both, within_seconds=RECOVERY_SECONDS, what="both ledgers holding partitions")


@pytest.mark.long
async def test_a_service_that_was_stopped_for_less_than_its_lease_goes_on(own: Platform) -> None:
    async with Load(own).going() as load:
        for name in ("ledger", "enrollment", "gateway"):
            with stopped(own, name):
                await asyncio.sleep(HEARTBEAT_SECONDS)
            await load.flows()
    await load.settled()
    await sound(own)
