"""Journeys 3, 4 and 5 as `stampbook journeys 3 4 5` walks them, side by side: a reservation takes its time to lapse."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
import pytest_asyncio

from stampbook_cli.commands.journeys import KNOWN
from stampbook_cli.journeys.customer import Customer
from stampbook_cli.journeys.event_stream import listening
from stampbook_cli.journeys.fifth import FifthJourney
from stampbook_cli.journeys.walk import NotAsPromised, Walk
from stampbook_cli.journeys.walking import ABOUT, walk_one
from tests.platform import Platform

pytestmark = pytest.mark.timeout(180)
STEPS = {3: 8, 4: 9, 5: 13}


@pytest_asyncio.fixture(scope="module")
async def walks(platform: Platform) -> Mapping[int, Walk]:
    walked = {number: Walk(print) for number in STEPS}
    await asyncio.gather(*(walk_one(platform.directory, number, walk) for number, walk in walked.items()))
    return walked


def test_the_command_line_knows_the_journeys_there_are() -> None:
    assert tuple(ABOUT) == KNOWN


@pytest.mark.parametrize("number", STEPS)
async def test_the_journey_goes_as_promised(walks: Mapping[int, Walk], number: int) -> None:
    assert [(step.name, step.proof) for step in walks[number].steps if not step.ok] == []
    assert len(walks[number].steps) == STEPS[number]
    assert all(step.proof for step in walks[number].steps)


async def test_a_step_that_fails_ends_the_journey_and_its_customer_still_leaves(platform: Platform) -> None:
    keys = replace(platform.keys, staff={**platform.keys.staff, "fashionoutlet": "sk_staff_of_nobody"})
    walk = Walk(print)
    async with listening(platform.attached) as events:
        customer = Customer(platform.doors, keys, walk, events)
        with pytest.raises(NotAsPromised, match="401"):
            await FifthJourney(customer, walk).run()
    assert [step.ok for step in walk.steps] == [True] * 5 + [False, True]
    assert (await customer.system.see(f"/cards/{customer.card_id}"))["state"] == "closed"


async def test_the_audit_is_clean_after_them(platform: Platform, walks: Mapping[int, Walk]) -> None:
    assert all(walk.ok for walk in walks.values())
    assert await platform.audit() == []
