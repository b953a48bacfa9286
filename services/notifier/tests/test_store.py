"""Projections and deliveries on a real PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from channels import KEYRING, mail_channel
from happenings import NAMES, Shop, consume
from scripted_smtp import ScriptedSmtp

from notifier.consumer import LoyaltyEvents
from notifier.mail_channel import MailChannel
from notifier.store import statements as sql
from stampbook_cli.embedded.testing import Servers
from stampbook_messaging import migrate
from stampbook_messaging.queries import Queries
from stampbook_messaging.service import check_channels, check_routes


@pytest.fixture
def channel(pool: Any) -> MailChannel:
    """Its deliveries are not worked in these tests, so that it needs nobody to ask."""
    return mail_channel(pool, Queries(None), ScriptedSmtp())  # type: ignore[arg-type]


async def rows(pool: Any, shop: Shop) -> list[tuple[str, str, str]]:
    found = await pool.fetch(
        "SELECT kind, state, reason FROM delivery WHERE merchant = $1 ORDER BY created_at, kind, state", shop.merchant
    )
    return [tuple(row) for row in found]


async def place(pool: Any, shop: Shop) -> Any:
    return await pool.fetchrow(sql.PLACE, shop.merchant, shop.store, shop.program, shop.card)


async def test_the_migrated_schema_is_the_one_described(pool: Any, servers: Servers) -> None:
    assert await migrate.drift("notifier", servers.dsn("notifier")) == []


@pytest.mark.parametrize("statement", sql.STATEMENTS)
async def test_every_statement_can_be_prepared(pool: Any, statement: str) -> None:
    async with pool.acquire() as db:
        assert (await db.prepare(statement)).get_query() == statement


def test_what_is_routed_here_is_handled_here() -> None:
    check_routes("notifier", LoyaltyEvents())
    check_channels("notifier", ["mail"])


async def test_what_a_mail_must_know_is_learned_from_events(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, *shop.open_for_business(), shop.enrolled(), shop.opened())
    found = await place(pool, shop)
    assert (found["merchant_name"], found["store_name"], found["subdomain"]) == (shop.name, "FASHIONHUB", "fashionhub")
    assert found["program_names"] == {"fr": "Fashion Group Fidélité", "en": "Fashion Group Loyalty"}
    assert found["card_number"] == "4929123456781234"


async def test_an_older_event_never_replaces_a_newer_one(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.registered(), shop.store_changed("New name", version=7))
    await consume(pool, channel, shop.store_changed("Old name", version=6))
    assert (await place(pool, shop))["store_name"] == "New name"


async def test_of_several_in_one_batch_the_last_holds(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    changes = [shop.store_changed(f"Name {version}", version) for version in (1, 2, 3)]
    await consume(pool, channel, shop.registered(), *changes)
    assert (await place(pool, shop))["store_name"] == "Name 3"


async def test_a_lost_card_has_its_new_number_in_the_next_mail(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    lost = shop.replaced("4929000000000002")
    await consume(pool, channel, *shop.open_for_business(), shop.opened(), lost)
    assert (await place(pool, shop))["card_number"] == "4929000000000002"
    await consume(pool, channel, shop.replaced("4929000000000003"))
    await consume(pool, channel, lost)
    assert (await place(pool, shop))["card_number"] == "4929000000000003"


async def test_who_comes_back_is_welcomed_again_with_another_number(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, *shop.open_for_business(), shop.opened())
    await consume(pool, channel, shop.reopened("4929000000000009"))
    assert (await place(pool, shop))["card_number"] == "4929000000000009"
    assert await rows(pool, shop) == [("enrollment", "pending", "")] * 2


async def test_a_program_is_called_as_its_version_in_force_says(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, *shop.open_for_business())
    to_come = shop.published(2, datetime.now(UTC) + timedelta(days=30), en="To come")
    await consume(pool, channel, to_come, shop.published(3, en="Of today"))
    assert (await place(pool, shop))["program_names"] == {"en": "Of today"}


async def test_before_its_first_version_a_program_is_called_as_that_will_say(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    first = shop.published(1, datetime.now(UTC) + timedelta(days=1), en="To come")
    await consume(pool, channel, shop.registered(), shop.store_changed(), first)
    assert (await place(pool, shop))["program_names"] == {"en": "To come"}


async def test_a_version_that_was_withdrawn_names_nothing(pool: Any, channel: MailChannel) -> None:
    """Also when its day has come."""
    shop = Shop()
    await consume(pool, channel, *shop.open_for_business())
    second = shop.published(2, en="Withdrawn")
    await consume(pool, channel, second)
    assert (await place(pool, shop))["program_names"] == {"en": "Withdrawn"}
    await consume(pool, channel, shop.withdrawn(2))
    assert (await place(pool, shop))["program_names"] == NAMES
    await consume(pool, channel, second)
    assert (await place(pool, shop))["program_names"] == NAMES


async def test_a_mail_without_texts_is_a_row_that_ended_and_an_event_that_says_why(
    pool: Any, channel: MailChannel
) -> None:
    shop = Shop()
    await consume(pool, channel, shop.within_reach())
    assert await rows(pool, shop) == [("reward_ready", "suppressed", "no_template")]
    (event,) = await pool.fetch("SELECT type, body FROM event WHERE merchant = $1", shop.merchant)
    assert event["type"] == "notifier.mail_suppressed.v1"
    assert b'"reason":"no_template"' in event["body"]


async def test_a_new_customer_is_owed_two_mails(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.enrolled(), shop.opened(), shop.bonus())
    assert await rows(pool, shop) == [("enrollment", "pending", ""), ("welcome_bonus", "pending", "")]


async def test_without_an_address_the_rows_are_there_and_suppressed(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.enrolled(has_email=False))
    await consume(pool, channel, shop.opened(), shop.bonus())
    assert await rows(pool, shop) == [
        ("enrollment", "suppressed", "no_address"),
        ("welcome_bonus", "suppressed", "no_address"),
    ]


async def test_a_suppression_at_birth_is_told_as_an_event(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.enrolled(has_email=False), shop.opened())
    (event,) = await pool.fetch("SELECT type, body FROM event WHERE merchant = $1", shop.merchant)
    assert event["type"] == "notifier.mail_suppressed.v1"
    assert b'"reason":"no_address"' in event["body"]


async def test_the_same_events_again_owe_nothing_more(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    events = [*shop.open_for_business(), shop.enrolled(), shop.opened(), shop.bonus(), shop.recognised()]
    await consume(pool, channel, *events)
    before = await rows(pool, shop)
    await consume(pool, channel, *events)
    assert await rows(pool, shop) == before
    assert len(before) == 3


async def test_within_the_hour_a_second_card_link_is_suppressed(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    for _ in range(3):
        await consume(pool, channel, shop.recognised())
    assert sorted(await rows(pool, shop)) == [
        ("card_link", "pending", ""),
        ("card_link", "suppressed", "recent"),
        ("card_link", "suppressed", "recent"),
    ]


async def test_also_within_one_batch(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.recognised(), shop.recognised())
    assert sorted(await rows(pool, shop)) == [("card_link", "pending", ""), ("card_link", "suppressed", "recent")]


async def test_the_suppressed_do_not_prolong_the_hour(pool: Any, channel: MailChannel) -> None:
    shop = Shop()
    await consume(pool, channel, shop.recognised())
    await consume(pool, channel, shop.recognised())
    await pool.execute(
        "UPDATE delivery SET created_at = created_at - interval '61 minutes' WHERE merchant = $1 AND state = 'pending'",
        shop.merchant,
    )
    await consume(pool, channel, shop.recognised())
    assert [state for _, state, _ in sorted(await rows(pool, shop))] == ["pending", "pending", "suppressed"]


async def test_one_merchants_mail_is_not_recent_for_another(pool: Any, channel: MailChannel) -> None:
    one, other = Shop(), Shop()
    other.customer = one.customer
    await consume(pool, channel, one.recognised(), other.recognised())
    assert await rows(pool, one) == await rows(pool, other) == [("card_link", "pending", "")]


async def test_only_a_mask_and_a_keyed_hash_of_an_address_are_kept(pool: Any) -> None:
    shop = Shop()
    index = KEYRING.index("notifier/address", "anna.schmit@kaart.lu")
    for masked in ("a***@k***.lu", "z***@k***.lu"):
        await pool.execute(sql.PUT_ADDRESSED, shop.card, shop.merchant, masked, index)
    (row,) = await pool.fetch("SELECT masked, address_index FROM addressed WHERE delivery_id = $1", shop.card)
    assert tuple(row) == ("z***@k***.lu", index)
