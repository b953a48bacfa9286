"""A real socket: slow clients are let go, and what has begun is answered before the end."""

import asyncio
import socket
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from visitors import open_door
from worlds import FakeWorld

from gateway.door import listening as listening_module
from gateway.door import patience
from gateway.door.listening import Listening
from gateway.settings import Settings
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.pulse import Pulse

HEAD = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest_asyncio.fixture
async def place(settings: Settings, world: FakeWorld) -> AsyncIterator[tuple[int, asyncio.Task[None]]]:
    """As the launcher does it: the socket listens before anybody serves it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        handed_over = msgspec.structs.replace(
            settings, fd=socket.fromfd(door.fileno(), socket.AF_INET, socket.SOCK_STREAM).detach(), address=None
        )
        listening = Listening(open_door(settings, world), handed_over)
        serving = asyncio.create_task(listening.run(Pulse(SystemClock()).part("http")))
        async with asyncio.timeout(5):
            while await listening.complaint() is not None:
                await asyncio.sleep(0.01)
        yield door.getsockname()[1], serving
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def said(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        return await reader.read()


async def test_the_socket_that_was_handed_over_is_served(place) -> None:
    port, _ = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    answer = await said(reader)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"server:" not in answer.lower()
    writer.close()


@pytest.mark.parametrize("beginning", [b"", b"GET / HTTP/1.1\r\nHost: local"])
async def test_a_head_that_does_not_arrive_ends_the_connection(place, monkeypatch, beginning: bytes) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.05)
    port, _ = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    assert await said(reader) == b""
    writer.close()


async def test_rubbish_is_refused_and_not_a_fault(place) -> None:
    port, _ = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01\x00\x00\r\n\r\n")
    assert (await said(reader)).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_what_has_begun_is_answered_before_the_end(place, world: FakeWorld, bearer) -> None:
    port, serving = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /v1/cards/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
        + bearer("staff")["Authorization"].encode()
    )
    writer.write(b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
    await writer.drain()
    await asyncio.sleep(0.05)
    serving.cancel()
    await asyncio.sleep(0.05)
    writer.write(b"}")
    assert (await said(reader)).startswith(b"HTTP/1.1 422")
    writer.close()


async def answer_on(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return head + await reader.readexactly(length)


async def test_who_keeps_the_connection_is_answered_once_more_and_told_that_it_was_the_last(place) -> None:
    port, serving = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD)
    assert b"connection: close" not in (await answer_on(reader)).lower()
    serving.cancel()
    await asyncio.sleep(0.2)
    writer.write(HEAD)
    last = await said(reader)  # until the other side ends, in order: a reset would raise
    assert last.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in last.lower()
    await asyncio.wait({serving}, timeout=3)
    assert serving.done()
    writer.close()


async def test_who_says_nothing_more_is_let_go_in_the_end(place, monkeypatch) -> None:
    monkeypatch.setattr(listening_module, "FAREWELL_SECONDS", 0.3)
    port, serving = place
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD)
    await answer_on(reader)
    serving.cancel()
    assert await said(reader) == b""
    await asyncio.gather(serving, return_exceptions=True)
    writer.close()


async def test_a_drain_leaves_who_comes_now_to_the_next_process(place) -> None:
    port, serving = place
    serving.cancel()
    await asyncio.sleep(0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # the launcher's socket still listens
    writer.write(HEAD)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()
