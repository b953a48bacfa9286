"""Commands that fail: the culprit parks, what belongs behind it waits, everybody else goes on."""

import asyncio
from uuid import UUID, uuid4

import pytest
from counter_house import House, merchant_in, until
from counter_items import command_item
from counter_service import earn
from counter_works import Works

from stampbook_messaging.worker import PARKED_LIMIT, TooManyParked

MERCHANT = merchant_in(2)


async def send_all(house: House, *commands: tuple[UUID, str | None]) -> None:
    for card, receipt in commands:
        await house.send(earn(card, receipt=receipt), MERCHANT)


async def test_a_bug_parks_its_card_and_the_others_flow(works: Works) -> None:
    bad, good = uuid4(), uuid4()
    await send_all(works.house, (good, None), (bad, "bug"), (bad, None), (good, None))
    works.start()
    await works.answered(2)
    await works.answered(2, "parked")
    assert await works.house.letters() == [("open", "bug:ZeroDivisionError"), ("waiting", "behind_parked")]
    assert (await works.counted(good), await works.counted(bad)) == ((200, 2), None)
    assert await works.house.alarms() == ["command_parked"]


async def test_a_dead_letter_tells_the_place_of_the_bug_but_not_its_text(works: Works) -> None:
    await works.house.send(earn(receipt="bug"), MERCHANT)
    works.start()
    await works.answered(1, "parked")
    error = await works.house.db.fetchval("SELECT error FROM dead_letter")
    assert error.startswith("ZeroDivisionError at counter_service.py:")
    assert "till" not in error


async def test_what_parked_keeps_its_bytes_and_headers(works: Works) -> None:
    command = uuid4()
    await works.house.send(earn(receipt="bug"), MERCHANT, id=command)
    works.start()
    await works.answered(1, "parked")
    letter = await works.house.db.fetchrow("SELECT headers, body, subject FROM dead_letter")
    assert letter["headers"]["Nats-Msg-Id"] == str(command)
    assert str(command).encode() in letter["body"]
    assert letter["subject"] == f"cmd.ledger.2.{MERCHANT}.earn_points"


async def test_a_receipt_taken_by_another_is_seen_on_the_second_look(works: Works) -> None:
    await works.house.db.execute("INSERT INTO receipt VALUES ('42')")
    works.counter.blind_loads = 1
    await works.house.send(earn(receipt="42"), MERCHANT)
    works.start()
    await works.answered(1, "refused")
    assert await works.house.letters() == []


async def test_a_clash_that_stays_parks(works: Works) -> None:
    await works.house.db.execute("INSERT INTO receipt VALUES ('42')")
    works.counter.blind_loads = 99
    await works.house.send(earn(receipt="42"), MERCHANT)
    works.start()
    await works.answered(1, "parked")
    assert await works.house.letters() == [("open", "bug:UniqueViolationError")]


async def test_too_many_bugs_stop_the_worker_and_leave_the_rest_on_the_stream(works: Works) -> None:
    for _ in range(PARKED_LIMIT + 10):
        await works.house.send(earn(receipt="bug"), MERCHANT)
    works.start()
    with pytest.raises(TooManyParked):
        await asyncio.wait_for(works.tasks["worker"], 20)
    assert await works.house.inbox("parked") == PARKED_LIMIT
    assert await works.house.db.fetchval("SELECT cmd_seq FROM partition WHERE id = 2") == PARKED_LIMIT


async def test_a_partition_lost_while_a_bug_is_isolated_is_let_go_and_nothing_parks(works: Works) -> None:
    await works.leases.beat()
    await works.house.db.execute("UPDATE partition SET epoch = epoch + 1 WHERE id = 2")
    async with works.house.db.acquire() as db:
        item = command_item(1, earn(receipt="bug"), merchant=MERCHANT)
        await works.worker._isolate(db, [item], ZeroDivisionError(), reloaded=True, replaying=None)
    assert 2 not in works.leases.held
    assert await works.house.letters() == []


async def test_a_parked_command_is_told_to_whoever_asks(works: Works) -> None:
    answered: list[str] = []

    async def hear(message: object) -> None:
        answered.append(str(message))

    subscription = await works.house.gateway.subscribe("answer.gateway.parkedtest.>", hear)
    works.start()
    await works.house.send(earn(receipt="bug"), MERCHANT, answer_to="parkedtest")

    async def heard() -> bool:
        return any('"status":"parked"' in text for text in answered)

    await until(heard)
    await subscription.unsubscribe()


async def test_who_waits_holds_back_what_comes_behind_it_on_its_other_keys(works: Works) -> None:
    bad, other = uuid4(), uuid4()
    await works.house.send(earn(bad, receipt="bug"), MERCHANT)
    await works.house.send(earn(other), MERCHANT, keys=(bad, other))
    await works.house.send(earn(other), MERCHANT)
    works.start()
    await works.answered(3, "parked")
    assert [state for state, _ in await works.house.letters()] == ["open", "waiting", "waiting"]
    assert await works.counted(other) is None
