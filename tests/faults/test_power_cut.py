"""All services die at once in the middle of joins and purchases, and nothing that was answered is lost."""

import asyncio
import os
import signal
from typing import Any

import httpx
import pytest_asyncio

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.demo_data import demo_id
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.platform import Platform

SERVICES = ("enrollment", "ledger", "notifier", "wallet")
JOINS = 24
CUTS = (0.12, 4.0)
"""The second one comes while they recover from the first."""
PURCHASES = 40
RECOVERY_SECONDS = 60


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory):  # a platform of its own: what happens to it is no other test's business
    directory = DataDirectory(tmp_path_factory.mktemp("power-cut") / "data")
    async with stack(directory) as running, client() as http:
        attached = attach(directory)
        keys = keep_keys(directory)
        await seed(http, attached, keys)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keys)


def kill(platform: Platform, *names: str) -> None:
    for service in platform.running.status()["services"]:
        if service["name"] in names and service["pid"]:
            os.kill(service["pid"], signal.SIGKILL)


async def insist(send: Any) -> httpx.Response:
    """As a person or a till would: what was not answered is sent again, the same."""
    while True:
        try:
            answer = await send()
        except httpx.TransportError:
            await asyncio.sleep(0.3)
            continue
        if answer.status_code not in {503, 504}:
            return answer
        await asyncio.sleep(0.3)


async def joined(platform: Platform, email: str) -> httpx.Response:
    form = await insist(lambda: platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join")))
    return await insist(lambda: platform.send_form(form.text, email))


async def purchase(platform: Platform, card: str, number: int) -> httpx.Response:
    return await insist(
        lambda: platform.doors.http.post(
            platform.doors.api(f"/cards/{card}/points"),
            json={"amount_minor": 1000, "currency": "EUR", "store_id": str(demo_id("store/fashionhub"))},
            headers={
                **platform.bearer(platform.keys.merchants["fashion-group"]),
                "Idempotency-Key": f"purchase-{number}",
            },
        )
    )


async def test_every_join_that_was_answered_has_its_card_and_its_mails(own: Platform) -> None:
    emails = [own.new_address() for _ in range(JOINS)]
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(joined(own, email)) for email in emails]
        for seconds in CUTS:
            await asyncio.sleep(seconds)
            kill(own, *SERVICES)
    assert {task.result().status_code for task in sent} == {303}
    for email in emails:
        card = await until(lambda email=email: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")
        assert card["balance"] == 50
        await until(lambda email=email: two_mails(own, email), within_seconds=RECOVERY_SECONDS, what="both mails")


async def two_mails(platform: Platform, email: str) -> bool | None:
    """Two different ones; one that was in doubt may have come twice, under one Message-ID."""
    return True if len({mail["message_id"] for mail in await platform.doors.mails_to(email)}) == 2 else None


async def test_a_purchase_counts_once_however_often_it_was_sent(own: Platform) -> None:
    email = own.new_address()
    await joined(own, email)
    card = await until(lambda: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(purchase(own, card["card_id"], number)) for number in range(PURCHASES)]
        await asyncio.sleep(0.1)
        kill(own, "ledger")
    assert {task.result().status_code for task in sent} <= {200, 202}
    await asyncio.gather(*(purchase(own, card["card_id"], number) for number in range(PURCHASES)))

    async def counted() -> int | None:
        found = await own.card_of(email)
        return found["balance"] if found and found["balance"] >= 50 + 20 * PURCHASES else None

    assert await until(counted, within_seconds=RECOVERY_SECONDS, what="all points") == 50 + 20 * PURCHASES


async def test_the_audit_is_clean_afterwards(own: Platform) -> None:
    async def clean() -> bool | None:
        return True if await own.audit() == [] else None

    try:
        await until(clean, within_seconds=RECOVERY_SECONDS, what="a clean audit")
    finally:
        print(await own.audit())
