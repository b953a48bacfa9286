"""A birthday from the form to the balance: every service real, the customer made to have joined long ago."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import JOIN_FORM
from tests.platform import Platform

ZONE = "Atlantic/Reykjavik"
"""UTC, and nobody else's in these tests: its day is done apart."""
LONG_AGO = "now() - interval '60 days'"


class Bakery:
    """A merchant whose program gives 20 points for a birthday."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.merchant, self.program, self.store = uuid4(), uuid4(), uuid4()

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        headers = {
            **self.platform.bearer(self.platform.keys.super_admin),
            "Idempotency-Key": str(uuid4()),
            "Prefer": "wait=20",
        }
        answer = await self.platform.doors.http.post(self.platform.doors.api(path), json=body, headers=headers)
        result: dict[str, Any] = answer.raise_for_status().json()["result"]
        return result

    async def open(self) -> None:
        of = f"/merchants/{self.merchant}"
        await self.post("/merchants", merchant_id=str(self.merchant), name="Bakery")
        program = {"program_id": str(self.program), "names": {"en": "Bread"}, "rates": {"EUR": RATE}}
        await self.post(f"{of}/programs", **program, rules={"birthday": {"points": 20}})
        await self.post(f"{of}/join-forms", **{"program_id": str(self.program), **JOIN_FORM})
        await self.post(f"{of}/stores", **STORE, store_id=str(self.store), program_id=str(self.program))

    async def rewrite(self, service: str, *statements: str) -> None:
        db = await asyncpg.connect(self.platform.attached.dsn(service))
        for statement in statements:
            await db.execute(statement, self.merchant)
        await db.close()

    async def make_it_long_ago(self) -> None:
        await self.rewrite("ledger", f"UPDATE ledger.program SET effective_from = {LONG_AGO} WHERE merchant = $1")
        await self.rewrite(
            "enrollment",
            f"UPDATE enrollment.birthday_consent SET given_at = {LONG_AGO} WHERE merchant = $1",
            f"UPDATE enrollment.personal SET birthday_entered_at = {LONG_AGO} WHERE merchant = $1",
            f"DELETE FROM enrollment.birthday_work WHERE zone = '{ZONE}' AND $1::uuid IS NOT NULL",
        )


RATE = {"points": 1, "per_minor": 100}
STORE: dict[str, Any] = {
    "subdomain": f"bakery-{uuid4().hex[:8]}",
    "name": "Bakery",
    "loyalty": "live",
    "time_zone": ZONE,
    "currency": "EUR",
    "default_language": "en",
    "descriptions": {"en": "Bread."},
    "taglines": {"en": "Fresh."},
    "accent": "#7a1f4b",
    "has_catalog": False,
}


@pytest_asyncio.fixture
async def bakery(platform: Platform) -> AsyncIterator[Bakery]:
    made = Bakery(platform)
    await made.open()
    version = "SELECT effective_from FROM ledger.program WHERE merchant = $1"
    db = await asyncpg.connect(platform.attached.dsn("ledger"))
    published = await db.fetchval(version, made.merchant)
    yield made
    await db.execute("UPDATE ledger.program SET effective_from = $2 WHERE merchant = $1", made.merchant, published)
    await db.close()


async def card_of(bakery: Bakery, card_id: UUID) -> dict[str, Any]:
    platform = bakery.platform
    address = platform.doors.api(f"/cards/{card_id}?merchant={bakery.merchant}")
    answer = await platform.doors.http.get(address, headers=platform.bearer(platform.keys.super_admin))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def join(bakery: Bakery, **more: str) -> UUID:
    today = datetime.now(UTC).date()
    born = {"birthday_day": str(today.day), "birthday_month": str(today.month), "birthday_year": "1988"}
    email = bakery.platform.new_address()
    joined = await bakery.platform.join(email, store=str(STORE["subdomain"]), language="en", **{**born, **more})
    assert joined.status_code == 303, joined.text

    async def card() -> UUID | None:
        db = await asyncpg.connect(bakery.platform.attached.dsn("ledger"))
        found = await db.fetchval("SELECT card_id FROM ledger.card WHERE merchant = $1", bakery.merchant)
        await db.close()
        return found

    return await until(card, within_seconds=10, what="the card")


async def test_who_agreed_on_the_page_has_the_gift_on_the_day_and_once(bakery: Bakery) -> None:
    card_id = await join(bakery, birthday_gift="yes")
    await bakery.make_it_long_ago()

    async def gift() -> bool | None:
        return True if (await card_of(bakery, card_id))["balance"] == 20 else None

    await until(gift, within_seconds=40, what="the birthday gift")
    await bakery.make_it_long_ago()  # The work begins anew, as if it had noted nothing.
    db = await asyncpg.connect(bakery.platform.attached.dsn("enrollment"))

    async def done() -> bool | None:
        found = await db.fetchval("SELECT count(*) FROM enrollment.birthday_work WHERE zone = $1", ZONE)
        return True if found else None

    await until(done, within_seconds=40, what="the end of the day's work")
    await db.close()
    assert (await card_of(bakery, card_id))["balance"] == 20
