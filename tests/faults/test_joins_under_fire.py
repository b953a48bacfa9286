"""The same person joins fifty times at once: by one form, by fifty, in two stores, with two merchants."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import BOOKWORLD, FASHION, demo_id
from tests.platform import Platform

AT_ONCE = 50
PATIENCE_SECONDS = 60
WELCOME, BONUS = "Bienvenue chez Fashion Group S.A. Loyalty !", "Vous avez gagné 50 points bonus !"
FASHION_STORES = {demo_id("store/fashionhub"), demo_id("store/fashionoutlet")}

_JOINED = "SELECT type, count(*) AS times FROM enrollment.event WHERE merchant = $1 AND aggregate = $2 GROUP BY type"
_MEMBERSHIPS = "SELECT store_id FROM enrollment.membership WHERE merchant = $1 AND customer_id = $2"
_CARDS = "SELECT card_id, balance FROM ledger.card WHERE merchant = $1 AND customer_id = $2"
_WELCOMES = """
SELECT count(*) FROM ledger.event
WHERE merchant = $1 AND aggregate = $2 AND type LIKE 'ledger.welcome_bonus_granted.%'
"""
_LINKS = "SELECT store_id FROM ledger.card_store WHERE merchant = $1 AND card_id = $2"
_MAILS = """
SELECT kind, state, reason, count(*) AS times FROM notifier.delivery
WHERE merchant = $1 AND recipient = $2 AND channel = 'mail' GROUP BY kind, state, reason
"""
_PASSES = "SELECT count(*) FROM wallet.pass WHERE merchant = $1 AND customer_id = $2 AND acknowledged >= wanted"
_ON_THEIR_WAY = """
SELECT count(*) FROM {schema}.delivery
WHERE merchant = $1 AND state NOT IN ('sent', 'suppressed', 'dead')
"""


@dataclass(frozen=True)
class Found:
    """What all services together know of one customer of one merchant, once everything has come to its end."""

    events: dict[str, int]
    joined_in: set[UUID]
    cards: list[tuple[UUID, int]]
    welcomes: int
    stores_of_card: set[UUID]
    mails: dict[tuple[str, str, str], int]
    passes: int


async def send_at_once(platform: Platform, email: str, forms: list[tuple[str, str]]) -> list[httpx.Response]:
    """*forms*: store and page."""
    return await asyncio.gather(*(platform.send_form(page, email, store=store) for store, page in forms))


async def opened(platform: Platform, *stores: str) -> list[tuple[str, str]]:
    pages = await asyncio.gather(*(platform.doors.http.get(platform.doors.page(s, "/fr/join")) for s in stores))
    return [(store, page.raise_for_status().text) for store, page in zip(stores, pages, strict=True)]


def places(answers: list[httpx.Response]) -> set[str]:
    assert {answer.status_code for answer in answers} == {303}
    return {urlsplit(answer.headers["location"]).path for answer in answers}


async def customer_of(platform: Platform, email: str, slug: str = "fashion-group") -> dict[str, Any]:
    return await until(lambda: platform.card_of(email, slug), within_seconds=PATIENCE_SECONDS, what="a card")


async def at_rest(platform: Platform, merchant: UUID) -> bool | None:
    """Whether nothing is to be done any more for *merchant*, in any service."""
    db = await asyncpg.connect(platform.attached.dsn())
    try:
        for schema in ("ledger", "notifier", "wallet"):
            if await db.fetchval(_ON_THEIR_WAY.format(schema=schema), merchant):
                return None
        return True
    finally:
        await db.close()


async def found_of(platform: Platform, email: str, merchant: UUID = FASHION, slug: str = "fashion-group") -> Found:
    card = UUID((await customer_of(platform, email, slug))["card_id"])
    await until(lambda: settled(platform, merchant, card), within_seconds=PATIENCE_SECONDS, what="rest")
    db = await asyncpg.connect(platform.attached.dsn())
    customer = await db.fetchval("SELECT customer_id FROM ledger.card WHERE merchant=$1 AND card_id=$2", merchant, card)
    try:
        return Found(
            events={row["type"].split(".")[1]: row["times"] for row in await db.fetch(_JOINED, merchant, customer)},
            joined_in={row["store_id"] for row in await db.fetch(_MEMBERSHIPS, merchant, customer)},
            cards=[tuple(row) for row in await db.fetch(_CARDS, merchant, customer)],
            welcomes=await db.fetchval(_WELCOMES, merchant, card),
            stores_of_card={row["store_id"] for row in await db.fetch(_LINKS, merchant, card)},
            mails={(row[0], row[1], row[2]): row[3] for row in await db.fetch(_MAILS, merchant, customer)},
            passes=await db.fetchval(_PASSES, merchant, customer),
        )
    finally:
        await db.close()


async def settled(platform: Platform, merchant: UUID, card: UUID) -> bool | None:
    """A clean audit says that no event is between two services, and rest that none is within one."""
    if await at_rest(platform, merchant) is None:
        return None
    return True if not await platform.audit() and await at_rest(platform, merchant) else None


async def subjects_to(platform: Platform, email: str) -> list[str]:
    return sorted(mail["subject"] for mail in await platform.doors.mails_to(email))


async def objects_of(platform: Platform, found: Found) -> int:
    """How many objects the wallet has for the customer's one card."""
    [(card, _)] = found.cards
    return sum(one["id"].endswith(card.hex) for one in await platform.doors.wallet_objects())


