"""Passes on a real PostgreSQL: what is wanted only grows, and a burst of events is one delivery."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from stampbook_cli.embedded.testing import Servers
from stampbook_messaging import migrate
from stampbook_messaging.database import connect_pool
from stampbook_messaging.service import check_channels, check_routes
from wallet_sync.checks import check_passes, statements
from wallet_sync.consumer import PassEvents
from wallet_sync.store import passes

from .happenings import NAMES, NUMBER, Shop, consume

LOGO = "http://localhost:8080/logo.png"


async def deliveries(pool: Any, shop: Shop) -> list[tuple[str, int]]:
    found = await pool.fetch("SELECT state, attempt FROM delivery WHERE merchant = $1", shop.merchant)
    return [tuple(row) for row in found]


async def wanted(pool: Any, shop: Shop) -> tuple[int, int, int | None, int]:
    found = await passes.pass_of(pool, shop.merchant, shop.card)
    assert found is not None
    return found.points, found.stamps, found.stamp_target, found.wanted


async def opened(pool: Any) -> Shop:
    shop = Shop()
    await consume(pool, *shop.open_for_business(), shop.opened())
    return shop


async def test_the_migrated_schema_is_the_one_described(pool: Any, servers: Servers) -> None:
    assert await migrate.drift("wallet_sync", servers.dsn("wallet")) == []


@pytest.mark.parametrize("statement", statements())
async def test_every_statement_can_be_prepared(pool: Any, statement: str) -> None:
    async with pool.acquire() as db:
        assert (await db.prepare(statement)).get_query() == statement


def test_what_is_routed_here_is_handled_here() -> None:
    check_routes("wallet", PassEvents())
    check_channels("wallet", ["pass"])


async def test_an_opened_card_wants_a_pass(pool: Any) -> None:
    shop = await opened(pool)
    found = await passes.pass_of(pool, shop.merchant, shop.card)
    assert found is not None
    assert (found.card_number, found.language, found.customer_id) == (NUMBER, "fr", shop.customer)
    assert (found.wanted, found.acknowledged, found.created) == (1, 0, False)
    assert await deliveries(pool, shop) == [("pending", 0)]


async def test_a_burst_in_one_batch_is_one_change(pool: Any) -> None:
    shop = Shop()
    burst = [shop.opened(), shop.bonus(50), shop.earned(60), shop.stamped(2), shop.earned(70), shop.stamped(3)]
    await consume(pool, *burst)
    assert await wanted(pool, shop) == (70, 3, 10, 6)
    assert await deliveries(pool, shop) == [("pending", 0)]


async def test_batches_of_any_size_come_to_the_same(pool: Any) -> None:
    shop = await opened(pool)
    for event in (shop.bonus(50), shop.stamped(1, 12), shop.earned(90)):
        await consume(pool, event)
    assert await wanted(pool, shop) == (90, 1, 12, 4)


async def test_what_comes_again_or_late_changes_nothing(pool: Any) -> None:
    shop = await opened(pool)
    bonus, earned = shop.bonus(50), shop.earned(90)
    await consume(pool, bonus, earned)
    await consume(pool, bonus)
    assert await wanted(pool, shop) == (90, 0, 10, 3)


async def test_a_change_wakes_a_delivery_at_rest_and_leaves_one_at_work_alone(pool: Any) -> None:
    shop = await opened(pool)
    for state, after in {"sent": "pending", "dead": "pending", "sending": "sending", "retrying": "retrying"}.items():
        await pool.execute("UPDATE delivery SET state = $2, attempt = 3 WHERE merchant = $1", shop.merchant, state)
        await consume(pool, shop.earned(90))
        assert await deliveries(pool, shop) == [(after, 0 if state in {"sent", "dead"} else 3)]


async def test_a_woken_delivery_is_owed_to_the_newest_event(pool: Any) -> None:
    shop = await opened(pool)
    await pool.execute("UPDATE delivery SET state = 'sent' WHERE merchant = $1", shop.merchant)
    earned = shop.earned(90)
    await consume(pool, earned)
    row = await pool.fetchrow("SELECT event_id, correlation FROM delivery WHERE merchant = $1", shop.merchant)
    assert tuple(row) == (earned.envelope.id, earned.envelope.correlation)


async def test_another_merchants_card_is_not_there(pool: Any) -> None:
    shop, stranger = await opened(pool), await opened(pool)
    assert await passes.pass_of(pool, stranger.merchant, shop.card) is None


async def test_a_class_is_made_of_merchant_store_and_program(pool: Any) -> None:
    shop = await opened(pool)
    found = await passes.program_of(pool, shop.merchant, shop.program, LOGO)
    assert found is not None
    program, acknowledged = found
    assert (program.merchant_name, program.accent, program.names) == ("Fashion Group S.A.", "#8a2b4f", NAMES)
    assert (program.logo_url, program.version, acknowledged) == (LOGO, 1, 0)


async def test_the_stores_own_picture_goes_before_ours(pool: Any) -> None:
    shop = await opened(pool)
    await consume(pool, shop.store_changed(logo_url="https://fashionhub.lu/logo.png"))
    found = await passes.program_of(pool, shop.merchant, shop.program, LOGO)
    assert found is not None
    assert found[0].logo_url == "https://fashionhub.lu/logo.png"


async def test_without_its_merchant_a_program_has_no_class_yet(pool: Any) -> None:
    shop = Shop()
    await consume(pool, shop.published(), shop.opened())
    assert await passes.program_of(pool, shop.merchant, shop.program, LOGO) is None
    await consume(pool, shop.registered())
    assert await passes.program_of(pool, shop.merchant, shop.program, LOGO) is not None


async def test_an_older_version_of_a_program_never_replaces_a_newer_one(pool: Any) -> None:
    shop = await opened(pool)
    older, newer = shop.published(2, {"en": "Old"}), shop.published(3, {"en": "New"})
    await consume(pool, newer)
    await consume(pool, older)
    found = await passes.program_of(pool, shop.merchant, shop.program, LOGO)
    assert found is not None
    assert (found[0].version, found[0].names) == (3, {"en": "New"})


async def test_what_is_acknowledged_never_goes_back(pool: Any) -> None:
    shop = await opened(pool)
    await consume(pool, shop.bonus(), shop.earned(60))
    assert await passes.acknowledge(pool, shop.merchant, shop.card, 3) == 3
    assert await passes.acknowledge(pool, shop.merchant, shop.card, 1) == 3
    found = await passes.pass_of(pool, shop.merchant, shop.card)
    assert found is not None
    assert (found.acknowledged, found.created) == (3, True)


async def _acknowledged(pool: Any) -> Shop:
    """A pass at rest, the only one there is."""
    shop = await opened(pool)
    await pool.execute("DELETE FROM pass WHERE card_id <> $1", shop.card)  # an audit shows the first twenty
    await pool.execute("DELETE FROM delivery WHERE recipient <> $1", shop.card)
    await pool.execute("UPDATE delivery SET state = 'sent' WHERE merchant = $1", shop.merchant)
    await passes.acknowledge(pool, shop.merchant, shop.card, 1)
    return shop


_CARD = "INSERT INTO card SELECT * FROM jsonb_populate_record(NULL::card, $1)"
_LAST_EVENT = """
INSERT INTO event (partition, pos, id, merchant, aggregate, version, type, recorded_at, cmd_seq, body, hash)
VALUES (1, 1, gen_random_uuid(), $1, $2, $3, 'ledger.points_earned.v1', stampbook_now(), 0, '', '')
"""


@pytest_asyncio.fixture(scope="session")
async def ledger_pool(servers: Servers) -> AsyncIterator[Any]:
    await migrate.upgrade("ledger", servers.dsn("ledger"))
    opened = await connect_pool(servers.dsn("ledger"), "ledger", size=2)
    yield opened
    await opened.close()


async def ledger_with(pool: Any, shop: Shop, *, version: int = 1, **changes: Any) -> Any:
    """The ledger's database, with *shop*'s card alone in it."""
    card = {
        **{name: str(value) for name, value in shop.on_card.items()},
        "merchant": str(shop.merchant),
        "number": NUMBER,
        "language": "fr",
        "state": "active",
        "stamp_target": 10,
        "test": False,
        "opened_at": "2026-06-01T10:00:00Z",
        "version": version,
        "rest": {},
        "ended": False,
        **dict.fromkeys(("balance", "held", "owed", "stamps", "owed_stamps"), 0),
    }
    await pool.execute("DELETE FROM card")
    await pool.execute("DELETE FROM event")
    await pool.execute(_CARD, card | changes)
    await pool.execute(_LAST_EVENT, shop.merchant, shop.card, version)
    return pool


_SECOND = """
INSERT INTO delivery SELECT gen_random_uuid(), merchant, consumer, event_id, event_stream, event_partition, event_pos,
channel, kind, recipient, payload, state, attempt, next_at, deadline, claimed_by, lease_token, reason, in_doubt,
correlation, traceparent, created_at, ended_at FROM delivery WHERE recipient = $1
"""


async def test_the_audit_is_content_with_a_pass_that_shows_its_card(pool: Any, ledger_pool: Any) -> None:
    check = await check_passes(pool, await ledger_with(ledger_pool, await _acknowledged(pool)))
    assert (check.counted, check.found) == (1, [])


async def test_the_audit_finds_two_deliveries_of_one_pass(pool: Any, ledger_pool: Any) -> None:
    shop = await _acknowledged(pool)
    await pool.execute(_SECOND, shop.card)
    assert (await check_passes(pool, await ledger_with(ledger_pool, shop))).found == [
        f"pass of card {shop.card}: 2 deliveries"
    ]
    await pool.execute("DELETE FROM delivery WHERE recipient = $1", shop.card)


async def test_the_audit_finds_a_pass_that_differs_from_its_card(pool: Any, ledger_pool: Any) -> None:
    shop = await _acknowledged(pool)
    found = (await check_passes(pool, await ledger_with(ledger_pool, shop, balance=20))).found
    assert found == [f"pass of card {shop.card}: 0 points and 0 stamps, the card has 20 and 0"]


async def test_the_audit_finds_a_pass_in_another_state_or_under_another_number(pool: Any, ledger_pool: Any) -> None:
    shop = await _acknowledged(pool)
    found = (await check_passes(pool, await ledger_with(ledger_pool, shop, state="frozen", number="1"))).found
    assert found == [
        f"pass of card {shop.card}: active, the card is frozen",
        f"pass of card {shop.card}: another number than the card's",
    ]


async def test_the_audit_finds_a_pass_that_was_never_wanted_newer(pool: Any, ledger_pool: Any) -> None:
    shop = await _acknowledged(pool)
    assert (await check_passes(pool, await ledger_with(ledger_pool, shop, balance=20, version=2))).found == [
        f"card {shop.card}: version 2 recorded, 1 wanted"
    ]


async def test_the_audit_finds_a_pass_that_nobody_is_at(pool: Any, ledger_pool: Any, servers: Servers) -> None:
    shop = await opened(pool)
    await pool.execute("DELETE FROM pass WHERE card_id <> $1", shop.card)  # an audit shows the first twenty
    await pool.execute("UPDATE delivery SET state = 'sent' WHERE merchant = $1", shop.merchant)
    found = (await check_passes(pool, ledger_pool)).found
    assert f"pass of card {shop.card}: 0 of 1 and nobody is at it" in found
    await passes.acknowledge(pool, shop.merchant, shop.card, 1)
    assert not [line for line in (await check_passes(pool, ledger_pool)).found if str(shop.card) in line]
