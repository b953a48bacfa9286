"""Connections that break in mid-work: every command is applied once and in order, every event relayed once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import msgspec
from counter_house import House, connect, merchant_in, until
from counter_service import earn
from counter_works import Works
from cut_line import Line, line_to

from stampbook_messaging.database import DATABASE_GONE

CUTS = 15
COMMANDS = 3000
CARDS = {merchant_in(partition): uuid4() for partition in range(16)}


@asynccontextmanager
async def works_behind(house: House, line: Line) -> AsyncIterator[Works]:
    """The counter service, whose bus runs through *line*."""
    bus = await connect(house.servers, "ledger", url=f"nats://127.0.0.1:{line.port}")
    works = Works.of(house, "behind", bus)
    works.start()
    try:
        yield works
    finally:
        await until(connected(bus.raw))
        await works.rest()
        await bus.close()


def connected(client: object) -> object:
    async def there() -> bool:
        return bool(client.is_connected)  # type: ignore[attr-defined]

    return there


async def send_all(house: House, count: int) -> None:
    """*count* commands, the amounts of each card in rising order."""
    merchants = list(CARDS)
    for start in range(0, count, 16):
        batch = enumerate(merchants[: count - start])
        await asyncio.gather(*(house.send(earn(CARDS[one], start // 16 + 1), one) for _, one in batch))


async def cut_while(line: Line, works: Works, total: int) -> None:
    """Cut the line each time another part of the work is done."""
    for n in range(1, CUTS + 1):
        await until(lambda n=n: applied(works, n * total // (CUTS + 1)), 30)
        await until(lambda: was_cut(line, works))


async def applied(works: Works, count: int) -> bool:
    works.must_run("worker", "keeper", "relay")
    return await works.house.inbox() >= count


async def was_cut(line: Line, works: Works) -> bool:
    """Not in the handshake, which the client leaves lying open."""
    return works.relay.bus.is_connected and line.cut()


async def amounts(house: House, card: UUID) -> list[int]:
    rows = await house.db.fetch("SELECT body FROM event WHERE aggregate = $1 ORDER BY pos", card)
    return [msgspec.json.decode(row["body"])["data"]["amount_minor"] for row in rows]


async def all_in_order(house: House, total: int) -> bool:
    counts = [await amounts(house, card) for card in CARDS.values()]
    return sum(map(len, counts)) == total and all(one == list(range(1, len(one) + 1)) for one in counts)


async def test_fifteen_cuts_of_the_bus_neither_lose_nor_double_nor_reorder_anything(house: House) -> None:
    async with line_to(house.servers.nats.port) as line, works_behind(house, line) as works:
        sending = asyncio.create_task(send_all(house, COMMANDS))
        await cut_while(line, works, COMMANDS)
        await sending
        await works.answered(COMMANDS, patience_seconds=30)
        await works.relayed(30)
        assert line.cuts == CUTS
        assert await all_in_order(house, COMMANDS)
        assert (await works.complaints(), await house.alarms(), await house.letters()) == ([], [], [])


async def test_a_database_that_drops_its_connections_costs_no_command(works: Works) -> None:
    works.start()
    sending = asyncio.create_task(send_all(works.house, COMMANDS))
    for n in range(1, CUTS + 1):
        await until(lambda n=n: surely(applied(works, n * COMMANDS // (CUTS + 1))), 30)
        drop_connections(works.house)
    await sending
    await until(lambda: surely(applied(works, COMMANDS)), 30)
    await until(lambda: surely(level(works)), 30)
    assert await all_in_order(works.house, COMMANDS)
    assert (await works.complaints(), await works.house.alarms(), await works.house.letters()) == ([], [], [])


async def surely(question: object) -> bool:
    """The answer; no, while the connection it is asked on is one of those that were dropped."""
    try:
        return bool(await question)  # type: ignore[misc]
    except DATABASE_GONE:
        return False


async def level(works: Works) -> bool:
    await works.relayed(1)
    return True


def drop_connections(house: House) -> None:
    house.servers.postgres.run_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stampbook-ledger'"
    )
