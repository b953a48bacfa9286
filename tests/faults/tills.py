"""Real requests without end: tills that keep their connection and book purchases, and people who join."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.demo_data import demo_id
from tests.platform import Platform

POINTS_EACH, WELCOME = 20, 50
PAUSES_SECONDS = (0.01, 0.01, 0.05, 0.05, 0.5, 1.0, 2.5, 7.0)
"""Of one till after the other: some sell all the time, others keep a connection on which nothing happens for seconds."""
_KEEP = httpx.Limits(keepalive_expiry=60.0)
PATIENCE_SECONDS = 120


@dataclass
class Street:
    """*failed*: every answer that nobody may get, in words. *answered_at*: when a purchase was answered with its sum."""

    platform: Platform
    failed: list[str] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    requests: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, what: str, sending: Awaitable[httpx.Response]) -> httpx.Response | None:
        """The answer; what must not happen, a cut connection or a fault of ours, is written down."""
        self.requests += 1
        began = time.monotonic()
        try:
            answer = await sending
        except httpx.HTTPError as trouble:
            self.failed.append(f"{what}: {type(trouble).__name__} {trouble} after {time.monotonic() - began:.2f} s")
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            self.failed.append(
                f"{what}: {answer.status_code} after {time.monotonic() - began:.2f} s {answer.text[:200]}"
            )
            return None
        return answer

    def longest_gap_seconds(self) -> float:
        return max(later - sooner for sooner, later in itertools.pairwise(self.answered_at))


@dataclass
class Till:
    """One till with one card: its purchases come one after the other, so each answer must say the next sum."""

    street: Street
    doors: Doors
    card: str
    pause_seconds: float
    bought: int = 0
    sums: list[int] = field(default_factory=list)

    async def work(self) -> None:
        while not self.street.closing.is_set():
            await self._buy()
            await self._look()
            await asyncio.sleep(self.pause_seconds)

    async def _buy(self) -> None:
        platform = self.street.platform
        sent = self.doors.http.post(
            self.doors.api(f"/cards/{self.card}/points"),
            json={"amount_minor": 1000, "currency": "EUR", "store_id": str(demo_id("store/fashionhub"))},
            headers={
                **platform.bearer(platform.keys.merchants["fashion-group"]),
                "Idempotency-Key": secrets.token_hex(12),
                "Prefer": "wait=10",
            },
        )
        answer = await self.street.ask("purchase", sent)
        if answer is None:
            return
        assert answer.status_code in {200, 202}, answer.text
        self.bought += 1
        if answer.status_code == 200:
            self.sums.append(answer.json()["result"]["balance"])
            self.street.answered_at.append(time.monotonic())

    async def _look(self) -> None:
        platform = self.street.platform
        headers = platform.bearer(platform.keys.merchants["fashion-group"])
        at_least = self.sums[-1] if self.sums else 0
        asking = self.doors.http.get(self.doors.api(f"/cards/{self.card}"), headers=headers)
        answer = await self.street.ask("look-up", asking)
        if answer is not None and not (answer.is_success and answer.json()["balance"] >= at_least):
            self.street.failed.append(f"look-up: {answer.text[:200]} where {at_least} was answered before")

    @property
    def expected(self) -> int:
        return WELCOME + POINTS_EACH * self.bought


async def _visitor(street: Street, doors: Doors) -> None:
    """Joins with a new address again and again."""
    own = Platform(
        street.platform.directory, street.platform.running, street.platform.attached, doors, street.platform.keys
    )
    while not street.closing.is_set():
        form = await street.ask("form", doors.http.get(doors.page("fashionhub", "/fr/join")))
        if form is not None:
            email = own.new_address()
            answer = await street.ask("join", own.send_form(form.text, email))
            if answer is not None:
                assert answer.status_code == 303, answer.text
                street.joined.append(email)
        await asyncio.sleep(0.2)


async def card_for(platform: Platform) -> str:
    email = platform.new_address()
    assert (await platform.join(email)).status_code == 303
    card = await until(lambda: platform.card_of(email), within_seconds=PATIENCE_SECONDS, what="a card")
    found: str = card["card_id"]
    return found


@asynccontextmanager
async def open_street(platform: Platform, tills: int, visitors: int) -> AsyncIterator[tuple[Street, list[Till]]]:
    """Everybody at work inside, each with a client that keeps its connection; at the end all have got their answer."""
    street = Street(platform)
    async with asyncio.TaskGroup() as group:
        https = [client(limits=_KEEP) for _ in range(tills + visitors)]
        doors = [Doors(http, platform.attached.urls) for http in https]
        at_work = [Till(street, doors[n], await card_for(platform), PAUSES_SECONDS[n]) for n in range(tills)]
        for till in at_work:
            group.create_task(till.work())
        for n in range(tills, tills + visitors):
            group.create_task(_visitor(street, doors[n]))
        try:
            yield street, at_work
        finally:
            street.closing.set()
    for http in https:
        await http.aclose()


async def clean(platform: Platform) -> bool | None:
    return True if await platform.audit() == [] else None


async def all_counted(platform: Platform, tills: list[Till]) -> bool | None:
    headers = platform.bearer(platform.keys.merchants["fashion-group"])
    for till in tills:
        card: dict[str, Any] = (
            (await platform.doors.http.get(platform.doors.api(f"/cards/{till.card}"), headers=headers))
            .raise_for_status()
            .json()
        )
        if card["balance"] != till.expected:
            return None
    return True
