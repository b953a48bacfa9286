"""The whole Stampbook: the till's answer, the customer's mails, the start, the memory."""

from __future__ import annotations

import asyncio
import smtplib
import statistics
import time
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psutil

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.embedded.testing import start_servers
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.demo_data import FASHION, demo_id
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from stampbook_messaging.bus import NatsBus
from tests.bench.results import Result
from tests.platform import Platform

RATE = 100
_MANY = httpx.Limits(max_connections=200, max_keepalive_connections=200)


async def measure(folder: Path, *, taps: int, joins: int) -> list[Result]:
    directory = DataDirectory(folder / "data")
    async with stack(directory):
        cold = True
    assert cold
    async with stack(directory) as running, client(limits=_MANY) as http:
        warm = running.started_in_seconds
        attached = attach(directory)
        keys = keep_keys(directory)
        await seed(http, attached, keys)
        platform = Platform(directory, running, attached, Doors(http, attached.urls), keys)
        mails = [await _join(platform) for _ in range(joins)]
        bare_mails = [await _bare_mails(platform) for _ in range(joins)]
        ours, bare = await _taps(platform, taps), await _bare_taps(platform, taps)
        pids = [service["pid"] for service in running.status()["services"]]
        memory = _mebibytes(pids)
        servers_memory = _mebibytes([running.postgres.pid, running.nats.pid])
    return [
        Result("till: tap to answer at 100/s, p50", _at(ours, 50), _at(bare, 50), "ms"),
        Result("till: tap to answer at 100/s, p99", _at(ours, 99), _at(bare, 99), "ms"),
        Result(
            "mails: form to both accepted, p95",
            round(_at(mails, 95) / 1000, 3),
            round(_at(bare_mails, 95) / 1000, 3),
            "s",
        ),
        Result("start: embedded, warm", warm, await _bare_start(folder / "bare"), "s"),
        Result("memory: whole stack", memory, servers_memory, "MiB"),
    ]


async def _join(platform: Platform) -> float:
    """Milliseconds from the form's sending until the inbox has both mails. The page was open for a while before."""
    email = platform.new_address()
    form = await platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join"))
    await asyncio.sleep(1.0)
    began = time.perf_counter()
    sending = asyncio.create_task(platform.send_form(form.text, email))
    await _both(platform, email)
    took = (time.perf_counter() - began) * 1000
    assert (await sending).status_code == 303
    return took


async def _both(platform: Platform, email: str) -> None:
    async def look() -> bool | None:
        return True if len(await platform.doors.mails_to(email)) >= 2 else None

    await until(look, within_seconds=30, what="both mails")


async def _bare_mails(platform: Platform) -> float:
    """Two mails of the same size, straight to the same inbox."""
    email = platform.new_address()
    began = time.perf_counter()
    await asyncio.to_thread(_post_two, platform.attached.urls["inbox_smtp"], email)
    await _both(platform, email)
    return (time.perf_counter() - began) * 1000


def _post_two(url: str, email: str) -> None:
    place = urlsplit(url)
    with smtplib.SMTP(place.hostname or "", place.port or 25) as server:
        for number in range(2):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "bench@mail.localhost", email, f"mail {number}"
            message.set_content("x" * 30_000)
            server.send_message(message)


async def _taps(platform: Platform, count: int) -> list[float]:
    """An open loop: a tap is due every 10 ms whatever became of the one before."""
    email = platform.new_address()
    await platform.join(email)
    card = await until(lambda: platform.card_of(email), within_seconds=15, what="a card")
    store = str(demo_id("store/fashionhub"))
    url = platform.doors.api(f"/cards/{card['card_id']}/points")
    bearer = platform.bearer(platform.keys.merchants["fashion-group"])

    async def tap() -> None:
        answer = await platform.doors.http.post(
            url,
            json={"amount_minor": 100, "currency": "EUR", "store_id": store},
            headers={**bearer, "Idempotency-Key": uuid4().hex, "Prefer": "wait=10"},
        )
        assert answer.status_code == 200, answer.text

    return await _open_loop(tap, count)


async def _bare_taps(platform: Platform, count: int) -> list[float]:
    """What no till can be quicker than: one stored message, acknowledged."""
    bus = await NatsBus.connect(
        platform.attached.nats_url,
        seed_file=str(platform.attached.seed_file("gateway")),
        identity="gateway",
        server_name=platform.attached.nats_server_name,
    )

    async def publish() -> None:
        await bus.publish_stored(f"cmd.notifier.{FASHION}.nothing", b"x" * 700, {"Nats-Msg-Id": uuid4().hex})

    try:
        return await _open_loop(publish, count)
    finally:
        await bus.close()


async def _open_loop(work: Callable[[], Awaitable[None]], count: int) -> list[float]:
    took: list[float] = []

    async def one(due: float) -> None:
        await work()
        took.append((time.perf_counter() - due) * 1000)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    return took[count // 10 :]  # The first tenth warms up.


async def _bare_start(folder: Path) -> float:
    """The servers alone, on directories that exist; in the main thread, as they want it."""
    start_servers(folder).stop()
    began = time.perf_counter()
    servers = start_servers(folder)
    took = time.perf_counter() - began
    servers.stop()
    return round(took, 2)


def _mebibytes(pids: list[int | None]) -> float:
    """Proportional set size of the processes and their children: shared pages are counted once altogether."""
    whole = [psutil.Process(pid) for pid in pids if pid is not None]
    every = {process.pid: process for one in whole for process in (one, *one.children(recursive=True))}
    return round(sum(process.memory_full_info().pss for process in every.values()) / 2**20, 1)


def _at(values: list[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100)[percent - 1], 2)
