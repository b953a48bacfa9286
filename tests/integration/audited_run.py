"""A run of a whole Stampbook that ended well, its clients' histories, and copies of its database to plant faults in."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from stampbook_cli.auditing.audit import look, reaching
from stampbook_cli.auditing.evidence import StandIns
from stampbook_cli.auditing.history import History, Line, read_histories
from stampbook_cli.auditing.recording import recording_client
from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.demo_data import demo_id
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from stampbook_events.subjects import SERVICES
from stampbook_messaging.clock import SystemClock
from tests.platform import Platform

PURCHASES = 5
PLANTED = "planted"
_STAY = ("inbox", "wallet-emulator", "nats", "postgres")


@dataclass(frozen=True, slots=True)
class Run:
    """*cards* of the two customers. The services are gone; servers, inbox and wallet are there."""

    platform: Platform
    cards: tuple[str, str]
    histories: list[list[Line]]

    async def found(self, database: str, histories: Sequence[Sequence[Line]] | None = None) -> dict[str, list[str]]:
        """What a look at *database* finds, by the name of its check."""
        attached = self.platform.attached
        async with reaching(
            nats_url=attached.nats_url,
            seed=str(attached.seed_file("operator")),
            server_name=attached.nats_server_name,
            dsns={service: at(database, attached.dsn(service)) for service in SERVICES},
            stand_ins=StandIns(inbox=attached.urls["inbox"], wallet=attached.urls["wallet"]),
            histories=self.histories if histories is None else histories,
        ) as parts:
            found = {check.name: check.found for check in await look(parts) if not check.ok}
        # Nobody is alive here, on purpose; that this is seen, tests/never_again/test_dead_consumer.py shows.
        return {name: faults for name, faults in found.items() if not name.endswith(".process_alive")}

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[Any]:
        """A connection to a copy of the database."""
        owner = await asyncpg.connect(at("postgres", self.platform.attached.dsn()))
        try:
            await owner.execute(f"DROP DATABASE IF EXISTS {PLANTED} WITH (FORCE)")
            await owner.execute(f"CREATE DATABASE {PLANTED} TEMPLATE stampbook")
            db = await asyncpg.connect(at(PLANTED, self.platform.attached.dsn()))
            try:
                yield db
            finally:
                await db.close()
        finally:
            await owner.close()


def at(database: str, dsn: str) -> str:
    return f"{dsn.rpartition('/')[0]}/{database}"


@asynccontextmanager
async def ended_run(folder: Path) -> AsyncIterator[Run]:
    """Two joins, purchases and stamps one after the other, a refusal; then everything that decides is ended."""
    directory = DataDirectory(folder / "data")
    async with stack(directory) as running, client() as http, AsyncExitStack() as closing:
        attached, keys = attach(directory), keep_keys(directory)
        await seed(http, attached, keys)
        platform = Platform(directory, running, attached, Doors(http, attached.urls), keys)
        paths = []
        for name in ("form", "till"):
            paths.append(folder / f"{name}.jsonl")
            history = closing.enter_context(History(paths[-1], name, SystemClock()))
            recorded = await closing.enter_async_context(recording_client(history))
            visitor = replace(platform, doors=replace(platform.doors, http=recorded))
            if name == "form":
                cards = await _join_twice(visitor)
            else:
                await _go_shopping(visitor, *cards)
        run = Run(platform, cards, read_histories(paths))
        await until(lambda: _clean(run), within_seconds=60, what="a clean audit")
        await _end_services(platform)
        yield run


async def _join_twice(platform: Platform) -> tuple[str, str]:
    emails = platform.new_address(), platform.new_address()
    answers = await asyncio.gather(*map(platform.join, emails))
    assert [answer.status_code for answer in answers] == [303, 303]
    first, second = [
        (await until(lambda email=email: platform.card_of(email), within_seconds=60, what="a card"))["card_id"]
        for email in emails
    ]
    return first, second


async def _go_shopping(platform: Platform, card: str, other: str) -> None:
    told = [await _earn(platform, card, number) for number in range(1, PURCHASES)]
    told.append(await _earn(platform, card, 90, what="stamps"))
    told.append(await _earn(platform, card, 91, currency="USD"))
    told.append(await _earn(platform, other, PURCHASES))  # the last there is in the ledger
    assert [answer.status_code for answer in told] == [200, 200, 200, 200, 200, 422, 200]


async def _earn(platform: Platform, card: str, number: int, *, what: str = "points", currency: str = "EUR") -> Any:
    amount = {"stamps": 1} if what == "stamps" else {"amount_minor": number * 100, "currency": currency}
    return await platform.doors.http.post(
        platform.doors.api(f"/cards/{card}/{what}"),
        json={**amount, "store_id": str(demo_id("store/fashionhub")), "receipt": f"r-{number}"},
        headers={
            **platform.bearer(platform.keys.merchants["fashion-group"]),
            "Idempotency-Key": f"p-{number}",
            "Prefer": "wait=20",
        },
    )


async def _clean(run: Run) -> bool | None:
    return True if await run.found("stampbook") == {} else None


async def _end_services(platform: Platform) -> None:
    """As a loss of power would, and nobody starts them again; then nobody is left on the database."""
    for task in platform.running.watching:
        task.cancel()
    for service in platform.running.status()["services"]:
        if service["name"] not in _STAY and service["pid"]:
            os.kill(service["pid"], signal.SIGKILL)
    db = await asyncpg.connect(at("postgres", platform.attached.dsn()))
    try:
        await until(lambda: _alone(db), within_seconds=30, what="an idle database")
    finally:
        await db.close()


async def _alone(db: Any) -> bool | None:
    rows = await db.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'stampbook'")
    return None if rows else True
