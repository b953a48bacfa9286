"""missing-fields, stale-seeder, unregistered-handler, lazy-model, crash-in-error-handler."""

import io
from collections.abc import Collection
from typing import Any

import asyncpg
import msgspec
import pytest

from enrollment import contacts, directory, links, sealing_keys
from enrollment.store import statements as of_enrollment
from ledger.consumer import EnrollmentEvents
from ledger.store import reading
from ledger.store import statements as of_ledger
from notifier.consumer import LoyaltyEvents
from notifier.store.statements import STATEMENTS as OF_NOTIFIER
from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import FASHION
from stampbook_cli.seeding.seed import seed
from stampbook_messaging.logging import configure_logging, get_logger
from stampbook_messaging.service import UnhandledRoute, check_routes
from tests.platform import Platform
from wallet_sync.checks import statements as of_wallet
from wallet_sync.consumer import PassEvents

REACTING: dict[str, Any] = {"ledger": EnrollmentEvents, "notifier": LoyaltyEvents, "wallet": PassEvents}
STATEMENTS = {
    "enrollment": (*of_enrollment.ALL, *contacts.ALL, *links.ALL, *directory.ALL, *sealing_keys.ALL),
    "ledger": (*of_ledger.ALL, *reading.ALL),
    "notifier": OF_NOTIFIER,
    "wallet": tuple(of_wallet()),
}


async def test_phone_and_birthday_reach_admin_merchant_and_store(platform: Platform) -> None:
    email = platform.new_address()
    await platform.join(email, phone="621 123 456", birthday_day="23", birthday_month="10", birthday_year="1987")
    card = await until(lambda: platform.card_of(email), within_seconds=10, what="a card")
    keys = platform.keys
    for key in (keys.merchants["fashion-group"], keys.staff["fashionhub"], keys.super_admin):
        query = {"merchant": str(FASHION)} if key == keys.super_admin else {}
        url = platform.doors.api(f"/cards/{card['card_id']}")
        answer = await platform.doors.http.get(url, params=query, headers=platform.bearer(key))
        person = answer.raise_for_status().json()["person"]
        assert (person["phone"], person["birthday"]) == ("+352621123456", "1987-10-23")


async def test_a_stranger_gets_404(platform: Platform) -> None:
    email = platform.new_address()
    await platform.join(email)
    card = await until(lambda: platform.card_of(email), within_seconds=10, what="a card")
    for key in (platform.keys.merchants["bookworld"], platform.keys.staff["wizatech"]):
        url = platform.doors.api(f"/cards/{card['card_id']}")
        answer = await platform.doors.http.get(url, headers=platform.bearer(key))
        assert answer.status_code == 404


async def test_seeding_twice_changes_nothing(platform: Platform) -> None:
    db = await asyncpg.connect(platform.attached.dsn("enrollment"))
    before = await db.fetchval("SELECT count(*) FROM enrollment.event")
    counted = await seed(platform.doors.http, platform.attached, platform.keys)
    assert counted == {"merchants": 3, "programmes": 3, "stores": 4, "rewards": 5, "keys": 7}
    assert await db.fetchval("SELECT count(*) FROM enrollment.event") == before
    await db.close()


@pytest.mark.parametrize("token", REACTING)
def test_a_route_without_handler_stops_the_start(token: str) -> None:
    kind = REACTING[token]

    class Forgetful:
        consumer = token
        handles: Collection[type[msgspec.Struct]] = tuple(kind.handles)[1:]
        react = kind.react

    check_routes(token, kind.__new__(kind))
    with pytest.raises(UnhandledRoute, match=next(iter(kind.handles)).__name__):
        check_routes(token, Forgetful())


@pytest.mark.parametrize("token", STATEMENTS)
async def test_every_statement_a_service_tries_at_its_start_is_one_the_database_takes(
    platform: Platform, token: str
) -> None:
    db = await asyncpg.connect(platform.attached.dsn(token), server_settings={"search_path": token})
    assert len(STATEMENTS[token]) >= 5
    for statement in STATEMENTS[token]:
        await db.prepare(statement)
    await db.close()


def test_a_log_that_cannot_be_written_does_not_hide_what_it_was_about() -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    stream = io.StringIO()
    configure_logging("test", "test", stream=stream)
    try:
        get_logger("never_again").error("mail.failed", level="reserved", event_="too", culprit=Unspeakable())
    finally:
        configure_logging("test", "test")
    assert "mail.failed" in stream.getvalue()
