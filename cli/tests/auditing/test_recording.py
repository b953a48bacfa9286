"""A client that sends through the recording transport has a whole history, whatever becomes of its requests."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio

from stampbook_cli.auditing.history import History, Line, address_fingerprint, read_history
from stampbook_cli.auditing.recording import insist, recording_client
from stampbook_messaging.clock import SystemClock

from .conftest import CUT, Scripted, http

CARD, COMMAND, OPERATION = uuid4(), uuid4(), uuid4()
APPLIED = {
    "command_id": str(COMMAND),
    "service": "ledger",
    "status": "applied",
    "result": {"operation_id": str(OPERATION), "card_id": str(CARD), "points": 20, "balance": 70},
}
REFUSED = {"type": "/problems/x", "title": "", "status": 422, "code": "receipt_known", "command_id": str(COMMAND)}


class Till:
    def __init__(self, client: httpx.AsyncClient, scripted: Scripted, path: Path) -> None:
        self.http, self.scripted, self.path = client, scripted, path

    async def purchase(self) -> httpx.Response:
        return await self.http.post(
            f"{self.scripted.url}/v1/cards/{CARD}/points",
            json={"amount_minor": 1000, "currency": "EUR", "receipt": "r-1"},
            headers={"Idempotency-Key": "p-1"},
        )

    def lines(self) -> list[Any]:
        found: list[Line] = read_history(self.path)
        return found


@pytest_asyncio.fixture
async def till(scripted: Scripted, tmp_path: Path) -> AsyncIterator[Till]:
    path = tmp_path / "till.jsonl"
    with History(path, "till", SystemClock()) as history:
        async with recording_client(history, timeout_seconds=20) as client:
            yield Till(client, scripted, path)


async def test_an_answer_is_written_with_what_it_granted(till: Till) -> None:
    till.scripted.answers = [http(200, msgspec.json.encode(APPLIED).decode())]
    assert (await till.purchase()).json() == APPLIED
    sent, answered = till.lines()
    assert (sent.asking.kind, sent.asking.key, sent.asking.card) == ("purchase", "p-1", CARD)
    assert (sent.asking.amount, sent.asking.receipt) == (1000, "r-1")
    assert (answered.status, answered.outcome, answered.granted) == (200, "applied", 20)
    assert (answered.command_id, answered.operation_id, answered.card) == (COMMAND, OPERATION, CARD)


async def test_a_refusal_is_written_with_its_code(till: Till) -> None:
    till.scripted.answers = [http(422, msgspec.json.encode(REFUSED).decode(), "application/problem+json")]
    await till.purchase()
    answered = till.lines()[1]
    assert (answered.status, answered.code, answered.command_id) == (422, "receipt_known", COMMAND)


async def test_a_line_that_is_cut_has_an_unknown_end(till: Till) -> None:
    till.scripted.answers = [CUT]
    with pytest.raises(httpx.RemoteProtocolError):
        await till.purchase()
    assert [line.reason for line in till.lines()[1:]] == ["RemoteProtocolError"]


async def test_an_answer_that_breaks_off_is_none(till: Till) -> None:
    till.scripted.answers = [http(200, msgspec.json.encode(APPLIED).decode())[:-30]]
    with pytest.raises(httpx.RemoteProtocolError):
        await till.purchase()
    assert [line.reason for line in till.lines()[1:]] == ["RemoteProtocolError"]


async def test_insisting_sends_the_same_again_until_it_is_answered(till: Till) -> None:
    till.scripted.answers = [CUT, http(503, '{"status":503,"code":"unavailable"}'), http(202, '{"status":"pending"}')]
    assert (await insist(till.purchase, pause_seconds=0)).status_code == 202
    lines = till.lines()
    assert [line.number for line in lines] == [1, 1, 2, 2, 3, 3]
    assert [getattr(line, "status", None) for line in lines[1::2]] == [None, 503, 202]
    assert len({line.asking.key for line in lines[::2]}) == 1


async def test_whoever_gives_up_waiting_does_not_know_the_end(till: Till) -> None:
    gone = asyncio.create_task(till.purchase())
    while not till.lines():
        await asyncio.sleep(0.01)
    gone.cancel()
    assert isinstance((await asyncio.gather(gone, return_exceptions=True))[0], asyncio.CancelledError)
    assert [line.reason for line in till.lines()[1:]] == ["CancelledError"]


async def test_a_join_is_written_without_its_address(till: Till) -> None:
    till.scripted.answers = [http(303)]
    form = {"email": "nora@reise.test", "idempotency_key": "form-1", "first_name": "Nora"}
    await till.http.post(f"{till.scripted.url}/fr/join", data=form)
    sent, answered = till.lines()
    assert (sent.asking.kind, sent.asking.key) == ("join", "form-1")
    assert sent.asking.address == address_fingerprint("nora@reise.test")
    assert (answered.status, answered.outcome) == (303, "applied")
    assert "nora" not in till.path.read_text().lower()


async def test_what_writes_nothing_is_not_in_the_history(till: Till) -> None:
    till.scripted.answers = [http(200, "{}"), http(200, "{}")]
    await till.http.get(f"{till.scripted.url}/v1/cards/{CARD}")
    await till.http.post(f"{till.scripted.url}/v1/cards/search", json={})
    assert till.lines() == []


async def test_stamps_for_a_ticket_name_the_card_they_went_to(till: Till) -> None:
    result = {"operation_id": str(OPERATION), "card_id": str(CARD), "given": 2}
    till.scripted.answers = [http(200, msgspec.json.encode({"status": "applied", "result": result}).decode())]
    await till.http.post(f"{till.scripted.url}/v1/tickets/ABCDEFGHIJKL/stamps", json={"stamps": 3})
    sent, answered = till.lines()
    assert (sent.asking.kind, sent.asking.amount, sent.asking.card) == ("stamps", 3, None)
    assert (answered.card, answered.granted) == (UUID(str(CARD)), 2)
