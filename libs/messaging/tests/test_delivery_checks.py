"""An event without the delivery it demands, a delivery without its event, one too many: each is found and named."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

import msgspec
import pytest
from counter_channel import ScriptedChannel, demand, now, saying
from counter_house import TILL, House, recorded
from counter_service import CUSTOMER, PROGRAM, STORE, earned

from stampbook_events.ledger import WelcomeBonusGranted
from stampbook_messaging.event_store import OutcomeFact, append_outcomes
from stampbook_messaging.log_checks import Check, check_completeness, check_ends
from stampbook_messaging.protocols import Demand

MERCHANT, CARD = uuid4(), uuid4()


def bonus(card: UUID) -> WelcomeBonusGranted:
    return WelcomeBonusGranted(
        card_id=card,
        customer_id=CUSTOMER,
        program_id=PROGRAM,
        program_version=1,
        store_id=STORE,
        points=50,
        balance=50,
    )


async def owed(house: House, event: msgspec.Struct, **kinds: str) -> UUID:
    """*event* in the log, and a delivery row for each of *kinds*: channel and kind."""
    fact = OutcomeFact(
        event_id=uuid4(),
        merchant=MERCHANT,
        aggregate=CARD,
        event=event,
        actor=TILL,
        correlation=uuid4(),
        causation=uuid4(),
    )
    async with house.db.acquire() as db, db.transaction():
        (row,) = await append_outcomes(db, [fact])
    told = recorded(event, MERCHANT, await now(house))
    because = replace(told, envelope=msgspec.structs.replace(told.envelope, id=row.id))
    demands = [Demand(because_of=because, channel=name, kind=kind, recipient=CUSTOMER) for name, kind in kinds.items()]
    await demand(house, ScriptedChannel([saying("sent")]), demands)
    return row.id


@pytest.fixture
async def settled(house: House) -> House:
    """A granted bonus with its mail, and points without any, for they demand none."""
    await owed(house, bonus(CARD), mail="welcome_bonus")
    await owed(house, earned(CARD, 100, 150))
    return house


async def found(house: House) -> Check:
    return await check_completeness(house.db, house.db, "ledger", "notifier")


async def test_nothing_is_found_where_nothing_is_wrong(settled: House) -> None:
    check = await found(settled)
    assert (check.name, check.counted, check.found) == ("notifier.deliveries_for_ledger_complete", 1, [])


_ANOTHER = """
INSERT INTO delivery SELECT gen_random_uuid(), merchant, consumer, event_id, event_stream, event_partition, event_pos,
channel, kind, gen_random_uuid(), payload, state, attempt, next_at, deadline, claimed_by, lease_token, reason, in_doubt,
correlation, traceparent, created_at, ended_at FROM delivery
"""
EVENT = r"ledger event [0-9a-f-]{36} ledger.welcome_bonus_granted.v1"
PLANTED = {
    "row missing": ("DELETE FROM delivery", f"{EVENT}: 0 × mail:welcome_bonus"),
    "row doubled": (_ANOTHER, f"{EVENT}: 2 × mail:welcome_bonus: [0-9a-f-]+, [0-9a-f-]+"),
    "row of another kind": (
        "UPDATE delivery SET kind = 'enrollment'",
        "notifier delivery .* mail:enrollment: no event .* of ledger demands it",
    ),
    "row without event": (
        "UPDATE delivery SET event_id = gen_random_uuid()",
        "notifier delivery .* mail:welcome_bonus: no event .* of ledger demands it",
    ),
    "row for an event that demands none": (
        "UPDATE delivery SET event_id = (SELECT id FROM event WHERE type = 'ledger.points_earned.v1')",
        "notifier delivery .* mail:welcome_bonus: no event .* of ledger demands it",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
async def test_what_was_planted_is_found_and_named(settled: House, fault: str) -> None:
    sql, words = PLANTED[fault]
    assert await settled.db.execute(sql) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
    check = await found(settled)
    assert any(re.search(words, complaint) for complaint in check.found), check.found


UNENDED = {
    "dead": "UPDATE delivery SET state = 'dead'",
    "unknown": "UPDATE delivery SET state = 'unknown'",
    "retrying": "UPDATE delivery SET state = 'retrying', deadline = stampbook_now() - interval '1 second'",
}


@pytest.mark.parametrize("state", UNENDED)
async def test_a_delivery_that_did_not_end_well_is_found(settled: House, state: str) -> None:
    await settled.db.execute(UNENDED[state])
    assert (await check_ends(settled.db, "ledger"))[0].found == [f"ledger: 1 mail:welcome_bonus {state}"]
