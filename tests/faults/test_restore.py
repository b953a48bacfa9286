"""The database is put back to a backup while the streams have gone on: nothing is lost, and no mail goes out twice."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from stampbook_cli.auditing.restoration import declare_restored
from stampbook_cli.journeys.doors import until
from stampbook_events.subjects import SERVICES
from tests.faults.parts.own_stack import own_stack
from tests.faults.parts_of_clusters.custom import clean
from tests.faults.test_power_cut import joined, purchase, two_mails
from tests.platform import Platform

PATIENCE_SECONDS = 120
BEFORE, AFTER = 4, 6
HELD = {f"{service}.{check}" for service in SERVICES for check in ("no_open_alarm", "deliveries_end")}
"""What may have been sent in the lost time waits for an operator: that is what these say."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory):
    async with own_stack(tmp_path_factory.mktemp("restore")) as platform:
        yield platform


async def customers(own: Platform, count: int) -> list[str]:
    """Joined, with their cards and both mails, and one purchase each."""
    emails = [own.new_address() for _ in range(count)]
    for number, email in enumerate(emails):
        assert (await joined(own, email)).status_code == 303
        card = await until(lambda email=email: own.card_of(email), within_seconds=PATIENCE_SECONDS, what="a card")
        await purchase(own, card["card_id"], hash(email) + number)
        await until(lambda email=email: two_mails(own, email), within_seconds=PATIENCE_SECONDS, what="both mails")
    return emails


def stop_database(own: Platform) -> None:
    own.running.postgres.stop()


async def log_of(own: Platform) -> list[Any]:
    db = await asyncpg.connect(own.attached.dsn())
    try:
        events: list[Any] = []
        for service in SERVICES:
            rows = await db.fetch(f"SELECT partition, pos, id, hash FROM {service}.event ORDER BY 1, 2")
            events.extend((service, *row) for row in rows)
        return events
    finally:
        await db.close()


async def mails(own: Platform, emails: list[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for email in emails:
        found.update(mail["message_id"] for mail in await own.doors.mails_to(email))
    return found


async def sees(own: Platform, what: str) -> bool | None:
    """Whether every service with a log says *what* about itself."""
    details = [one["detail"] for one in own.running.status()["services"] if one["name"] in {"ledger", "notifier"}]
    return True if all(what in detail for detail in details) else None


async def test_row_22_c15_a_restored_database_comes_up_to_what_was_published(own: Platform, tmp_path: Path) -> None:
    emails = await customers(own, BEFORE)
    data, backup = own.running.postgres.data, tmp_path / "backup"
    with own.running.left_down("postgres"):
        stop_database(own)
        shutil.copytree(data, backup)
        own.running.postgres.start()
    emails += await customers(own, AFTER)
    await clean(own)
    events, sent = await log_of(own), await mails(own, emails)
    with own.running.left_down("postgres"):
        stop_database(own)
        shutil.rmtree(data)
        shutil.move(backup, data)
        own.running.postgres.start()
    await until(lambda: sees(own, "stampbook restored"), within_seconds=PATIENCE_SECONDS, what="services that wait")
    assert any((await declare_restored(own.attached)).values())
    await until(lambda: ready(own), within_seconds=PATIENCE_SECONDS, what="services that go on")
    emails += await customers(own, 1)
    await clean(own, HELD)
    assert set(events) <= set(await log_of(own))
    assert {id_: count for id_, count in (await mails(own, emails)).items() if id_ in sent} == dict(sent)


async def ready(own: Platform) -> bool | None:
    return True if own.running.status()["ok"] else None
