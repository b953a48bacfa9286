"""Asking another service: an answer, a refusal with its code, or the plain word that nobody could answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from counter_house import House, merchant_in
from counter_service import earn
from counter_works import Works

from stampbook_messaging.commands import AskCommand, CommandResult
from stampbook_messaging.log_queries import AskEvents, Events, Nothing, Positions, log_answers
from stampbook_messaging.queries import (
    Answering,
    Ping,
    Pong,
    Queries,
    QueryRefused,
    QueryUnavailable,
    Refusal,
    answer_queries,
)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    number: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    number: int


class ToldOtherwise(msgspec.Struct, frozen=True, kw_only=True):
    text: str


async def double(ask: Ask) -> Told:
    if ask.number == 0:
        raise Refusal("zero_has_no_double")
    if ask.number < 0:
        raise ZeroDivisionError("anna@example.lu")
    await asyncio.sleep(0 if ask.number < 100 else 0.3)
    return Told(number=2 * ask.number)


@pytest.fixture
async def answering(house: House) -> AsyncIterator[Answering]:
    answers: dict[str, Any] = {"double": (Ask, double), **log_answers(house.db)}
    made = await answer_queries(house.ledger.raw, "ledger", answers, instance="one")
    yield made
    await made.stop()


@pytest.fixture
def queries(house: House, answering: Answering) -> Queries:
    return Queries(house.gateway)


async def test_a_question_is_answered(queries: Queries) -> None:
    assert await queries.ask("ledger", "double", Ask(number=21), Told) == Told(number=42)


async def test_a_refusal_brings_its_code(queries: Queries) -> None:
    with pytest.raises(QueryRefused) as refused:
        await queries.ask("ledger", "double", Ask(number=0), Told)
    assert refused.value.code == "zero_has_no_double"


async def test_a_question_nobody_understands_is_refused(queries: Queries) -> None:
    with pytest.raises(QueryRefused, match="request_malformed"):
        await queries.ask("ledger", "double", ToldOtherwise(text="two"), Told)


async def test_a_bug_over_there_is_no_answer_and_keeps_its_text_to_itself(queries: Queries) -> None:
    with pytest.raises(QueryUnavailable) as unavailable:
        await queries.ask("ledger", "double", Ask(number=-1), Told)
    assert "anna" not in str(unavailable.value)


async def test_an_answer_in_another_shape_is_no_answer(queries: Queries) -> None:
    with pytest.raises(QueryUnavailable, match="another shape"):
        await queries.ask("ledger", "double", Ask(number=1), ToldOtherwise)


async def test_where_nobody_listens_nobody_answers(house: House) -> None:
    with pytest.raises(QueryUnavailable, match="nobody answers"):
        await Queries(house.gateway).ask("notifier", "double", Ask(number=1), Told)


async def test_an_answer_that_comes_too_late_is_none(queries: Queries) -> None:
    with pytest.raises(QueryUnavailable, match=r"no answer on q\.ledger\.double within 0\.05 s"):
        await queries.ask("ledger", "double", Ask(number=100), Told, timeout_seconds=0.05)


async def test_who_may_not_ask_is_not_answered(house: House, answering: Answering) -> None:
    with pytest.raises(QueryUnavailable, match="not permitted|no answer|nobody"):
        await Queries(house.streams).ask("ledger", "double", Ask(number=1), Told, timeout_seconds=0.2)


async def test_a_slow_question_does_not_hold_up_a_quick_one(queries: Queries) -> None:
    slow = asyncio.create_task(queries.ask("ledger", "double", Ask(number=100), Told))
    assert (await queries.ask("ledger", "double", Ask(number=1), Told)).number == 2
    assert not slow.done()
    assert (await slow).number == 200


async def test_what_was_begun_is_answered_before_the_end(house: House, queries: Queries, answering: Answering) -> None:
    slow = asyncio.create_task(queries.ask("ledger", "double", Ask(number=100), Told))
    while not answering._running:
        await asyncio.sleep(0.01)
    await answering.stop()
    assert (await slow).number == 200


async def test_every_process_can_be_asked_whether_it_is_there(queries: Queries) -> None:
    assert await queries.ask("ledger", "ping", Ping(), Pong) == Pong(service="ledger", instance="one")


async def test_the_log_can_be_asked_for_a_commands_end(works: Works, queries: Queries) -> None:
    merchant, command = merchant_in(3), uuid4()
    works.start()
    stored = await works.house.send(earn(), merchant, id=command)
    await works.answered(1)
    ask = AskCommand(command_id=command, merchant=merchant, seq=stored.seq)
    found = await queries.ask("ledger", "command", ask, CommandResult)
    assert found.answer is not None
    assert (found.answer.status, found.fingerprint, found.lost) == ("applied", b"one body", False)


@pytest.mark.parametrize(("seq", "lost"), [(None, False), (1, True), (2, False)])
async def test_a_command_behind_the_cursor_without_an_answer_is_lost(
    works: Works, queries: Queries, seq: int | None, lost: bool
) -> None:
    merchant = merchant_in(3)
    works.start()
    await works.house.send(earn(), merchant)
    await works.answered(1)
    ask = AskCommand(command_id=uuid4(), merchant=merchant, seq=seq)
    assert await queries.ask("ledger", "command", ask, CommandResult) == CommandResult(lost=lost)


async def test_a_strangers_command_does_not_exist(works: Works, queries: Queries) -> None:
    command = uuid4()
    works.start()
    await works.house.send(earn(), merchant_in(3), id=command)
    await works.answered(1)
    ask = AskCommand(command_id=command, merchant=uuid4(), seq=1)
    assert await queries.ask("ledger", "command", ask, CommandResult) == CommandResult()


async def test_the_log_can_be_asked_for_its_events_in_pages(works: Works, queries: Queries) -> None:
    merchant = merchant_in(3)
    works.start()
    for _ in range(5):
        await works.house.send(earn(), merchant)
    await works.answered(5)
    found = await queries.ask("ledger", "events", AskEvents(partition=3, after=1, before=6, limit=3), Events)
    assert [event.pos for event in found.events] == [2, 3, 4]
    positions = await queries.ask("ledger", "positions", Nothing(), Positions)
    assert (positions.positions[3], positions.positions[4]) == (5, 0)
