"""A pass is brought to what its card shows now: against the emulator, a real bus, a real database, the real runner."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stampbook_cli.embedded.testing import Servers
from stampbook_events.ledger import CardClosed, CardFrozen, CardReplaced
from wallet_sync.domain.passes import class_id
from wallet_sync.store.passes import class_acknowledged

from .emulator import ISSUER, Emulator
from .happenings import NAMES, NUMBER, consume
from .stage import Enrollment, Stage, asking, set_up


async def test_a_new_pass_shows_the_card_and_its_holder(stage: Stage) -> None:
    outcome = await stage.attempt()
    shown = await stage.shown()
    assert (outcome.verdict, outcome.answer, stage.marks) == ("sent", "version 2", 1)
    assert (shown["accountName"], shown["accountId"]) == ("Anna Schmit", NUMBER)
    assert shown["loyaltyPoints"]["balance"] == {"int": 50}
    assert shown["classReference"]["issuerName"] == "Fashion Group S.A."


async def test_a_delivery_is_sent_and_says_so_as_an_event(stage: Stage) -> None:
    row = await stage.worked("sent")
    (event,) = await stage.events()
    assert (row["wanted"], row["acknowledged"]) == (2, 2)
    assert (event["type"], event["ledger_version"], event["points"]) == ("wallet.pass_updated.v1", 2, 50)
    assert event["object_id"] == stage.object_id


async def test_a_change_of_the_card_updates_the_same_pass(stage: Stage) -> None:
    await stage.worked("sent")
    await consume(stage.pool, stage.shop.earned(219), stage.shop.stamped(4))
    await stage.worked("sent")
    shown = await stage.shown()
    assert shown["loyaltyPoints"]["balance"] == {"int": 219}
    assert shown["secondaryLoyaltyPoints"]["balance"] == {"string": "4/10"}
    assert [event["ledger_version"] for event in await stage.events()] == [2, 4]


async def test_a_balance_may_outgrow_the_wallets_numbers_and_come_back(stage: Stage) -> None:
    for balance, shown in ((50, {"int": 50}), (2**40, {"string": str(2**40)}), (7, {"int": 7})):
        await consume(stage.pool, stage.shop.earned(balance))
        await stage.worked("sent")
        assert (await stage.shown())["loyaltyPoints"]["balance"] == shown


async def test_a_card_that_moved_on_meanwhile_is_sent_again(stage: Stage) -> None:
    """Level-triggered: the change came while the pass was under way, when no delivery was at rest to be woken."""
    delivery = await stage.claimed()
    outcome = await stage.channel.deliver(delivery, _nothing)
    await consume(stage.pool, stage.shop.earned(77))
    assert (await stage.channel.settle(stage.pool, delivery, outcome)).verdict == "again"


async def test_the_runner_goes_on_until_the_pass_is_as_the_card_is(stage: Stage) -> None:
    stage.enrollment.meanwhile = [consume(stage.pool, stage.shop.earned(77))]
    row = await stage.worked("sent")
    assert (row["wanted"], row["acknowledged"], row["attempt"]) == (3, 3, 2)
    assert [event["points"] for event in await stage.events()] == [50, 77]


async def test_too_many_calls_wait_as_long_as_google_says(stage: Stage) -> None:
    await stage.emulator.fault(path="loyaltyObject", status=429, retry_after=90)
    row = await stage.worked("retrying")
    assert (row["attempt"], row["reason"]) == (1, "transient")
    assert row["waits"] > timedelta(seconds=80)
    assert await stage.events() == []


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_an_error_of_google_is_tried_again_and_heals(stage: Stage, status: int) -> None:
    await stage.emulator.fault(path="loyaltyObject", status=status, times=1)
    assert (await stage.attempt()).verdict == "retry"
    await stage.pool.execute("UPDATE delivery SET state = 'retrying'")
    assert (await stage.attempt()).verdict == "sent"


async def test_an_answer_that_was_lost_leaves_one_object(stage: Stage) -> None:
    await stage.emulator.fault(path="loyaltyObject", method="POST", apply=True, drop=True, times=1)
    assert (await stage.attempt()).verdict == "retry"
    await consume(stage.pool, stage.shop.earned(60))
    await stage.pool.execute("UPDATE delivery SET state = 'retrying'")
    assert (await stage.attempt()).verdict == "sent"
    assert (await stage.shown())["loyaltyPoints"]["balance"] == {"int": 60}


async def test_what_google_refuses_for_good_is_dead_and_told(stage: Stage) -> None:
    await stage.emulator.fault(path="loyaltyObject", status=400)
    row = await stage.worked("dead")
    (event,) = await stage.events()
    assert row["reason"] == "refused"
    assert (event["type"], event["reason"]) == ("wallet.pass_failed.v1", "400 backendError")


async def test_a_dead_pass_rises_with_the_next_change(stage: Stage) -> None:
    await stage.emulator.fault(path="loyaltyObject", status=400)
    await stage.worked("dead")
    await stage.emulator.fault()
    await consume(stage.pool, stage.shop.earned(60))
    await stage.worked("sent")
    assert (await stage.shown())["loyaltyPoints"]["balance"] == {"int": 60}


async def test_access_that_google_withholds_counts_no_attempt(stage: Stage) -> None:
    await stage.emulator.fault(path="loyaltyObject", status=401)
    row = await stage.worked("retrying")
    assert (row["attempt"], row["reason"]) == (0, "ours")


async def test_a_class_that_was_acknowledged_and_is_gone_is_made_again(stage: Stage) -> None:
    await class_acknowledged(stage.pool, stage.shop.merchant, stage.shop.program, 1)
    assert await stage.channel.wallet.get("loyaltyClass", class_id(ISSUER, stage.shop.program)) is None
    assert (await stage.attempt()).verdict == "sent"
    assert (await stage.shown())["classReference"]["issuerName"] == "Fashion Group S.A."


async def test_a_new_version_of_the_program_changes_its_class_once(stage: Stage) -> None:
    await stage.worked("sent")
    await consume(stage.pool, stage.shop.published(2, {"en": "Renamed"}), stage.shop.earned(60))
    await stage.worked("sent")
    assert (await stage.shown())["classReference"]["programName"] == "Renamed"
    await consume(stage.pool, stage.shop.earned(70))
    await stage.worked("sent")
    assert [method for method, _ in await stage.emulator.requests(stage.shop.program.hex)] == ["PATCH"]


async def test_a_version_that_is_to_come_changes_no_class(stage: Stage) -> None:
    await stage.worked("sent")
    to_come = stage.shop.published(2, {"en": "To come"}, datetime.now(UTC) + timedelta(days=30))
    await consume(stage.pool, to_come, stage.shop.published(3, {"en": "Of today"}), stage.shop.earned(60))
    await stage.worked("sent")
    assert (await stage.shown())["classReference"]["programName"] == "Of today"


async def test_of_a_version_that_was_withdrawn_nothing_is_left(stage: Stage) -> None:
    await consume(stage.pool, stage.shop.published(2, {"en": "Withdrawn"}), stage.shop.withdrawn(2))
    await stage.worked("sent")
    assert (await stage.shown())["classReference"]["programName"] == NAMES["en"]


async def test_a_pass_follows_its_card_through_its_life(stage: Stage) -> None:
    shop, seen = stage.shop, []
    for event in (
        shop.happened(CardFrozen),
        shop.happened(CardReplaced, card_number="4929000000000002", old_number=NUMBER),
        shop.happened(CardClosed, cause="leaving"),
        shop.reopened("4929000000000003", stamp_target=None),
    ):
        await consume(stage.pool, event)
        await stage.worked("sent")
        shown = await stage.shown()
        seen.append((shown["state"], shown["accountId"], shown["barcode"]["value"], "secondaryLoyaltyPoints" in shown))
    assert seen == [
        ("INACTIVE", NUMBER, NUMBER, True),
        ("INACTIVE", "4929000000000002", "4929000000000002", True),
        ("EXPIRED", "4929000000000002", "4929000000000002", True),
        ("ACTIVE", "4929000000000003", "4929000000000003", False),
    ]


async def test_a_debt_is_shown_as_it_is(stage: Stage) -> None:
    await consume(stage.pool, stage.shop.earned(-50))
    await stage.worked("sent")
    assert (await stage.shown())["loyaltyPoints"]["balance"] == {"int": -50}


async def test_what_we_were_not_told_yet_is_missing_and_not_given_up(stage: Stage) -> None:
    await stage.pool.execute("DELETE FROM program WHERE merchant = $1", stage.shop.merchant)
    row = await stage.worked("retrying")
    assert (row["reason"], row["attempt"]) == ("program_unknown", 1)


@pytest.mark.parametrize(
    ("first_name", "surname", "shown"),
    [
        ("Anna\u202e\r\n", "<script>alert(1)</script>", "Anna <script>alert(…"),
        ("👩🏽\u200d🚀" * 30, None, None),
        ("\u0000", "\u2066", "absent"),
        (None, None, "absent"),
        ("\ud7ffÅ", '"}],"state":"EXPIRED', 'Å "}],"state":"EXPI…'),
    ],
)
async def test_hostile_names_are_shown_as_text_or_not_at_all(
    stage: Stage, first_name: str | None, surname: str | None, shown: str | None
) -> None:
    stage.enrollment.first_name, stage.enrollment.surname = first_name, surname
    assert (await stage.attempt()).verdict == "sent"
    found = await stage.shown()
    assert found["state"] == "ACTIVE"
    assert shown is None or found.get("accountName", "absent") == shown


async def test_the_name_is_asked_for_each_time_and_kept_nowhere(stage: Stage) -> None:
    await stage.worked("sent")
    tables = await stage.pool.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'wallet'")
    held = [
        name
        for (name,) in tables
        if await stage.pool.fetchval(f"SELECT count(*) FROM \"{name}\" t WHERE t::text ILIKE '%schmit%'")
    ]
    assert held == []
    assert [request.customer_id for request in stage.enrollment.asked] == [stage.shop.customer]


async def test_a_customer_nobody_knows_is_missing(stage: Stage) -> None:
    stage.enrollment.unknown = True
    outcome = await stage.attempt()
    assert (outcome.verdict, outcome.reason, outcome.answer) == ("missing", "contact_unknown", "customer_unknown")
    assert stage.marks == 0


async def test_a_silent_enrollment_is_our_trouble(pool: Any, servers: Servers, emulator: Emulator) -> None:
    async with asking(servers, None) as nobody:
        stage = await set_up(pool, nobody, Enrollment(), emulator)
        outcome = await stage.attempt()
        await stage.channel.wallet.client.aclose()
    assert (outcome.verdict, outcome.reason, stage.marks) == ("ours", "contact_unavailable", 0)


async def _nothing() -> None:
    pass


async def test_what_was_sent_is_still_known_when_the_first_settling_was_lost(stage: Stage) -> None:
    delivery = await stage.claimed()
    outcome = await stage.channel.deliver(delivery, _nothing)
    facts = []
    for _ in range(2):
        async with stage.pool.acquire() as db:
            holding = db.transaction()
            await holding.start()
            settled = await stage.channel.settle(db, delivery, outcome)
            facts.append(stage.channel.outcome_fact(delivery, settled, "sent"))
            await holding.rollback()
    assert facts[0] == facts[1] is not None
