"""Every named place where a process may die: it dies there again and again, and nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stampbook_cli.embedded.attached import attach
from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.stack import stack
from stampbook_cli.journeys.doors import Doors, client, until
from stampbook_cli.seeding.keys import keep_keys
from stampbook_cli.seeding.seed import seed
from tests.faults.test_power_cut import joined, purchase, two_mails
from tests.platform import Platform

POINTS = (
    "worker.after_take",
    "worker.after_lock",
    "worker.before_commit",
    "worker.after_commit",
    "relay.before_publish",
    "relay.mid_batch",
    "relay.after_publish",
    "consumer.after_take",
    "consumer.before_commit",
    "consumer.after_commit",
    "delivery.after_claim",
    "delivery.after_mark",
    "delivery.before_settle",
)
NTH = 8
"""A process passes the place so often before it dies there, in each of its lives."""
JOINS, PURCHASES = 8, 12
PATIENCE_SECONDS = 150

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@asynccontextmanager
async def dying_at(point: str, folder: Path, environment: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    """Set up in peace; then everything starts again with the place armed in every service."""
    directory = DataDirectory(folder / "data")
    async with stack(directory), client() as http:
        await seed(http, attach(directory), keep_keys(directory))
    environment.setenv("STAMPBOOK_FAILPOINTS", f"{point}=kill@{NTH}")
    async with stack(directory) as running, client() as http:
        attached = attach(directory)
        yield Platform(directory, running, attached, Doors(http, attached.urls), keep_keys(directory))


@pytest.mark.parametrize("point", POINTS)
async def test_nothing_is_lost_or_doubled(point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with dying_at(point, tmp_path, monkeypatch) as platform:
        emails = [platform.new_address() for _ in range(JOINS)]
        answers = await asyncio.gather(*(joined(platform, email) for email in emails))
        assert {answer.status_code for answer in answers} == {303}
        cards = [await _card(platform, email) for email in emails]
        await asyncio.gather(*(purchase(platform, cards[0]["card_id"], n) for n in range(PURCHASES)))
        await until(
            lambda: _balance(platform, emails[0], 50 + 20 * PURCHASES),
            within_seconds=PATIENCE_SECONDS,
            what="every purchase once",
        )
        for email in emails:
            await until(lambda email=email: two_mails(platform, email), within_seconds=PATIENCE_SECONDS, what="mails")
        await until(lambda: _clean(platform), within_seconds=PATIENCE_SECONDS, what="a clean audit")


async def _card(platform: Platform, email: str) -> dict[str, object]:
    return await until(lambda: platform.card_of(email), within_seconds=PATIENCE_SECONDS, what="a card")


async def _balance(platform: Platform, email: str, wanted: int) -> bool | None:
    card = await platform.card_of(email)
    assert card is None or card["balance"] <= wanted, card
    return True if card is not None and card["balance"] == wanted else None


async def _clean(platform: Platform) -> bool | None:
    return True if await platform.audit() == [] else None
