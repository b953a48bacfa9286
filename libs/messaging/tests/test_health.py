"""The health listener: started, ready, alive, each with its reasons; a probe that fails is an answer too."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from stampbook_messaging.health import Health
from stampbook_messaging.metrics import METRICS, Metrics


async def content() -> str | None:
    return None


async def unwell() -> str | None:
    return "not connected"


async def broken() -> str | None:
    raise ConnectionResetError("gone")


async def test_before_the_start_is_over_it_says_what_it_waits_for() -> None:
    health = Health(waiting_for="NATS: refused")
    for kind in ("startup", "ready"):
        report = await health.report(kind)
        assert (report.ok, report.checks[0].detail) == (False, "NATS: refused")
    assert (await health.report("live")).ok


async def test_every_probe_is_reported_and_one_unwell_is_enough() -> None:
    health = Health(ready={"nats": unwell, "database": content}, started=True)
    report = await health.report("ready")
    assert not report.ok
    assert [(check.name, check.ok, check.detail) for check in report.checks] == [
        ("nats", False, "not connected"),
        ("database", True, ""),
    ]
    assert METRICS.value("stampbook_ready") == 0


async def test_a_probe_that_is_added_while_others_answer_is_asked_the_next_time() -> None:
    health = Health(started=True)

    async def adding() -> str | None:
        health.ready["worker"] = unwell
        return None

    health.ready["nats"] = adding
    assert [check.name for check in (await health.report("ready")).checks] == ["nats"]
    assert not (await health.report("ready")).ok


async def test_all_content_is_ready() -> None:
    assert (await Health(ready={"nats": content}, started=True).report("ready")).ok
    assert METRICS.value("stampbook_ready") == 1


async def test_a_probe_that_raises_is_unwell() -> None:
    report = await Health(ready={"nats": broken}, started=True).report("ready")
    assert report.checks[0].detail == "ConnectionResetError: gone"


async def test_draining_is_not_ready_but_alive() -> None:
    health = Health(ready={"nats": content}, started=True, draining=True)
    assert not (await health.report("ready")).ok
    assert (await health.report("live")).ok


@pytest.fixture
async def listening() -> AsyncIterator[tuple[Health, int]]:
    health = Health(ready={"nats": content}, started=True)
    await health.start(("127.0.0.1", 0))
    assert health._server is not None
    yield health, health._server.sockets[0].getsockname()[1]
    await health.stop()


async def ask(port: int, request: bytes) -> tuple[str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head.partition("\r\n")[0], body


async def get(port: int, path: str) -> tuple[str, Any]:
    status, body = await ask(port, f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    return status, json.loads(body)


@pytest.mark.parametrize("kind", ["startup", "ready", "live"])
async def test_what_is_well_is_told_with_200(listening: tuple[Health, int], kind: str) -> None:
    status, body = await get(listening[1], f"/health/{kind}")
    assert (status, body["ok"]) == ("HTTP/1.1 200 OK", True)


async def test_what_is_not_is_told_with_503_and_why(listening: tuple[Health, int]) -> None:
    listening[0].ready["database"] = unwell
    status, body = await get(listening[1], "/health/ready")
    assert status == "HTTP/1.1 503 Service Unavailable"
    assert body["checks"][1] == {"name": "database", "ok": False, "detail": "not connected"}


async def test_another_path_does_not_exist(listening: tuple[Health, int]) -> None:
    assert (await get(listening[1], "/"))[0] == "HTTP/1.1 404 Not Found"


async def test_the_numbers_are_there_to_be_fetched(listening: tuple[Health, int]) -> None:
    METRICS.count("stampbook_dead_letters_total", cause="bug")
    status, body = await ask(listening[1], b"GET /metrics HTTP/1.1\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert '# TYPE stampbook_dead_letters_total counter\nstampbook_dead_letters_total{cause="bug"}' in body


@pytest.mark.parametrize("request_", [b"\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n", b"x" * 9000, b"GET\r\n\r\n"])
async def test_a_broken_request_gets_no_answer_and_does_no_harm(listening: tuple[Health, int], request_: bytes) -> None:
    failed: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failed.append(context))
    try:
        assert await ask(listening[1], request_) in {("", ""), ("HTTP/1.1 404 Not Found", "{}")}
        assert (await get(listening[1], "/health/live"))[0] == "HTTP/1.1 200 OK"
    finally:
        loop.set_exception_handler(None)
    assert failed == []


def test_counters_add_up_by_their_labels() -> None:
    metrics = Metrics()
    metrics.count("stampbook_queries_asked_total", service="ledger", outcome="ok")
    metrics.count("stampbook_queries_asked_total", 2, outcome="ok", service="ledger")
    metrics.gauge("stampbook_partitions_held", 16)
    assert metrics.text() == (
        "# TYPE stampbook_partitions_held gauge\nstampbook_partitions_held 16\n"
        "# TYPE stampbook_queries_asked_total counter\n"
        'stampbook_queries_asked_total{outcome="ok",service="ledger"} 3\n'
    )


def test_a_label_cannot_break_the_format() -> None:
    metrics = Metrics()
    metrics.count("stampbook_dead_letters_total", cause='bug"}\nforged 1')
    assert metrics.text().count("\n") == 2