async def test_one_form_sent_fifty_times_at_once_is_one_join(platform: Platform) -> None:
    email = platform.new_address()
    answers = await send_at_once(platform, email, await opened(platform, "fashionhub") * AT_ONCE)
    assert len(places(answers)) == 1  # the same ticket for all
    found = await found_of(platform, email)
    assert found.events == {"customer_enrolled": 1}
    assert [balance for _, balance in found.cards] == [50]
    assert found.welcomes == 1
    assert found.mails == {("enrollment", "sent", ""): 1, ("welcome_bonus", "sent", ""): 1}
    assert found.passes == await objects_of(platform, found) == 1
    assert await subjects_to(platform, email) == sorted([WELCOME, BONUS])


async def test_fifty_forms_with_one_address_at_once_are_one_customer(platform: Platform) -> None:
    email = platform.new_address()
    answers = await send_at_once(platform, email, await opened(platform, *["fashionhub"] * AT_ONCE))
    assert len(places(answers)) == AT_ONCE  # each form has its own ticket, and nobody learns who was first
    found = await found_of(platform, email)
    assert found.events == {"customer_enrolled": 1, "customer_recognised": AT_ONCE - 1}
    assert [balance for _, balance in found.cards] == [50]
    assert found.welcomes == 1
    assert found.mails == {
        ("enrollment", "sent", ""): 1,
        ("welcome_bonus", "sent", ""): 1,
        ("card_link", "sent", ""): 1,
        ("card_link", "suppressed", "recent"): AT_ONCE - 2,
    }
    assert found.passes == await objects_of(platform, found) == 1
    assert len(await subjects_to(platform, email)) == 3


async def test_another_join_within_the_hour_brings_no_other_mail_with_the_card_link(platform: Platform) -> None:
    email = platform.new_address()
    for _ in range(3):
        assert (await platform.join(email)).status_code == 303
    found = await found_of(platform, email)
    assert found.mails["card_link", "sent", ""] == 1
    assert found.mails["card_link", "suppressed", "recent"] == 1
    assert len(await subjects_to(platform, email)) == 3


async def test_two_stores_of_one_merchant_at_once_are_one_card_that_both_know(platform: Platform) -> None:
    email = platform.new_address()
    pages = await opened(platform, *["fashionhub", "fashionoutlet"] * 5)
    places(await send_at_once(platform, email, pages))
    found = await found_of(platform, email)
    assert found.events == {"customer_enrolled": 1, "customer_recognised": 9}
    assert found.joined_in == found.stores_of_card == FASHION_STORES
    assert [balance for _, balance in found.cards] == [50]
    assert found.welcomes == found.passes == await objects_of(platform, found) == 1
    assert found.mails["card_link", "sent", ""] == 1
    assert len(await subjects_to(platform, email)) == 3


async def test_two_merchants_at_once_are_a_customer_and_a_card_with_each(platform: Platform) -> None:
    email = platform.new_address()
    places(await send_at_once(platform, email, await opened(platform, *["fashionhub", "bookworld"] * 5)))
    fashion = await found_of(platform, email)
    books = await found_of(platform, email, BOOKWORLD, "bookworld")
    for found in (fashion, books):
        assert found.events == {"customer_enrolled": 1, "customer_recognised": 4}
        assert found.passes == await objects_of(platform, found) == 1
        assert found.mails["card_link", "sent", ""] == 1
    assert (fashion.welcomes, books.welcomes) == (1, 0)  # BookWorld gives none
    assert len(await subjects_to(platform, email)) == 3 + 2


async def test_the_audit_is_clean_afterwards(platform: Platform) -> None:
    assert await platform.audit() == []
