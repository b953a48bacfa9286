"""From a tap at the till to its answer over HTTP, in an open loop; bare is one stored message with its PubAck."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import cycle
from uuid import uuid4

import httpx
import msgspec

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import FASHION, demo_id
from stampbook_messaging.bus import NatsBus
from tests.bench.ledger_rate import NotMeasured
from tests.bench.plain_http import Poster
from tests.bench.results import Result, at_percent
from tests.platform import Platform

RATE = 200
_PAYLOAD = b"x" * 600
_BUYERS = 20

Work = Callable[[], Awaitable[None]]


async def measure(platform: Platform, addresses: list[str], count: int) -> list[Result]:
    """Taps on the cards of *addresses*, ``RATE`` a second."""
    poster = Poster()
    ours = await _open_loop(await _tapping(platform, poster, addresses[:_BUYERS]), count)
    poster.close()
    bare = await _bare(platform, count)
    return [
        Result(
            f"till: tap to answer at {RATE}/s, p{percent}", at_percent(ours, percent), at_percent(bare, percent), "ms"
        )
        for percent in (50, 99)
    ]


async def _tapping(platform: Platform, poster: Poster, addresses: list[str]) -> Work:
    cards = cycle([await _card_of(platform, address) for address in addresses])
    body = msgspec.json.encode({"amount_minor": 100, "currency": "EUR", "store_id": str(demo_id("store/fashionhub"))})
    bearer = {**platform.bearer(platform.keys.merchants["fashion-group"]), "Prefer": "wait=10"}

    async def tap() -> None:
        url = platform.doors.api(f"/cards/{next(cards)}/points")
        status, answer = await poster.post(url, body, {**bearer, "Idempotency-Key": uuid4().hex})
        if status != httpx.codes.OK:
            raise NotMeasured(f"a tap was answered {status}: {answer[:300]!r}")

    return tap


async def _card_of(platform: Platform, address: str) -> str:
    found = await until(lambda: platform.card_of(address), within_seconds=15, what="a card")
    return str(found["card_id"])


async def _bare(platform: Platform, count: int) -> list[float]:
    """What no till can be quicker than."""
    bus = await NatsBus.connect(
        platform.attached.nats_url,
        seed_file=str(platform.attached.seed_file("gateway")),
        identity="gateway",
        server_name=platform.attached.nats_server_name,
    )

    async def publish() -> None:
        await bus.publish_stored(f"cmd.notifier.{FASHION}.nothing", _PAYLOAD, {"Nats-Msg-Id": uuid4().hex})

    try:
        return await _open_loop(publish, count)
    finally:
        await bus.close()


async def _open_loop(work: Work, count: int) -> list[float]:
    """Milliseconds from the moment each was due: one that waits for its turn has waited. The first tenth warms up."""
    took: dict[int, float] = {}

    async def one(number: int, due: float) -> None:
        await work()
        took[number] = (time.perf_counter() - due) * 1000

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(number, due))
    return [took[number] for number in range(count // 10, count)]
